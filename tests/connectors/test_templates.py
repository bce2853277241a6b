"""What a template's components say a send must carry, and which parts cannot be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.connectors.contract import Connector
from staffetta.connectors.messages import UNSUPPORTED_PARTS, ListedTemplate, TemplateVariable, VariableKind
from staffetta.connectors.templates import flat_components, language_code, normalised, placeholders, read_components
from tests.connectors.engage_wire import got, no_progress

BODY = {"type": "BODY", "text": "Ciao {{1}}"}


def read(*components: dict[str, object]) -> tuple[list[str], str]:
    variables, unsupported = read_components([normalised(component) for component in components])
    return [f"{variable.component}:{variable.key}:{variable.kind}" for variable in variables], unsupported


async def one(connector: Connector) -> ListedTemplate:
    (template,) = await connector.list_templates(no_progress)
    return template


@pytest.mark.parametrize(
    ("raw", "code"),
    [("it", "it"), ("IT", "it"), ("en-US", "en_US"), ("EN_US", "en_US"), ("en_us", "en_US"), (" pt-br ", "pt_BR"),
     ("fil", "fil"), ("zh_Hans_CN", "zh_Hans_CN"), ("es-419", "es_419"), ("", ""), ("_", "")],
)  # fmt: skip
def test_language_codes_are_written_as_whatsapp_writes_them(raw: str, code: str) -> None:
    assert language_code(raw) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [("{{1}} {{2}} {{1}}", ["1", "2"]), ("{{10}} {{ 2 }}", ["2", "10"]), ("{1} e {2}", ["1", "2"]),
     ("{{1}} e {2}", ["1"]), ("{{nome}} {{1}}", ["1", "nome"]), ("niente", []), ("{nome}", []), ("{{}}", []),
     ("{{01}}", ["1"]), ("{{" + "9" * 5_000 + "}}", ["9" * 5_000])],
)  # fmt: skip
def test_placeholders_are_counted_in_either_form(text: str, found: list[str]) -> None:
    assert placeholders(text) == found


@pytest.mark.parametrize(
    ("components", "variables", "unsupported"),
    [
        ([BODY], ["body:1:text"], ""),
        ([{"type": "body", "text": "Ciao"}], [], ""),
        ([{"type": "HEADER", "format": "TEXT", "text": "N. {{1}}"}, BODY], ["header:header:text", "body:1:text"], ""),
        ([{"type": "header", "text": "Ordine"}, BODY], ["body:1:text"], ""),
        ([{"type": "HEADER", "format": "image"}, BODY], ["header:header:image", "body:1:text"], ""),
        ([{"type": "HEADER", "format": "VIDEO"}, BODY], ["header:header:video", "body:1:text"], ""),
        ([{"type": "HEADER", "format": "DOCUMENT"}, BODY], ["header:header:document", "body:1:text"], ""),
        ([BODY, {"type": "FOOTER", "text": "x"}], ["body:1:text"], ""),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}"}]}],
         ["body:1:text", "button:button:url"], ""),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "url", "url": "https://x/"}, {"type": "quick-reply"},
                                                {"type": "PHONE_NUMBER"}, "Sì"]}], ["body:1:text"], ""),
        ([{"type": "HEADER", "format": "LOCATION"}, BODY], ["body:1:text"], "location_header"),
        ([{"type": "HEADER", "format": "GIF"}, BODY], ["body:1:text"], "unknown_header"),
        ([{"type": "HEADER", "text": "{{1}} {{2}}"}, BODY], ["header:header:text", "body:1:text"], "header_variables"),
        ([{"type": "BODY", "text": "{{1}} e {{3}}"}], ["body:1:text", "body:3:text"], "placeholder_gap"),
        ([{"type": "BODY", "text": "Ciao {2}"}], ["body:2:text"], "placeholder_gap"),
        ([{"type": "HEADER", "text": "N. {{2}}"}, BODY], ["header:header:text", "body:1:text"], "placeholder_gap"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{2}}"}]}],
         ["body:1:text", "button:button:url"], "placeholder_gap"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}/y"}]}],
         ["body:1:text", "button:button:url"], "variable_inside_address"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}/{a}"}]}],
         ["body:1:text", "button:button:url"], "variable_inside_address"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}/{{2}}"}]}],
         ["body:1:text", "button:button:url"], "several_button_variables"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/" + "y" * 1991}]}],
         ["body:1:text"], "address_too_long"),
        ([BODY, {"type": "FOOTER", "text": "N. {{1}}"}], ["body:1:text"], "footer_variables"),
        ([BODY, {"type": "FOOTER", "text": "x" * 61}], ["body:1:text"], "text_too_long"),
        ([BODY, {"type": "FOOTER", "text": "x" * 60}], ["body:1:text"], ""),
        ([{"type": "BODY", "text": "x" * 1024 + "{{1}}"}], ["body:1:text"], "text_too_long"),
        ([{"type": "BODY", "text": "x" * 1023 + "{{1}}"}], ["body:1:text"], ""),
        ([{"type": "HEADER", "text": "x" * 60 + "{{1}}"}, BODY], ["header:header:text", "body:1:text"],
         "text_too_long"),
        ([BODY, {"type": "BODY", "text": "ancora"}], ["body:1:text"], "doubled_part"),
        ([{"type": "HEADER", "text": "a"}, {"type": "HEADER", "text": "b"}, BODY], ["body:1:text"], "doubled_part"),
        ([BODY, {"type": "BUTTON", "buttons": ["Sì"]}, {"type": "BUTTON", "buttons": ["No"]}], ["body:1:text"], ""),
        ([{"type": "BODY", "text": "Ciao {{#}} e {{1$}}"}], ["body:#:text", "body:1$:text"], "named_variables"),
        ([{"type": "BODY", "text": "Ciao {{nome}}"}], ["body:nome:text"], "named_variables"),
        ([BODY, {"type": "CAROUSEL", "cards": []}], ["body:1:text"], "carousel"),
        ([BODY, {"type": "LIMITED_TIME_OFFER"}], ["body:1:text"], "limited_time_offer"),
        ([BODY, {"type": "HOLOGRAM"}], ["body:1:text"], "unknown_component"),
        ([BODY, {}], ["body:1:text"], "unknown_component"),
        ([{"type": "FOOTER", "text": "x"}], [], "no_body"),
        ([], [], "no_body"),
        *[([BODY, {"type": "BUTTONS", "buttons": [{"type": kind}]}], ["body:1:text"], code)
          for kind, code in (("COPY_CODE", "copy_code"), ("OTP", "otp"), ("FLOW", "flow"), ("CATALOG", "catalog"),
                             ("MPM", "catalog"), ("SPM", "catalog"), ("VOICE_CALL", "unknown_button"))],
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}"},
                                                {"type": "URL", "url": "https://y/{{1}}"}]}],
         ["body:1:text", "button:button:url"], "several_button_variables"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{code}}"}]}],
         ["body:1:text", "button:button:url"], "named_variables"),
    ],
)  # fmt: skip
def test_each_component_tells_what_it_takes(
    components: list[dict[str, object]], variables: list[str], unsupported: str
) -> None:
    assert read(*components) == (variables, unsupported)


@pytest.mark.parametrize("form", ["IMAGE", "VIDEO", "DOCUMENT"])
def test_an_authentication_template_with_a_file_is_unusable_and_no_other(form: str) -> None:
    parts = [normalised({"type": "HEADER", "format": form}), normalised(BODY)]
    told = {category: read_components(parts, category)[1] for category in ("AUTHENTICATION", "UTILITY", "MARKETING")}
    assert told == {"AUTHENTICATION": "authentication_media", "UTILITY": "", "MARKETING": ""}


def test_the_category_of_a_listed_template_is_looked_at() -> None:
    parts = [{"type": "HEADER", "format": "IMAGE"}, BODY]
    template = got([{"name": "a", "category": "authentication", "components": parts}], one)
    assert (template.category, template.unsupported) == ("AUTHENTICATION", "authentication_media")


def test_examples_come_with_their_variables() -> None:
    variables, _ = read_components(
        [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://x/a.jpg"]}},
            {"type": "BODY", "text": "{{1}} e {{2}}", "example": {"body_text": [["Anna", "42"]]}},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}", "example": ["https://x/7"]}]},
        ]
    )
    assert [variable.example for variable in variables] == ["https://x/a.jpg", "Anna", "42", "https://x/7"]


def test_an_engage_row_in_metas_form() -> None:
    row = {
        "name": "novita_foto", "language": "EN-us", "status": "APPROVED", "category": "marketing", "more": 1,
        "quality_score": {"score": "green"},
        "components": [{"type": "header", "format": "image"}, {"type": "body", "text": "Ciao {{1}}"}],
    }  # fmt: skip
    template = got({"notification_templates": [row]}, one)
    assert (template.name, template.language, template.language_raw) == ("novita_foto", "en_US", "EN-us")
    assert (template.status, template.category, template.quality) == ("approved", "MARKETING", "GREEN")
    assert template.components == ({"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Ciao {{1}}"})
    assert template.variables == (
        TemplateVariable("header", "header", VariableKind.IMAGE), TemplateVariable("1", "body"),
    )  # fmt: skip
    assert template.raw == row


@pytest.mark.parametrize(
    "components",
    [
        '[{"type": "BODY", "text": "Ciao {{1}}"}]',
        {"0": {"type": "BODY", "text": "Ciao {{1}}"}},
        {"body": {"text": "Ciao {{1}}"}, "header": None, "buttons": []},
        {"body": "Ciao {{1}}"},
    ],
)
def test_components_come_in_every_form(components: object) -> None:
    template = got([{"name": "a", "components": components}], one)
    assert template.components == ({"type": "BODY", "text": "Ciao {{1}}"},)


def test_an_engage_row_in_flat_form() -> None:
    row = {
        "name": "a", "lang": {"code": "it"}, "state": "In review", "header_type": "text", "header": "Ordine {1}",
        "body": "Ciao {1}, {2}", "footer": "STOP", "buttons": {"0": {"text": "Segui", "url": "https://x/{1}"}},
    }  # fmt: skip
    template = got({"templates": row}, one)
    assert (template.language, template.status, template.unsupported) == ("it", "in review", "")
    assert [variable.key for variable in template.variables] == ["header", "1", "2", "button"]
    assert [component["type"] for component in template.components] == ["HEADER", "BODY", "FOOTER", "BUTTONS"]


def test_a_missing_status_is_what_the_profile_says() -> None:
    assert got([{"name": "a", "body": "x"}], one).status == ""
    profile: dict[str, object] = {"templates": {"status_when_missing": "approved"}}
    assert got([{"name": "a", "body": "x"}], one, profile).status == "approved"


def test_flat_parts_make_metas_form() -> None:
    assert flat_components("IMAGE", "https://x/a.jpg", "b", "", ["Sì"]) == [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://x/a.jpg"]}},
        {"type": "BODY", "text": "b"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sì"}]},
    ]
    assert flat_components("none", "", "b", "f") == [{"type": "BODY", "text": "b"}, {"type": "FOOTER", "text": "f"}]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(["type", "format", "text", "buttons", "url", "example", "cards"])
KINDS = st.sampled_from(["HEADER", "body", "FOOTER", "buttons", "CAROUSEL"]) | JUNK


@given(st.lists(st.dictionaries(MEMBERS, KINDS | st.lists(st.dictionaries(MEMBERS, KINDS, max_size=4), max_size=3))))
def test_no_component_however_strange_stops_the_reading(components: list[dict[str, object]]) -> None:
    _, unsupported = read_components([normalised(component) for component in components])
    assert unsupported in ("", *UNSUPPORTED_PARTS)
