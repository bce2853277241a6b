"""What a template asks of a send, worked out from its components."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engage_simulator.template import Row, Values, read_template

VALUES = some.text(some.characters(exclude_categories=("C", "Z"), exclude_characters="{}"), min_size=1, max_size=8)


def of(text: str, *parts: Row) -> Row:
    return {"name": "t", "language": "it", "status": "approved", "components": [{"type": "BODY", "text": text}, *parts]}


@given(some.lists(some.tuples(some.text(max_size=12).filter(lambda text: not {"{", "}"} & set(text)), VALUES)))
def test_every_value_stands_where_its_placeholder_was(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{fixed}{{{{{number}}}}}" for number, (fixed, _) in enumerate(pairs, 1))
    template = read_template(of(text))
    values = tuple(value for _, value in pairs)
    assert template.variables == len(pairs)
    assert template.complaint(Values(values)) == ""
    assert template.render(values) == "".join(fixed + value for fixed, value in pairs)


@given(some.text() | some.text("{}01a²"))
def test_any_text_makes_a_template(text: str) -> None:
    template = read_template(of(text))
    template.complaint(Values(("x",) * min(template.variables, 100)))


@pytest.mark.parametrize(
    ("text", "variables", "rendered"),
    [
        ("Ciao {{1}} e {{1}}", 1, "Ciao a e a"),
        ("{{2}} prima di {{1}}", 2, "b prima di a"),
        ("{1} con una graffa", 1, "a con una graffa"),
        ("{{ nome }}, {{cognome}}, {{ nome }}", 2, "a, b, a"),
        ("{{0}} e {{²}} contano come nomi", 2, "a e b contano come nomi"),
        ("niente {} qui {{}}", 0, "niente {} qui {{}}"),
    ],
)
def test_placeholders_are_numbered_or_named_in_one_or_two_braces(text: str, variables: int, rendered: str) -> None:
    template = read_template(of(text))
    assert template.variables == variables
    assert template.render(("a", "b")[:variables]) == rendered


def test_the_flat_form_asks_for_the_same_as_components() -> None:
    flat = read_template(
        {
            "name": "t",
            "header_type": "IMAGE",
            "body": "Ciao {{1}}",
            "buttons": [{"type": "URL", "text": "Vai", "url": "https://example.com/{{1}}"}],
        }
    )
    assert (flat.header, flat.variables, flat.button_takes_variable) == ("IMAGE", 1, True)


@pytest.mark.parametrize("kind", ["COPY_CODE", "OTP"])
def test_a_button_with_a_code_takes_the_button_variable(kind: str) -> None:
    template = read_template(of("Ciao", {"type": "BUTTONS", "buttons": [{"type": kind}]}))
    assert "needs a button variable" in template.complaint(Values(()))
    assert template.complaint(Values((), button_variable="AB12")) == ""


def test_two_variable_links_are_more_than_the_call_can_send() -> None:
    link = {"type": "URL", "url": "https://example.com/{{1}}"}
    template = read_template(of("Ciao", {"type": "BUTTONS", "buttons": [link, link]}))
    assert "cannot send" in template.complaint(Values((), button_variable="x"))
