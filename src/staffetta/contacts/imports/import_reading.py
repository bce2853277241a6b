"""How the file of an import is read: kept with the import, chosen anew by a person, found again when the fields change.

Encoding, separator and heading make the columns, so they are found when the file comes in. Decimal sign and order of
day and month are found when it is known which columns hold numbers and dates.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from django.conf import settings
from django.db import transaction

from staffetta.contacts.fields.notation import PROGRAMS, Notation
from staffetta.contacts.files.file_reading import Basis, FileReading, Trait
from staffetta.contacts.files.find_notation import TYPES, find_notation
from staffetta.contacts.files.inspect_file import Sheet, inspect
from staffetta.contacts.files.read_csv import BadFile, Dialect, Position, Record, records
from staffetta.contacts.files.read_workbook import SheetName
from staffetta.contacts.models import ContactField, Import

STRUCTURE = ("sheet", "encoding", "delimiter", "heading")
"""Traits that make the columns: another one makes the mapping void."""
INSPECTED = STRUCTURE[1:]
NOTATION = ("decimal", "dates", "zone")


class Unanswered(Exception):
    """The file can be read in several ways that store different values: its reading has questions."""

    def __init__(self, reading: FileReading) -> None:
        super().__init__(", ".join(reading.questions))
        self.reading = reading


def reading_of(source: Import) -> FileReading:
    """Return how the file of an import is read, also of one made before readings were kept."""
    if source.reading:
        return FileReading.from_json(source.reading)
    return FileReading(Trait(source.encoding), Trait(source.delimiter))


def notation_of(source: Import) -> Notation:
    """Return how the values of an import are written."""
    return reading_of(source).notation if source.reading else PROGRAMS


def kept_as_utf8(source: Import) -> bool:
    """Say whether the kept file is no longer written as what was uploaded: a workbook, or text in UTF-16."""
    return source.from_workbook or reading_of(source).encoding.value.startswith("utf-16")


def keep(
    source: Import,
    reading: FileReading,
    types: Mapping[str, str] | None = None,
    sheets: Sequence[SheetName] | None = None,
) -> None:
    """Put a reading into the import's row, which is not saved here; what is None stays.

    `types` are those its notation was found for, `sheets` those of its workbook.
    """
    known = source.reading or {}
    told = known.get("types", {}) if types is None else dict(types)
    there = known.get("sheets", []) if sheets is None else [[each.name, each.hidden] for each in sheets]
    source.reading = {**reading.as_json(), "types": told, "sheets": there}
    source.delimiter = reading.delimiter.value
    source.encoding = "utf-8" if kept_as_utf8(source) else reading.encoding.value


def inspect_again(source: Import, chosen: Mapping[str, str]) -> tuple[Sheet, FileReading]:
    """Return what another encoding, separator or heading makes of the file; raises BadFile.

    What no person chose, now or before, is found anew.
    """
    before = reading_of(source)
    told = {name: chosen.get(name) or _choice(before.trait(name)) for name in INSPECTED}
    settled = ("encoding", "delimiter") if source.from_workbook else ("encoding",) if kept_as_utf8(source) else ()
    told |= {name: getattr(source, name) for name in settled}
    with opened(source) as file:
        sheet = inspect(file, told["delimiter"], told["encoding"], told["heading"])
    found = {name: _with_evidence(getattr(sheet, name), before.trait(name)) for name in INSPECTED}
    return sheet, before.replaced(**{**found, **{name: before.trait(name) for name in settled}})


def _choice(trait: Trait) -> str:
    return trait.value if trait.basis == Basis.CHOSEN else ""


def _with_evidence(found: Trait, before: Trait) -> Trait:
    """What the file says stays to be seen, also where a person chose."""
    return before.chosen(found.value) if found.basis == Basis.CHOSEN else found


def find(source: Import, chosen: Mapping[str, str] = {}) -> None:
    """Find decimal sign, order of day and month, and zone for the fields the columns go to now.

    `chosen` wins, then what a person chose before. Looks through the file only if a column goes to a field of numbers
    or dates, and once for the same fields. Does not save the row; raises BadFile.
    """
    types, before = notation_types(source), reading_of(source)
    reading = before if types == (source.reading or {}).get("types") else _found(source, before, types)
    for name in NOTATION:
        if wanted := chosen.get(name) or _choice(before.trait(name)):
            reading = reading.replaced(**{name: reading.trait(name).chosen(wanted)})
    keep(source, reading, types)


def sheets_of(source: Import) -> list[SheetName]:
    """Return the sheets of which one can be chosen."""
    return [SheetName(*each) for each in (source.reading or {}).get("sheets", [])] if source.workbook else []


def drop_workbook(source: Import) -> None:
    """Forget the workbook: its other sheets cannot be chosen any more. Does not save the row."""
    if source.workbook:
        name, storage = str(source.workbook.name), source.workbook.storage
        transaction.on_commit(lambda: storage.delete(name))
        source.workbook = ""


def forget_cells(source: Import) -> None:
    """Forget all that is kept of the file beside the file: cells that were evidence, other sheets. Saves the row."""
    if source.reading:
        keep(source, reading_of(source).without_cells())
        source.reading["types"] = None  # so the notation is found again, with its evidence
    drop_workbook(source)
    source.save(update_fields=["reading", "workbook"])


def notation_types(source: Import) -> dict[str, str]:
    """Return column -> type of those that go to a field of numbers or dates."""
    fields = ContactField.objects.filter(name__in=list(source.mapping.values()), type__in=TYPES)
    types = dict(fields.values_list("name", "type"))
    return {column: types[target] for column, target in source.mapping.items() if target in types}


def _found(source: Import, before: FileReading, types: Mapping[str, str]) -> FileReading:
    columns = {source.columns.index(column): (column, type_) for column, type_ in types.items()}
    if columns:
        with opened(source) as file:
            found = find_notation(rows_of(file, source), columns, settings.LANGUAGE_CODE)
    else:
        found = find_notation((), {}, settings.LANGUAGE_CODE)
    zone = Trait(settings.TIME_ZONE, Basis.INSTALLATION if "datetime" in types.values() else Basis.UNUSED)
    return before.replaced(decimal=found.decimal, dates=found.dates, zone=zone)


def rows_of(file: IO[bytes], source: Import, start: Position | None = None) -> Iterator[Record]:
    """Yield the rows with people behind `start`; raises BadFile."""
    rows = records(file, Dialect(source.encoding, source.delimiter), start)
    if not (start and start.row) and reading_of(source).has_heading:
        next(rows, None)
    return rows


@contextmanager
def opened(source: Import) -> Iterator[IO[bytes]]:
    """Open the kept file; raises BadFile when it is gone."""
    try:
        file = source.file.open("rb")
    except (FileNotFoundError, ValueError):
        raise BadFile("file_gone") from None
    with file:
        yield file
