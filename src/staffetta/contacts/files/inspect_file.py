"""Look a file over before anything of it is taken: is it a table, with which columns, and how many rows?"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import IO

from staffetta.contacts.files.file_reading import NO, YES, Basis, Trait, evidence
from staffetta.contacts.files.find_encoding import find_encoding
from staffetta.contacts.files.read_csv import COLUMN_LIMIT, BadFile, Dialect, Record, records, sniff_delimiter
from staffetta.text import cut, folded, value

SAMPLE_ROWS = 12
LIKE_A_NUMBER = re.compile(r"[+(]?\d[\d ()./-]{5,}\d")
LIKE_AN_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was found: the columns by heading, how many rows hold something, the first of them, and how it is read."""

    columns: list[str]
    rows: int
    encoding: Trait
    delimiter: Trait
    heading: Trait
    sample: list[Record] = field(default_factory=list)

    @property
    def dialect(self) -> Dialect:
        return Dialect(self.encoding.value, self.delimiter.value)


def inspect(file: IO[bytes], delimiter: str = "", encoding: str = "", heading: str = "") -> Sheet:
    """Read the whole file once, keep nothing but the beginning; raises BadFile with what is wrong and where.

    What is not given is found out. Since every row is looked at here, a file that is broken in its last line is
    refused before its first row is taken.
    """
    written = Trait(encoding, Basis.CHOSEN) if encoding else find_encoding(file)
    separated = Trait(delimiter, Basis.CHOSEN) if delimiter else _delimiter(file, written.value)
    rows = records(file, Dialect(written.value, separated.value))
    first = next(rows, Record(1, [], 0))
    named = Trait(heading, Basis.CHOSEN) if heading else _heading(first)
    if named.value == NO:
        return _read(chain([first], rows), [], written, separated, named)
    headings(first.cells)
    return _read(rows, first.cells, written, separated, named)


def _read(rows: Iterator[Record], first: list[str], *traits: Trait) -> Sheet:
    sample, number = list[Record](), 0
    width, most = (len(headings(first)), len(first)) if first else (0, COLUMN_LIMIT + 1)
    for record in rows:
        if record.blank:
            continue
        number += 1
        while width < most and any(cell.strip() for cell in record.cells[width:]):
            width += 1
        if len(sample) < SAMPLE_ROWS:
            sample.append(record)
    if not number:
        raise BadFile("no_rows")
    encoding, delimiter, heading = traits
    return Sheet(headings(first or [""] * width, width), number, encoding, delimiter, heading, sample)


def _delimiter(file: IO[bytes], encoding: str) -> Trait:
    found = sniff_delimiter(file, encoding)
    bases = {"alike": Basis.LIKELY, "one_column": Basis.UNUSED}
    return Trait(found.sign, bases.get(found.why, Basis.FILE))


def _heading(first: Record) -> Trait:
    """Say whether the first row holds headings: a number or an e-mail address in it is a person's, so it is asked."""
    for cell in first.cells:
        text = value(cell)
        if is_of_a_person(text):
            return Trait(NO, Basis.ASKED, (evidence(first.row, text),))
    return Trait(YES, Basis.LIKELY)


def is_of_a_person(text: str) -> bool:
    """Say whether a cell of the first row is no heading but a number or an e-mail address."""
    return bool(LIKE_A_NUMBER.fullmatch(text) or LIKE_AN_ADDRESS.fullmatch(text))


def headings(cells: Sequence[str], width: int = 0) -> list[str]:
    """Return the columns' names; one without a name is called by its place: #3. Raises BadFile.

    Columns without a name at the end count as far as `width`: so far do rows hold something.
    """
    names = [" ".join(value(cell).split()) for cell in cells]
    while names and not names[-1] and len(names) > width:
        names.pop()
    if not names:
        raise BadFile("no_headings", 1)
    if len(names) > COLUMN_LIMIT:
        raise BadFile("too_many_columns", 1, str(len(names)))
    named = [cut(name, 200) or f"#{place}" for place, name in enumerate(names, 1)]
    alike = Counter(folded(name) for name in named)
    if twice := [name for name in named if alike[folded(name)] > 1]:
        raise BadFile("duplicate_headings", 1, ", ".join(dict.fromkeys(twice))[:300])
    return named
