"""Look a file over before anything of it is taken: is it a table, with which columns, and how many rows?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

from staffetta.contacts.phone import NotAPhone, parse_strict
from staffetta.contacts.read_csv import (
    COLUMN_LIMIT,
    BadFile,
    Dialect,
    Record,
    detect_encoding,
    records,
    sniff_delimiter,
)
from staffetta.text import cut, folded, value

SAMPLE_ROWS = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was found: the columns by heading, how many rows hold something, and the first of them."""

    dialect: Dialect
    columns: list[str]
    rows: int
    sample: list[Record] = field(default_factory=list)


def inspect(file: IO[bytes], delimiter: str = "", encoding: str = "") -> Sheet:
    """Read the whole file once, keep nothing but the beginning; raises BadFile with what is wrong and where.

    Without `delimiter` and `encoding` they are found out. Since every row is looked at here, a file that is broken in
    its last line is refused before its first row is taken.
    """
    found = encoding or detect_encoding(file)
    dialect = Dialect(found, delimiter or sniff_delimiter(file, found))
    rows = records(file, dialect)
    first = next(rows, Record(1, [], 0)).cells
    columns = headings(first)
    sample, number, width = list[Record](), 0, len(columns)
    for record in rows:
        if record.blank:
            continue
        number += 1
        while width < len(first) and any(cell.strip() for cell in record.cells[width:]):
            width += 1
        if len(sample) < SAMPLE_ROWS:
            sample.append(record)
    if not number:
        raise BadFile("no_rows")
    return Sheet(dialect, headings(first, width), number, sample)


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
    if any(_is_phone(name) for name in names):
        raise BadFile("no_headings", 1)
    named = [cut(name, 200) or f"#{place}" for place, name in enumerate(names, 1)]
    alike = Counter(folded(name) for name in named)
    if twice := [name for name in named if alike[folded(name)] > 1]:
        raise BadFile("duplicate_headings", 1, ", ".join(dict.fromkeys(twice))[:300])
    return named


def _is_phone(text: str) -> bool:
    try:
        parse_strict(text)
    except NotAPhone:
        return False
    return True
