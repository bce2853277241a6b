"""CSV that an Italian Excel opens by double click: semicolons, a byte order mark, and no cell that is a formula."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

DANGEROUS = ("=", "+", "-", "@")
NUMBER = re.compile(r"[+-][0-9][0-9 \u00a0.,]*")
"""A number or a phone number is no formula; with a slash or a second sign in it, a spreadsheet would work it out."""
SKIPPED = re.compile(r"[\s\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*")
"""Blanks, line ends, control and invisible signs: spreadsheets look behind them."""
LEADING_CONTROL = ("\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """Return the cell as text, with an apostrophe before what a spreadsheet would run as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if _risky(text) else text


def original_cell(cell: str) -> str:
    """Return the text that `safe_cell` was given: the apostrophe goes where it would be set, and nowhere else."""
    return cell[1:] if cell.startswith("'") and _risky(cell[1:]) else cell


def _risky(text: str) -> bool:
    """Say whether a spreadsheet would evaluate it; apostrophes before it, or we would take a real one for ours."""
    core = text.lstrip("'")
    if core.startswith(LEADING_CONTROL):
        return True
    behind = core[SKIPPED.match(core).end() :]  # type: ignore[union-attr]  # it matches nothing as well
    first = unicodedata.normalize("NFKC", behind[:1])  # fullwidth and small signs are evaluated too
    return first.startswith(DANGEROUS) and not NUMBER.fullmatch(text)


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
