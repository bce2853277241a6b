"""From the cells of one row to a person, or to the reason why not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from staffetta.contacts.fields.notation import PROGRAMS, TYPED_NUMBER, Notation
from staffetta.contacts.fields.person_zone import zones
from staffetta.contacts.fields.types import LONGEST, TELEGRAM_ID, TypeFault, Value, parse
from staffetta.contacts.files.error_words import is_error_word
from staffetta.contacts.files.read_csv import Record
from staffetta.contacts.models import ConsentValue
from staffetta.contacts.phones.phone import STRICT, TEXT_MARKS, NotAPhone, PhoneReading, read_phone
from staffetta.text import folded, identity
from staffetta.text import value as clean_value

LENGTHS = {"first_name": 200, "last_name": 200, "language": 20, "time_zone": 60}
EXTERNAL_LENGTH = 100
OWN_LENGTH = LONGEST
CONSENT_WORDS = {
    **dict.fromkeys(("sì", "si", "s", "yes", "y", "1", "true", "vero", "x"), ConsentValue.YES),
    **dict.fromkeys(("no", "n", "0", "false", "falso"), ConsentValue.NO),
    "": ConsentValue.UNSET,
}
"""What a consent cell may say, whatever its case; anything else is rejected, since nobody may guess a consent."""


@dataclass(frozen=True, slots=True)
class FieldType:
    """What a cell of an own field must be."""

    type: str = "text"
    choices: Sequence[str] = ()
    required: bool = False


ANY_TEXT = FieldType()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a row everything lies."""

    places: Mapping[str, int]  # target -> index of its cell
    columns: Sequence[str]
    consent: int | None = None
    phones: PhoneReading = STRICT
    fields: Mapping[str, FieldType] = field(default_factory=dict)  # our own, by name; those not here hold text
    notation: Notation = PROGRAMS

    @classmethod
    def of(
        cls,
        columns: Sequence[str],
        mapping: Mapping[str, str],
        consent_column: str = "",
        phones: PhoneReading = STRICT,
        fields: Mapping[str, FieldType] | None = None,
    ) -> "Layout":
        places = {target: columns.index(column) for column, target in mapping.items()}
        return cls(places, columns, columns.index(consent_column) if consent_column else None, phones, fields or {})

    def heading(self, target: str) -> str:
        return self.columns[self.places[target]]


@dataclass(frozen=True, slots=True)
class Person:
    """What a row says of one person; empty cells say nothing."""

    record: Record
    phone: str | None = None
    phone_raw: str = ""
    phone_fault: str = ""  # why nobody new may come in with this number; who is here with it already keeps it
    telegram_id: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)  # first_name, last_name, language, time_zone
    own: Mapping[str, Value] = field(default_factory=dict)
    external_id: str | None = None
    consent: str = ConsentValue.UNSET


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: why, and because of which column."""

    record: Record
    reason: str
    column: str = ""


class _Wrong(Exception):
    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.reason, self.column = reason, column


def read_row(record: Record, layout: Layout) -> Person | Rejected:
    """Return the person a row describes, or its rejection with the first reason found."""
    try:
        if any(cell.strip() for cell in record.cells[len(layout.columns) :]):
            raise _Wrong("too_many_cells")
        return _person(record, layout)
    except _Wrong as wrong:
        return Rejected(record, wrong.reason, wrong.column)


def _person(record: Record, layout: Layout) -> Person:
    cells = {target: _cell(record, place) for target, place in layout.places.items()}
    telegram_id = _telegram_id(cells, layout)
    phone, phone_fault = _phone(cells, layout, needed=telegram_id is None)
    for target, cell in cells.items():
        if len(cell) > LENGTHS.get(target, OWN_LENGTH):
            raise _Wrong("too_long", layout.heading(target))
    if (zone := cells.get("time_zone")) and zone not in zones():
        raise _Wrong("unknown_time_zone", layout.heading("time_zone"))
    return Person(
        record=record,
        phone=phone,
        phone_raw=cells.get("phone", "") if phone else "",
        phone_fault=phone_fault,
        telegram_id=telegram_id,
        texts={target: cell for target, cell in cells.items() if target in LENGTHS and cell},
        own=dict(_own(record, cells, layout)),
        external_id=_external_id(cells, layout),
        consent=_consent(record, layout),
    )


NUMBER_TYPES = frozenset({"number", "integer"})
NOT_OWN = frozenset({*LENGTHS, "phone", "telegram_id", "external_id"})


def _own(record: Record, cells: Mapping[str, str], layout: Layout) -> Iterator[tuple[str, Value]]:
    notation = layout.notation
    for target, cell in cells.items():
        if target in NOT_OWN:
            continue
        kind = layout.fields.get(target, ANY_TEXT)
        if cell:
            try:
                typed = kind.type in NUMBER_TYPES and record.cells[layout.places[target]].endswith(TYPED_NUMBER)
                yield target, parse(kind.type, cell, kind.choices, PROGRAMS if typed else notation)
            except TypeFault as fault:
                raise _Wrong(fault.code, layout.heading(target)) from None
        elif kind.required:
            raise _Wrong("required_empty", layout.heading(target))


def _external_id(cells: Mapping[str, str], layout: Layout) -> str | None:
    typed = identity(cells.get("external_id", ""))
    if len(typed) > EXTERNAL_LENGTH:
        raise _Wrong("too_long", layout.heading("external_id"))
    return typed or None


def _cell(record: Record, place: int) -> str:
    found = clean_value(record.cells[place]) if place < len(record.cells) else ""
    return "" if is_error_word(found) else found


def _phone(cells: Mapping[str, str], layout: Layout, *, needed: bool) -> tuple[str | None, str]:
    typed = cells.get("phone", "")
    if not typed and not needed:
        return None, ""
    try:
        return read_phone(typed, layout.phones), ""
    except NotAPhone as wrong:
        if wrong.number:
            return wrong.number, wrong.code
        target = "phone" if "phone" in layout.places else "telegram_id"
        reason = wrong.code if target == "phone" else "missing_telegram_id"
        raise _Wrong(reason, layout.heading(target)) from None


def _telegram_id(cells: Mapping[str, str], layout: Layout) -> str | None:
    typed = identity(cells.get("telegram_id", "")).lstrip(TEXT_MARKS)
    if typed and not TELEGRAM_ID.fullmatch(typed):
        raise _Wrong("invalid_telegram_id", layout.heading("telegram_id"))
    return typed or None


def _consent(record: Record, layout: Layout) -> str:
    if layout.consent is None:
        return ConsentValue.UNSET
    cell = _cell(record, layout.consent)
    value = CONSENT_WORDS.get(cell.casefold()) or CONSENT_WORDS.get(folded(cell))
    if value is None:
        raise _Wrong("bad_consent_value", layout.columns[layout.consent])
    return value
