"""Find out from the whole file how its numbers and dates are written: one pass, over the columns that need it only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from staffetta.contacts.fields.notation import TYPED_NUMBER, UNKNOWN, day_order, decimal_sign
from staffetta.contacts.files.file_reading import COMMA, DAY_FIRST, POINT, Basis, Evidence, Trait, evidence
from staffetta.contacts.files.read_csv import Record
from staffetta.text import value

NUMBERS, DATES = ("number", "integer"), ("date", "datetime")
TYPES = (*NUMBERS, *DATES)
"""Types of fields whose cells may be read in two ways."""
OTHER_SIGN = {COMMA: POINT, POINT: COMMA}
LANGUAGE_DECIMAL, LANGUAGE_DATES = {"it": COMMA}, {"it": DAY_FIRST}
"""What an installation's language decides. English decides nothing: many who choose it write as at home."""


@dataclass(slots=True)
class _Column:
    """What the cells of a column say, each with the first place that says it; UNKNOWN are those that say either."""

    heading: str
    said: dict[str, Evidence] = field(default_factory=dict)

    def note(self, said: str, row: int, cell: str) -> None:
        if said and said not in self.said:
            self.said[said] = evidence(row, cell, self.heading)

    def clear(self) -> set[str]:
        return self.said.keys() - {UNKNOWN}


class Found(NamedTuple):
    """The decimal sign, and the order of day and month."""

    decimal: Trait
    dates: Trait


def find_notation(rows: Iterable[Record], columns: Mapping[int, tuple[str, str]], language: str) -> Found:
    """Return how the numbers and dates of a file are written; `columns` is place -> (heading, type)."""
    numbers = {place: _Column(heading) for place, (heading, type_) in columns.items() if type_ in NUMBERS}
    dates = {place: _Column(heading) for place, (heading, type_) in columns.items() if type_ in DATES}
    whole = {place for place, (_heading, type_) in columns.items() if type_ == "integer"}
    for record in rows:
        cells = record.cells
        for place, column in numbers.items():
            if place < len(cells) and not (cell := cells[place]).isdecimal() and not cell.endswith(TYPED_NUMBER):
                column.note(_said(text := value(cell), whole=place in whole), record.row, text)
        for place, column in dates.items():
            if place < len(cells) and cells[place]:
                column.note(day_order(text := value(cells[place])), record.row, text)
    return Found(decimal_of(numbers.values(), language), dates_of(dates.values(), language))


def _said(text: str, *, whole: bool) -> str:
    said = decimal_sign(text)
    if said == UNKNOWN and whole and not text.endswith("000"):
        return OTHER_SIGN[text[-4]]  # 1.500 in a field of whole numbers is no 1.5
    return said


def decimal_of(columns: Iterable[_Column], language: str) -> Trait:
    """Decide for the file. A point is believed to be the decimal sign of 2.000 only where its own column says so."""
    columns = list(columns)
    open_ones = [column for column in columns if UNKNOWN in column.said]
    said: set[str] = set().union(*(column.clear() for column in columns))
    own = all(column.clear() for column in open_ones)
    if len(said) == 1 and (own or said == {COMMA}):
        return Trait(min(said), Basis.FILE, _places(columns, min(said)))
    return _undecided(columns, open_ones, said, LANGUAGE_DECIMAL.get(language, ""))


def dates_of(columns: Iterable[_Column], language: str) -> Trait:
    """Decide for the file: one order is believed for all of its columns."""
    columns = list(columns)
    open_ones = [column for column in columns if UNKNOWN in column.said]
    said: set[str] = set().union(*(column.clear() for column in columns))
    if len(said) == 1:
        return Trait(min(said), Basis.FILE, _places(columns, min(said)))
    found = _undecided(columns, open_ones, said, LANGUAGE_DATES.get(language, ""))
    return replace(found, basis=Basis.LANGUAGE) if said and found.value else found


def _undecided(columns: list[_Column], open_ones: list[_Column], said: set[str], preferred: str) -> Trait:
    """The file says nothing, or contradicts itself: the language decides in the first case, a person in the second."""
    if not open_ones:
        return Trait(preferred)
    if said or not preferred:
        places = [place for sign in (UNKNOWN, *sorted(said)) for place in _places(columns, sign)]
        return Trait("", Basis.ASKED, tuple(places))
    return Trait(preferred, Basis.LANGUAGE, _places(columns, UNKNOWN))


def _places(columns: Iterable[_Column], sign: str) -> tuple[Evidence, ...]:
    """Return the first place that says it."""
    found = [column.said[sign] for column in columns if sign in column.said]
    return tuple(sorted(found, key=lambda place: place.line)[:1])
