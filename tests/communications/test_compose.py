"""Filling a template's variables: the rules of a value, and what is missing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.communications.compose import Composed, Composer, Missing, compose, encoded, filled, folded, said
from staffetta.communications.mapping import (
    Source,
    SourceKind,
    WrongSource,
    needed,
    parse_source,
    read_source,
    unmapped,
)

BODY = [{"type": "BODY", "text": "Ciao {{1}}, ordine {{2}}."}]


def variable(key: str, component: str = "body", kind: str = "text") -> dict[str, str]:
    return {"key": key, "component": component, "kind": kind}


def field(name: str, fallback: str | None = None) -> dict[str, str | None]:
    return {"source": f"field:{name}", "fallback": fallback}


def body(mapping: dict[str, Any], values: dict[str, str], **more: Any) -> Composed | Missing:
    return compose([variable("1"), variable("2")], mapping, values, components=BODY, **more)


MAPPING = {"1": field("first_name", "cliente"), "2": field("ordine")}


def test_values_come_from_fields_texts_and_the_caller() -> None:
    mapping = {"1": {"source": "text:Anna: sì", "fallback": None}, "2": {"source": "value:numero", "fallback": None}}
    assert body(mapping, {}, given={"numero": 42}) == Composed(("Anna: sì", "42"))


def test_whitespace_is_folded_as_whatsapp_wants_it() -> None:
    values = {"first_name": " Anna\n\tMaria\u00a0 Rossi ", "ordine": "7"}
    assert body(MAPPING, values) == Composed(("Anna Maria Rossi", "7"))


def test_an_empty_value_takes_the_fallback() -> None:
    assert body(MAPPING, {"first_name": " \n", "ordine": "7"}) == Composed(("cliente", "7"))


def test_a_value_without_fallback_is_missing_by_name() -> None:
    assert body(MAPPING, {"first_name": "Anna"}) == Missing("missing_value", ("2",))


def test_a_variable_nobody_mapped_is_missing() -> None:
    assert body({"1": field("first_name")}, {"first_name": "Anna"}) == Missing("missing_value", ("2",))


def test_a_body_may_be_as_long_as_whatsapp_takes_and_no_longer() -> None:
    room = 1024 - len("Ciao , ordine .") - 1
    assert isinstance(body(MAPPING, {"first_name": "x" * room, "ordine": "7"}), Composed)
    assert body(MAPPING, {"first_name": "x" * (room + 1), "ordine": "7"}) == Missing("too_long", ("1", "2"))


def test_a_value_written_twice_takes_its_room_twice() -> None:
    parts = [{"type": "BODY", "text": "{{1}} e {{1}}."}]
    values = {"first_name": "x" * 600}
    assert isinstance(compose([variable("1")], MAPPING, values, components=parts), Missing)


def test_header_button_and_file_each_have_their_place() -> None:
    variables = [variable("header", "header", "image"), variable("1"), variable("button", "button", "url")]
    mapping = {"1": field("first_name"), "button": field("link")}
    composed = compose(
        variables, mapping, {"first_name": "A", "link": "a b/è?x=1&y=50%"}, header_media="https://e/f.png"
    )
    assert composed == Composed(("A",), "", "https://e/f.png", "a%20b/%C3%A8?x=1&y=50%25")


def test_a_text_header_has_its_own_limit() -> None:
    parts = [{"type": "HEADER", "format": "TEXT", "text": "Offerta {{1}}"}, {"type": "BODY", "text": "Ciao"}]
    mapping = {"header": field("titolo")}
    good = compose([variable("header", "header")], mapping, {"titolo": "x" * 52}, components=parts)
    assert good == Composed((), "x" * 52)
    bad = compose([variable("header", "header")], mapping, {"titolo": "x" * 53}, components=parts)
    assert bad == Missing("too_long", ("header",))


def test_what_is_percent_encoded_already_stays_so() -> None:
    assert encoded("a%20b c") == "a%20b%20c"


def test_a_media_header_without_a_file_is_missing() -> None:
    assert compose([variable("header", "header", "image")], {}, {}) == Missing("missing_value", ("header",))


@pytest.mark.parametrize("text", ["Ciao {{1}}, {{2}}.", "Ciao {1}, {2}.", "Ciao {{ 1 }}, {{ 2 }}."])
def test_both_ways_of_writing_placeholders_are_filled(text: str) -> None:
    assert filled(text, ["Anna", "ok"]) == "Ciao Anna, ok."
    assert said([{"type": "BODY", "text": text}], {"body": ["Anna", "ok"]}) == "Ciao Anna, ok."


@given(st.text())
def test_no_text_gets_past_the_rules(text: str) -> None:
    done = folded(text)
    assert done == done.strip()
    assert not set(done) & set("\n\t\r")
    assert "  " not in done
    composed = compose([variable("1")], {"1": field("x")}, {"x": text})
    assert composed == (Composed((done,)) if done and len(done) <= 1024 else composed)


@given(st.dictionaries(st.sampled_from(["first_name", "ordine"]), st.text(max_size=30)))
def test_a_composer_made_once_says_the_same_as_one_made_each_time(values: dict[str, str]) -> None:
    composer = Composer([variable("1"), variable("2")], BODY, MAPPING)
    assert composer.compose(values) == body(MAPPING, values)


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert filled("Ciao {{1}} e {{2}}", ["{{2}}", "Anna"]) == "Ciao {{2}} e Anna"


def test_sources_are_read_as_they_are_written() -> None:
    assert parse_source("field:nome|fallback:caro cliente") == Source(SourceKind.FIELD, "nome", "caro cliente")
    assert parse_source("text:a:b|c") == Source(SourceKind.TEXT, "a:b|c")
    assert read_source("text:").entry() == {"source": "text:", "fallback": None}


@pytest.mark.parametrize("text", ["", "nome", "field:", "field: ", "column:x", ":x"])
def test_a_source_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(WrongSource):
        parse_source(text)


def test_what_a_mapping_needs_and_lacks_is_told() -> None:
    assert needed(MAPPING, SourceKind.FIELD) == {"first_name", "ordine"}
    assert unmapped(["header", "1", "3"], MAPPING, "https://e/f.png") == ["3"]


LINK = [{"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY"}, {"type": "URL", "url": "https://e.it/{{1}}"}]}]


@pytest.mark.parametrize(
    ("value", "room"), [("x" * 1987, True), ("x" * 1988, False), ("è" * 331, True), ("è" * 332, False)]
)
def test_the_whole_address_of_a_button_has_at_most_two_thousand_characters(value: str, *, room: bool) -> None:
    composed = compose([variable("button", "button", "url")], {"button": field("x")}, {"x": value}, components=LINK)
    assert (composed == Missing("too_long", ("button",))) != room


@pytest.mark.parametrize("component", ["body", "header", "button"])
@pytest.mark.parametrize(
    ("value", "good"),
    [("1234-ABC", True), ("x" * 15, True), ("x" * 16, False), ("12 34", False), ("www.e.it", False),
     ("https://e.it/a", False), ("e.it/a", False), ("1234\U0001f511", False), ("1.234", True)],
)  # fmt: skip
def test_an_authentication_template_takes_one_time_codes_only(component: str, value: str, *, good: bool) -> None:
    rows, mapping = [variable("1", component)], {"1": field("x")}
    composed = compose(rows, mapping, {"x": value}, category="AUTHENTICATION")
    assert composed != Missing("not_a_code", ("1",)) if good else composed == Missing("not_a_code", ("1",))
    assert isinstance(compose(rows, mapping, {"x": value}, category="UTILITY"), Composed)


def test_a_file_is_no_code() -> None:
    media = [variable("header", "header", "image")]
    assert compose(media, {}, {}, header_media="https://e/f.png", category="authentication") == Missing(
        "not_a_code", ("header",)
    )


@pytest.mark.parametrize(
    ("value", "good"),
    [("https://e.it/f.png", True), ("http://e.it/f.png?x=1", True), ("foto", False), ("ftp://e.it/f.png", False),
     ("https:///f.png", False), ("https://e.it/a b.png", False), ("https://[e.it/", False),
     ("https://e.it/" + "x" * 1987, True), ("https://e.it/" + "x" * 1988, False)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["image", "video", "document"])
def test_a_header_of_a_file_takes_the_address_of_one(kind: str, value: str, *, good: bool) -> None:
    composed = compose([variable("header", "header", kind)], {"header": field("foto")}, {"foto": value})
    assert composed == (Composed(header_media=value) if good else Missing("not_an_address", ("header",)))


@pytest.mark.parametrize("value", ["\u200b\u2060", "\u00ad", "\u3164", "\x07", " \u2800 ", "\ufeff"])
def test_a_value_without_a_visible_sign_is_empty_and_the_fallback_stands_in(value: str) -> None:
    mapping = {"1": {"source": "field:x", "fallback": "cliente"}}
    assert compose([variable("1")], mapping, {"x": value}) == Composed(body=("cliente",))
    assert compose([variable("1")], {"1": field("x")}, {"x": value}) == Missing("missing_value", ("1",))


def test_control_signs_never_leave() -> None:
    assert compose([variable("1")], {"1": field("x")}, {"x": "An\x07na \x1b Bianchi"}) == Composed(
        body=("Anna Bianchi",)
    )
