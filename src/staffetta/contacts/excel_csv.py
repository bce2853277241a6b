"""CSV that an Italian Excel opens by double click: semicolons, a byte order mark, and no cell that is a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?[0-9][0-9 \u00a0().,/\-–]*")
"""A number or a phone number is no formula, and must stay as it is to be imported again."""


def safe_cell(value: object) -> str:
    """Return the cell as text, with an apostrophe before what a spreadsheet would run as a formula."""
    text = "" if value is None else str(value)
    risky = text.lstrip(" ").startswith(DANGEROUS) and not NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


class _Line:
    """What csv.writer writes to: keeps one line."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def encoded(headings: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield the file line by line, ready for a streamed answer."""
    line = _Line()
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for row in chain([headings], rows):
        writer.writerow([safe_cell(cell) for cell in row])
        yield line.text.encode()
