"""Templates entered by hand or read from a JSON or CSV file, where the provider gives no list of them.

Columns, or members of an object: `name`, `language`, `category`, `header_type` (none, text, image, video, document),
`header` (its text), `body`, `footer`, `buttons`. Titles are also understood in Italian. In JSON `components` in Meta's
form may stand in place of the flat members, and `buttons` may be a list of objects. In CSV one button is
``type:label:value`` (``url:Segui:https://example.com/{{1}}``, ``quick_reply:Sì``, ``phone_number:Chiama:+39…``),
several are divided by ``|``.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from staffetta.connectors.button_rules import CODES as BUTTON_CODES
from staffetta.connectors.button_rules import wrong_buttons
from staffetta.connectors.messages import ListedTemplate
from staffetta.connectors.templates import flat_components, language_code, normalised, read_components
from staffetta.text import storable, storable_json

MOST_BYTES = 2_000_000
MOST_TEMPLATES = 6_000  # a verified portfolio may own as many (messaging-rules 1.3)
NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2}|_[A-Z][a-z]{3}|_[0-9]{3})*")
MOST = {"header": 60, "body": 1024, "footer": 60}  # characters (messaging-rules 1.1)
HEADERS = frozenset({"", "NONE", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"})
CATEGORIES = frozenset({"", "MARKETING", "UTILITY", "AUTHENTICATION"})
BUTTONS = {"url": "URL", "quick_reply": "QUICK_REPLY", "phone_number": "PHONE_NUMBER"}
REFUSED = frozenset(
    {"placeholder_gap", "variable_inside_address", "address_too_long", "footer_variables", "text_too_long"}
)
REFUSED_TOGETHER = frozenset({"doubled_part", "authentication_media"})
"""Parts that WhatsApp never approves: a slip of whoever typed them, who can mend it here."""
SIDE_BY_SIDE = re.compile(r"\}\}\s*\{\{|(?<!\})\}\s*\{(?!\{)")
"""Two variables with nothing between them (messaging-rules 1.2)."""
BLANKS = re.compile(r"[ \t\r\n]*")
COLUMNS = {
    "name": "name", "nome": "name",
    "language": "language", "lingua": "language", "lang": "language", "locale": "language",
    "category": "category", "categoria": "category",
    "header_type": "header_type", "header_kind": "header_type", "tipo_intestazione": "header_type",
    "header": "header", "intestazione": "header", "header_text": "header",
    "body": "body", "corpo": "body", "testo": "body", "text": "body", "body_text": "body",
    "footer": "footer", "pie_di_pagina": "footer", "piè_di_pagina": "footer",
    "buttons": "buttons", "pulsanti": "buttons",
    "components": "components",
}  # fmt: skip
CODES = (
    "file_too_large", "not_text", "not_json", "not_an_object", "no_rows", "too_many", "no_header_line",
    "column_missing", "column_doubled", "column_unknown", "too_many_cells", "not_csv", "value_missing",
    "value_not_text", "bad_name", "bad_language", "bad_category", "bad_header_type", "header_text_missing",
    "too_long", "bad_button", "bad_components", "doubled",
    *REFUSED, *REFUSED_TOGETHER, *BUTTON_CODES, "variables_side_by_side",
)  # fmt: skip


class EntryError(ValueError):
    """What is wrong, and where: `code` is one of `CODES`, `line` counts from 1 (None: the whole file), `column` is
    one of the columns above or the title found in the file, `value` what stood there (cut).
    """

    def __init__(self, code: str, line: int | None = None, column: str = "", value: str = "") -> None:
        place = f" in line {line}" if line else ""
        column, value = storable(column), storable(value[:80])  # they stand in an answer
        super().__init__(f"{code}{place} {column} {value!r}".rstrip())
        self.code = code
        self.line = line
        self.column = column
        self.value = value


@dataclass(frozen=True, slots=True)
class Entry:
    """One template as it was typed. `buttons` in either form of this module's description."""

    name: str
    language: str
    body: str
    category: str = ""
    header_type: str = ""
    header: str = ""
    footer: str = ""
    buttons: object = ""


def read_file(data: bytes) -> list[ListedTemplate]:
    """Return the templates of a file, all or none; JSON when it begins with a bracket, else CSV. Raises EntryError."""
    if len(data) > MOST_BYTES:
        raise EntryError("file_too_large")
    text = _decoded(data)
    rows = _json_rows(text) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    found: dict[tuple[str, str], ListedTemplate] = {}
    for line, row in rows:
        template = _template(line, row)
        if (template.name, template.language) in found:
            raise EntryError("doubled", line, "name", f"{template.name} {template.language}")
        found[template.name, template.language] = template
        if len(found) > MOST_TEMPLATES:
            raise EntryError("too_many", line)
    if not found:
        raise EntryError("no_rows")
    return list(found.values())


def read_entry(entry: Entry) -> ListedTemplate:
    """Return the template of one filled-in form. Raises EntryError without a line."""
    return _template(None, {name: getattr(entry, name) for name in Entry.__slots__})


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):  # cp1252: what Excel writes
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise EntryError("not_text")


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield each object of an array, or the only one, with the line it begins on."""
    place = _after_blanks(text, 0)
    only = text[place] == "{"
    if not only:
        place = _after_blanks(text, place + 1)
    line, counted = 1, 0
    while only or text[place : place + 1] != "]":
        line, counted = line + text.count("\n", counted, place), place
        value, place = _json_value(text, place)
        yield line, _named(value, line)
        place = _after_blanks(text, place)
        if only:
            break
        if text[place : place + 1] == ",":
            place = _after_blanks(text, place + 1)
        elif text[place : place + 1] != "]":
            raise EntryError("not_json", text.count("\n", 0, place) + 1, "", text[place:])
    rest = text[place + (not only) :]
    if rest.strip():
        raise EntryError("not_json", text.count("\n", 0, place) + 1, "", rest.strip())


def _after_blanks(text: str, place: int) -> int:
    found = BLANKS.match(text, place)
    return found.end() if found else place


def _json_value(text: str, place: int) -> tuple[object, int]:
    try:
        return json.JSONDecoder().raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise EntryError("not_json", error.lineno, "", error.msg) from None
    except (RecursionError, ValueError):
        raise EntryError("not_json", text.count("\n", 0, place) + 1) from None


def _named(value: object, line: int) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise EntryError("not_an_object", line, "", json.dumps(value, ensure_ascii=False))
    named: dict[str, object] = {}
    for title, item in value.items():
        column = COLUMNS.get(_title(title))
        if column is None:
            raise EntryError("column_unknown", line, title)
        if column in named:
            raise EntryError("column_doubled", line, title)
        named[column] = item
    return named


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield each row with the line it begins on; the separator is the one the first line uses most."""
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count), strict=True)
    columns: list[str] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if columns:
                    if len(cells) > len(columns):
                        raise EntryError("too_many_cells", begins, "", cells[len(columns)])
                    yield begins, dict(zip(columns, cells, strict=False))
                else:
                    columns = _columns(cells, begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise EntryError("not_csv", begins, "", str(error)) from None
    if not columns:
        raise EntryError("no_header_line")


def _columns(titles: Sequence[str], line: int) -> list[str]:
    columns = []
    for title in titles:
        column = COLUMNS.get(_title(title))
        if column is None:
            raise EntryError("column_unknown", line, title)
        if column in columns:
            raise EntryError("column_doubled", line, title)
        columns.append(column)
    for needed in ("name", "language"):
        if needed not in columns:
            raise EntryError("column_missing", line, needed)
    return columns


def _title(title: str) -> str:
    return re.sub(r"[\s-]+", "_", title.strip().lower())


def _template(line: int | None, typed: Mapping[str, object]) -> ListedTemplate:
    row = storable_json(typed)
    assert isinstance(row, dict)
    cells = _Cells(line, row)
    name, language = cells.needed("name"), language_code(cells.needed("language"))
    category = cells.text("category").upper()
    cells.require(NAME.fullmatch(name), "bad_name", "name")
    cells.require(LANGUAGE.fullmatch(language), "bad_language", "language")
    cells.require(category in CATEGORIES, "bad_category", "category")
    components = _meta_components(cells) if row.get("components") else _flat(cells)
    _refuse_slips(cells, components)
    variables, unsupported = read_components(components, category)
    raw = {column: value for column, value in row.items() if value not in ("", None)}
    return ListedTemplate(
        name, language, language, "approved", category,
        components=tuple(components), variables=variables, unsupported=unsupported, raw=raw,
    )  # fmt: skip


def _refuse_slips(cells: "_Cells", components: Sequence[Mapping[str, object]]) -> None:
    for component in components:
        _, problem = read_components([component])
        if problem in REFUSED:
            column = "components" if cells.row.get("components") else str(component.get("type")).lower()
            raise EntryError(problem, cells.line, column, str(component.get("text") or cells.row.get(column) or ""))
        if SIDE_BY_SIDE.search(str(component.get("text") or "")):
            raise EntryError("variables_side_by_side", cells.line, str(component.get("type")).lower(), "")
        if problem := wrong_buttons(component):
            raise EntryError(problem, cells.line, "components" if cells.row.get("components") else "buttons")
    _, problem = read_components(components, cells.text("category"))
    if problem in REFUSED_TOGETHER:
        raise EntryError(problem, cells.line, "header_type" if problem == "authentication_media" else "components")


class _Cells:
    """One row, and the errors that name its line and column."""

    def __init__(self, line: int | None, row: Mapping[str, object]) -> None:
        self.line = line
        self.row = row

    def text(self, column: str) -> str:
        value = self.row.get(column)
        if value is not None and not isinstance(value, str):
            raise EntryError("value_not_text", self.line, column, json.dumps(value, ensure_ascii=False, default=str))
        return (value or "").strip()

    def needed(self, column: str) -> str:
        value = self.text(column)
        if not value:
            raise EntryError("value_missing", self.line, column)
        return value

    def require(self, good: object, code: str, column: str) -> None:
        if not good:
            raise EntryError(code, self.line, column, str(self.row.get(column) or ""))


def _flat(cells: _Cells) -> list[dict[str, object]]:
    kind = cells.text("header_type").upper()
    header, body, footer = cells.text("header"), cells.needed("body"), cells.text("footer")
    cells.require(kind in HEADERS, "bad_header_type", "header_type")
    cells.require(kind != "TEXT" or header, "header_text_missing", "header")
    for column, most in MOST.items():
        cells.require(len(cells.text(column)) <= most or (column == "header" and kind not in ("", "NONE", "TEXT")),
                      "too_long", column)  # fmt: skip
    return flat_components(kind, header, body, footer, _buttons(cells))


def _meta_components(cells: _Cells) -> list[dict[str, object]]:
    value = cells.row["components"]
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    listed = value if isinstance(value, list) else []
    cells.require(listed and all(isinstance(item, dict) for item in listed), "bad_components", "components")
    return [normalised(item) for item in listed]


def _buttons(cells: _Cells) -> Sequence[Mapping[str, object]]:
    value = cells.row.get("buttons") or []
    if isinstance(value, str):
        value = [_typed_button(cells, piece) for piece in value.split("|") if piece.strip()]
    cells.require(isinstance(value, list) and all(isinstance(item, dict) for item in value), "bad_button", "buttons")
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _typed_button(cells: _Cells, piece: str) -> dict[str, object]:
    """Read ``type:label:value``; the value may hold colons, and only a quick reply has none."""
    kind, _, rest = piece.strip().partition(":")
    label, _, value = rest.partition(":")
    known = BUTTONS.get(kind.strip().lower().replace(" ", "_"))
    if known is None or not label.strip() or bool(value.strip()) != (known != "QUICK_REPLY"):
        raise EntryError("bad_button", cells.line, "buttons", piece)
    extra = {"URL": "url", "PHONE_NUMBER": "phone_number"}.get(known)
    return {"type": known, "text": label.strip(), **({extra: value.strip()} if extra else {})}
