"""Templates entered by hand or imported, and errors that say where."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.connectors.by_hand import CODES, Entry, EntryError, read_entry, read_file

CSV = """name;language;category;header_type;header;body;footer;buttons
conferma_ordine;it;utility;TEXT;Ordine ricevuto;Ciao {{1}}, ordine {{2}}.;STOP;
novita;en-US;marketing;image;;"Ciao {{1}},
guarda";;url:Vai:https://example.com/{{1}}|quick_reply:No

benvenuto;it;;;;Benvenuto!;;
"""


def refused(data: str | bytes) -> tuple[str, int | None, str]:
    with pytest.raises(EntryError) as told:
        read_file(data.encode() if isinstance(data, str) else data)
    assert told.value.code in CODES
    return told.value.code, told.value.line, told.value.column


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_csv_of_any_program_is_read(encoding: str, separator: str) -> None:
    found = read_file(CSV.replace("Ciao", "Perché").replace(";", separator).encode(encoding))
    assert [(one.name, one.language, one.language_raw, one.category) for one in found] == [
        ("conferma_ordine", "it", "it", "UTILITY"), ("novita", "en_US", "en_US", "MARKETING"),
        ("benvenuto", "it", "it", ""),
    ]  # fmt: skip
    assert {one.status for one in found} == {"approved"}
    assert [[variable.key for variable in one.variables] for one in found] == [
        ["1", "2"], ["header", "1", "button"], [],
    ]  # fmt: skip
    assert found[1].components[1] == {"type": "BODY", "text": "Perché {{1}},\nguarda"}
    assert not any(one.unsupported for one in found)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("IT", "it"), ("en-us", "en_US"), ("EN_US", "en_US"), ("zh-hant", "zh_Hant"), ("pt-br", "pt_BR")],
)
def test_the_language_that_is_shown_is_the_one_that_is_sent(typed: str, code: str) -> None:
    (in_file,) = read_file(json.dumps({"name": "a", "language": typed, "body": "Ciao"}).encode())
    in_form = read_entry(Entry("a", typed, "Ciao"))
    assert {(one.language, one.language_raw) for one in (in_file, in_form)} == {(code, code)}


def test_italian_titles_and_commas_are_read() -> None:
    (found,) = read_file(b"Nome,Lingua,Testo,Pie di pagina\na,it,Ciao,STOP\n")
    assert [component["type"] for component in found.components] == ["BODY", "FOOTER"]


def test_json_is_read_as_array_or_single_object_flat_or_in_metas_form() -> None:
    flat = {"name": "a", "language": "it", "body": "Ciao {1}", "buttons": [{"type": "URL", "text": "Vai", "url": "u"}]}
    meta = {"name": "b", "language": "it", "components": [{"type": "carousel"}, {"type": "body", "text": "x"}]}
    found = read_file(json.dumps([flat, meta], indent=1).encode())
    assert [one.unsupported for one in found] == ["", "carousel"]
    assert read_file(json.dumps(flat).encode()) == found[:1]
    assert refused("[]") == ("no_rows", None, "")


def test_one_form_is_read_the_same_way() -> None:
    found = read_entry(Entry("a", "it", "Ciao {{1}}", header_type="document", buttons="quick_reply:Sì"))
    assert [variable.key for variable in found.variables] == ["header", "1"]
    with pytest.raises(EntryError) as told:
        read_entry(Entry("a", "", "Ciao"))
    assert (told.value.code, told.value.line, told.value.column) == ("value_missing", None, "language")


WORDS = {"type": "BODY", "text": "Ciao"}


def in_metas_form(*components: Mapping[str, object]) -> str:
    return json.dumps([{"name": "a", "language": "it", "components": components}])


HEAD = "name;language;body;header_type;header;buttons;category\n"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\x00\x81\x00", ("not_text", None, "")),
        (b"x" * 2_000_001, ("file_too_large", None, "")),
        ("", ("no_header_line", None, "")),
        (HEAD, ("no_rows", None, "")),
        ("name;body\na;b", ("column_missing", 1, "language")),
        ("name;language;colour\n", ("column_unknown", 1, "colour")),
        ("name;nome;language\n", ("column_doubled", 1, "nome")),
        (HEAD + "a;it;x\n\nb;it\n", ("value_missing", 4, "body")),
        (HEAD + "a;it;x;;;;;extra\n", ("too_many_cells", 2, "")),
        (HEAD + 'a;it;"x\ny"\nb;it;"open', ("not_csv", 4, "")),
        (HEAD + 'a;it;"x\ny"\nB b;it;z', ("bad_name", 4, "name")),
        (HEAD + "a;italiano;x", ("bad_language", 2, "language")),
        (HEAD + "a;it;x;;;;sport", ("bad_category", 2, "category")),
        (HEAD + "a;it;x;hologram", ("bad_header_type", 2, "header_type")),
        (HEAD + "a;it;x;text", ("header_text_missing", 2, "header")),
        (HEAD + f"a;it;{'x' * 1_025}", ("too_long", 2, "body")),
        (HEAD + f"a;it;x;;{'x' * 61}", ("too_long", 2, "header")),
        (HEAD + "a;it;x;;;url:Vai", ("bad_button", 2, "buttons")),
        (HEAD + "a;it;x;;;quick_reply:Sì:no", ("bad_button", 2, "buttons")),
        (HEAD + "a;it;x;;;hologram:Sì", ("bad_button", 2, "buttons")),
        (HEAD + "a;it;x;;;" + "|".join(["quick_reply:x"] * 11), ("too_many_buttons", 2, "buttons")),
        (HEAD + "a;it;Ciao {{1}} e {{3}}.", ("placeholder_gap", 2, "body")),
        (HEAD + "a;it;Ciao {{2}}.", ("placeholder_gap", 2, "body")),
        (HEAD + "a;it;x;;N. {{2}}", ("placeholder_gap", 2, "header")),
        (HEAD + "a;it;x;;;url:Vai:https://x/{{2}}", ("placeholder_gap", 2, "buttons")),
        (HEAD + "a;it;x;;;url:Vai:https://x/{{1}}/y", ("variable_inside_address", 2, "buttons")),
        (HEAD + f"a;it;x;;;url:Vai:https://x/{'y' * 2_000}", ("address_too_long", 2, "buttons")),
        (HEAD + "a;it;x;;;" + "|".join(["url:Vai:https://x/"] * 3), ("too_many_of_kind", 2, "buttons")),
        (HEAD + "a;it;x;;;phone_number:A:+391|phone_number:B:+392", ("too_many_of_kind", 2, "buttons")),
        (HEAD + f"a;it;x;;;quick_reply:{'x' * 26}", ("button_label_too_long", 2, "buttons")),
        (HEAD + f"a;it;x;;;phone_number:A:+{'3' * 20}", ("button_number_too_long", 2, "buttons")),
        (HEAD + "a;it;x;;;quick_reply:A|url:Vai:https://x/|quick_reply:B", ("scattered_quick_replies", 2, "buttons")),
        (HEAD + "a;it;Ciao {{1}}{{2}}.", ("variables_side_by_side", 2, "body")),
        (HEAD + "a;it;Ciao {1} {2}.", ("variables_side_by_side", 2, "body")),
        (HEAD + "a;it;x;image;;;authentication", ("authentication_media", 2, "header_type")),
        ("name;language;body;footer\na;it;x;N. {{1}}", ("footer_variables", 2, "footer")),
        (in_metas_form({"type": "BODY", "text": "x" * 1025}), ("text_too_long", 1, "components")),
        (in_metas_form(WORDS, WORDS), ("doubled_part", 1, "components")),
        (in_metas_form(WORDS, {"type": "BUTTONS", "buttons": ["x"] * 11}), ("too_many_buttons", 1, "components")),
        ('[{"name": "a", "language": "it", "components": [{"type": "BODY", "text": "{{1}} e {{3}}"}]}]',
         ("placeholder_gap", 1, "components")),
        (HEAD + "a;it;x\na;IT;y", ("doubled", 3, "name")),
        ("name;language;body\n" + "".join(f"a{n};it;x\n" for n in range(6_001)), ("too_many", 6_002, "")),
        ("[\n {]", ("not_json", 2, "")),
        ('[\n {"name": "a",\n "language": "it" "x"}]', ("not_json", 3, "")),
        ('[{"name": "a", "language": "it", "body": "x"}\n\n', ("not_json", 3, "")),
        ('[{"name": "a", "language": "it", "body": "x"}]\n more', ("not_json", 1, "")),
        ('{"name": "a", "language": "it", "body": "x"} {}', ("not_json", 1, "")),
        ("[" * 50_000, ("not_json", 1, "")),
        ('[\n\n7]', ("not_an_object", 3, "")),
        ('[{"name": "a", "language": "it", "body": "x"},\n {"name": "b", "lang": "it"}]', ("value_missing", 2, "body")),
        ('[\n{"name": 7, "language": "it", "body": "x"}]', ("value_not_text", 2, "name")),
        ('[{"name": "a", "language": "it", "colour": 1}]', ("column_unknown", 1, "colour")),
        ('[{"name": "a", "nome": "b"}]', ("column_doubled", 1, "nome")),
        ('[{"name": "a", "language": "it", "components": "no"}]', ("bad_components", 1, "components")),
        ('[{"name": "a", "language": "it", "components": [1]}]', ("bad_components", 1, "components")),
        ('[{"name": "a", "language": "it", "body": "x", "buttons": [1]}]', ("bad_button", 1, "buttons")),
        ('[{"name": "a", "language": "it", "body": "x", "buttons": 1}]', ("bad_button", 1, "buttons")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_column(data: str | bytes, place: tuple[str, int | None, str]) -> None:
    assert refused(data) == place


@pytest.mark.parametrize(
    "buttons",
    ["quick_reply:A|quick_reply:B|url:Vai:https://x/", "url:Vai:https://x/|phone_number:C:+391|quick_reply:A"],
)
def test_quick_replies_stand_first_or_last(buttons: str) -> None:
    assert read_entry(Entry("a", "it", "x", buttons=buttons)).unsupported == ""


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode) | st.lists(
    st.sampled_from(["name", "language", "body", ";", "\n", '"', "it", "{", "}", "[", "]", ":", ",", "a", "|"]),
    max_size=40).map(lambda pieces: "".join(pieces).encode()))  # fmt: skip
def test_no_file_however_strange_does_anything_but_be_read_or_refused(data: bytes) -> None:
    try:
        outcome = "" if read_file(data) else "read as nothing"
    except EntryError as error:
        outcome = error.code
    assert outcome in ("", *CODES)
