"""How a file is read: a value of traits, each with what says so, and a question where nothing does. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from staffetta.contacts.fields.notation import Notation

COMMA, POINT = ",", "."
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
YES, NO = "yes", "no"
SHOWN_SIGNS = 80
"""Signs of a cell that are kept as evidence."""


class Basis(StrEnum):
    """What a trait was decided by. Only ASKED keeps an import from starting."""

    FILE = "file"  # the file says so: a byte order mark, a line «sep=;», 31/12/2026
    LIKELY = "likely"  # read well this way, but other ways were possible
    LANGUAGE = "language"  # the installation's language decides, since the file does not
    INSTALLATION = "installation"  # the installation's setting
    UNUSED = "unused"  # nothing in the file depends on it
    ASKED = "asked"  # another value would change what is stored: a person must choose
    CHOSEN = "chosen"  # a person chose


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place of the file; `line` counts from 1 as spreadsheets count rows, 0 means none."""

    line: int
    text: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Trait:
    """One property of the reading, with what it was decided by and the places of the file that say so."""

    value: str
    basis: str = Basis.UNUSED
    evidence: tuple[Evidence, ...] = ()

    def chosen(self, value: str) -> "Trait":
        return replace(self, value=value, basis=Basis.CHOSEN)


@dataclass(frozen=True, slots=True)
class FileReading:
    """How a file is read.

    `encoding` and `delimiter` are Python's names; `heading` is yes or no; `sheet` the name of a workbook's sheet;
    `decimal` a comma or a point, the other one stands between thousands; `dates` says whether the day or the month
    comes first; `zone` is the time zone of times without an offset. `decimal` and `dates` are "" where only a person
    can say; then cells that depend on them are rejected.
    """

    encoding: Trait = field(default_factory=lambda: Trait("utf-8"))
    delimiter: Trait = field(default_factory=lambda: Trait(","))
    heading: Trait = field(default_factory=lambda: Trait(YES))
    sheet: Trait = field(default_factory=lambda: Trait(""))
    decimal: Trait = field(default_factory=lambda: Trait(""))
    dates: Trait = field(default_factory=lambda: Trait(""))
    zone: Trait = field(default_factory=lambda: Trait(""))

    @property
    def questions(self) -> list[str]:
        """The traits that a person must choose before the import can start."""
        return [name for name in TRAITS if self.trait(name).basis == Basis.ASKED]

    @property
    def has_heading(self) -> bool:
        return self.heading.value != NO

    @property
    def notation(self) -> Notation:
        """How numbers, dates and times are written."""
        return Notation(self.decimal.value or "?", self.dates.value or "?", ZoneInfo(self.zone.value or "UTC"))

    def trait(self, name: str) -> Trait:
        found: Trait = getattr(self, name)
        return found

    def replaced(self, **traits: Trait) -> "FileReading":
        return replace(self, **traits)

    def without_cells(self) -> "FileReading":
        """Return the reading without what stands in the file: people's data is not kept for nothing."""
        return FileReading(**{name: replace(self.trait(name), evidence=()) for name in TRAITS})

    def as_json(self) -> dict[str, Any]:
        return {name: _trait_json(self.trait(name)) for name in TRAITS}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "FileReading":
        return cls(**{name: _trait(told[name]) for name in TRAITS if name in told})


TRAITS: tuple[str, ...] = tuple(each.name for each in fields(FileReading))


def evidence(line: int, text: str, column: str = "") -> Evidence:
    """Return a place of the file with the beginning of what stands there."""
    shown = " ".join(text.split())
    return Evidence(line, shown if len(shown) <= SHOWN_SIGNS else f"{shown[:SHOWN_SIGNS]}…", column)


def _trait_json(trait: Trait) -> dict[str, Any]:
    places = [[each.line, each.text, each.column] for each in trait.evidence]
    return {"value": trait.value, "basis": str(trait.basis), "evidence": places}


def _trait(told: Mapping[str, Any]) -> Trait:
    places: Sequence[Sequence[Any]] = told["evidence"]
    return Trait(told["value"], told["basis"], tuple(Evidence(*place) for place in places))
