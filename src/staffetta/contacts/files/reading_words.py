"""How a reading is told: the names of its traits and values, what says so, and what is asked."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.contacts.files.file_reading import COMMA, DAY_FIRST, MONTH_FIRST, NO, POINT, YES, Basis, Evidence, Trait
from staffetta.contacts.files.find_encoding import shown_as
from staffetta.contacts.files.read_csv import MIXED
from staffetta.contacts.files.read_workbook import SheetName

TRAIT_NAMES: dict[str, Promise] = {
    "encoding": gettext_lazy("Encoding"),
    "delimiter": gettext_lazy("Separator"),
    "heading": gettext_lazy("First row"),
    "sheet": gettext_lazy("Sheet"),
    "decimal": gettext_lazy("Decimal sign"),
    "dates": gettext_lazy("Order of day and month"),
    "zone": gettext_lazy("Time zone"),
}
ENCODING_NAMES: dict[str, str | Promise] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    MIXED: gettext_lazy("UTF-8, the rest as Windows-1252"),
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": gettext_lazy("Windows-1252 (Western Europe)"),
    "iso8859_15": gettext_lazy("ISO-8859-15 (Western Europe)"),
    "cp1250": gettext_lazy("Windows-1250 (Central Europe)"),
    "iso8859_2": gettext_lazy("ISO-8859-2 (Central Europe)"),
    "cp1251": gettext_lazy("Windows-1251 (Cyrillic)"),
    "cp1253": gettext_lazy("Windows-1253 (Greek)"),
    "cp1254": gettext_lazy("Windows-1254 (Turkish)"),
    "cp1257": gettext_lazy("Windows-1257 (Baltic)"),
    "cp850": gettext_lazy("CP850 (DOS)"),
    "mac_roman": gettext_lazy("MacRoman (old Macintosh)"),
}
DELIMITER_NAMES: dict[str, str | Promise] = {
    ";": gettext_lazy("Semicolon"),
    ",": gettext_lazy("Comma"),
    "\t": gettext_lazy("Tab"),
}
VALUE_NAMES: dict[str, Mapping[str, str | Promise]] = {
    "encoding": ENCODING_NAMES,
    "delimiter": DELIMITER_NAMES,
    "heading": {
        YES: gettext_lazy("It holds the names of the columns"),
        NO: gettext_lazy("It is a person already"),
    },
    "decimal": {
        COMMA: gettext_lazy("Comma: 2.000 is two thousand, 2,5 two and a half"),
        POINT: gettext_lazy("Point: 2,000 is two thousand, 2.5 two and a half"),
    },
    "dates": {
        DAY_FIRST: gettext_lazy("The day: 03/04 is the 3rd of April"),
        MONTH_FIRST: gettext_lazy("The month: 03/04 is the 4th of March"),
    },
}
QUESTIONS: dict[str, Promise] = {
    "encoding": gettext_lazy(
        "The letters beyond A to Z can be read in several ways. Which one gives the names rightly?"
    ),
    "heading": gettext_lazy("%(place)s looks like a person’s data. Does the first row hold the names of the columns?"),
    "decimal": gettext_lazy("%(place)s can be read in two ways. Which sign stands before the decimals?"),
    "dates": gettext_lazy("%(place)s can be two different days. Which comes first, the day or the month?"),
}
ODD_BYTES = gettext_lazy(
    "The file is UTF-8, but for %(place)s. How should it be read? Look at the names before you choose."
)
CONTRADICTION = gettext_lazy("The file says both: %(places)s.")
BASES: dict[tuple[str, str], str | Promise] = {
    (Basis.LIKELY, "encoding"): gettext_lazy("The file does not say it for certain: look whether the names are right."),
    (Basis.LIKELY, "delimiter"): gettext_lazy("Another separator would do as well: look at the columns."),
    (Basis.LIKELY, "sheet"): gettext_lazy("The workbook has several sheets: this is the first visible one."),
    (Basis.LANGUAGE, ""): gettext_lazy("The file leaves it open, so it is read as people write in Italian."),
    (Basis.INSTALLATION, "zone"): gettext_lazy("For times that name no zone. It is the zone of this installation."),
}
"""What decided, by basis and trait; a trait of its own comes first."""
OPTIONS = {
    "encoding": "--encoding utf-8-mixed|windows-1252|…",
    "heading": "--heading yes|no",
    "decimal": "--decimal comma|point",
    "dates": "--dates day-first|month-first",
}
"""What answers a question on the command line."""


def value_name(name: str, value: str) -> str:
    """Name the value of a trait; one without a name is shown as it is."""
    names: Mapping[str, str | Promise] = VALUE_NAMES.get(name, {})
    return str(names.get(value, value))


def basis_text(name: str, trait: Trait) -> str:
    """Say what the value of a trait was decided by."""
    if trait.basis == Basis.ASKED:
        return question(name, trait)
    text = str(BASES.get((trait.basis, name), BASES.get((trait.basis, ""), "")))
    if not trait.evidence:
        return text
    places = _("In the file: %(places)s.") % {"places": ", ".join(_place(name, trait, each) for each in trait.evidence)}
    return f"{text} {places}".strip()


def question(name: str, trait: Trait) -> str:
    """Ask for a trait; the places that say why are gone after an erasure."""
    places = [_place(name, trait, place) for place in trait.evidence] or [_("Something in the file")]
    if name == "encoding":
        text = ODD_BYTES if trait.value == MIXED else QUESTIONS[name]
        return str(text) % {"place": places[0]}
    asked = str(QUESTIONS[name]) % {"place": places[0]}
    if len(places) == 1:
        return asked
    return f"{asked} {str(CONTRADICTION) % {'places': ', '.join(places[1:])}}"


def question_with_option(name: str, trait: Trait) -> str:
    """Ask for a trait on the command line."""
    return _("%(question)s Answer with %(option)s.") % {"question": question(name, trait), "option": OPTIONS[name]}


def encoding_label(trait: Trait, encoding: str) -> str:
    """Name an encoding with what it makes of the places that tell encodings apart."""
    samples = ", ".join(f"«{shown_as(place, encoding)}»" for place in trait.evidence[:2])
    name = value_name("encoding", encoding)
    return f"{samples} · {name}" if samples else name


def sheet_label(sheet: SheetName) -> str:
    """Name a sheet, and say if nobody sees it."""
    return _("%(sheet)s (hidden)") % {"sheet": sheet.name} if sheet.hidden else sheet.name


def _place(name: str, trait: Trait, place: Evidence) -> str:
    text = shown_as(place, trait.value) if name == "encoding" else place.text
    told = {"text": text, "line": place.line, "column": place.column}
    if place.column:
        return _("«%(text)s» (row %(line)s, column «%(column)s»)") % told
    return _("«%(text)s» (line %(line)s)") % told
