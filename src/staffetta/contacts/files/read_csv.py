"""Read a CSV file of people's spreadsheets in bounded memory: separator, rows, and where each row ends.

Rows are numbered as a spreadsheet numbers them: the headings are row 1. Every row knows the byte it ends at, so that
a reading that was broken off goes on exactly there.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from staffetta.contacts.files.excel_csv import original_cell

CHUNK = 65_536
SAMPLE = 65_536
QUOTES_SAMPLE = 8_192
RECORD_LIMIT = 1_000_000
"""Bytes of one row; no spreadsheet row is near it, a file without line ends is."""
COLUMN_LIMIT = 300
DELIMITERS = (";", ",", "\t")
MIXED = "utf-8-mixed"
"""UTF-8 whose other bytes are read as Windows-1252: programs that write into one file do not always agree."""
SEPARATOR_LINE = re.compile(r"sep=([^\r\n\"])[\r\n]*", re.IGNORECASE)
"""A first line for Excel that names the separator and is no row."""


class BadFile(Exception):
    """The file cannot be read as it is. `code` is worded in wording.py; `line` counts from 1, 0 means no line."""

    def __init__(self, code: str, line: int = 0, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.line, self.detail = code, line, detail


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written."""

    encoding: str = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: rows read (the headings included), and the byte behind them."""

    row: int = 0
    byte: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number, its cells, and the byte it ends at. A blank row has no filled cell."""

    row: int
    cells: list[str]
    end: int

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Separator:
    """A separator and why: named by the first line, even rows, alike (another one is as good), one_column."""

    sign: str
    why: str


def sniff_delimiter(file: IO[bytes], encoding: str) -> Separator:
    """Return the separator that makes the most even table of the first rows; a comma when there is one column."""
    file.seek(0)
    text = decoded(file.read(SAMPLE), encoding, "ignore").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if lines and (named := SEPARATOR_LINE.fullmatch(lines[0])):
        return Separator(named[1], "named")
    whole = lines[:-1] if len(text) > 1 and len(lines) > 1 and not text.endswith(("\n", "\r")) else lines
    evenness = {delimiter: _evenness(whole[:50], delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: evenness[delimiter])
    if evenness[best] == (0, 0):
        return Separator(",", "one_column")
    alike = [delimiter for delimiter in DELIMITERS if evenness[delimiter] == evenness[best]]
    return Separator(best, "even" if len(alike) == 1 else "alike")


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Return the share of rows as wide as the first, and how wide that is.

    The number of such rows would favour a wrong separator: it takes quoted cells of several lines apart.
    """
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return (0, 0)
    if not rows or len(rows[0]) < 2:
        return (0, 0)
    width = len(rows[0])
    return (sum(len(row) == width for row in rows) / len(rows), width)


def records(file: IO[bytes], dialect: Dialect, start: Position | None = None) -> Iterator[Record]:
    """Yield the rows behind `start`; raises BadFile at the first one that cannot be told apart."""
    at = start or Position()
    meter = _Meter(at.byte)
    lines = meter.lines(file, dialect.encoding)
    skips = _blank_before_quotes(file, dialect)
    rows = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=skips, strict=True)
    number = at.row
    while True:
        meter.record_start = meter.byte
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            code = "line_too_long" if "field limit" in str(error) else "quoting"
            raise BadFile(code, max(meter.line, 1), str(error)) from None
        except UnicodeDecodeError:
            raise BadFile("bad_byte", meter.line, dialect.encoding) from None
        number += 1
        yield Record(number, [original_cell(cell) for cell in cells], meter.byte)


class _Meter:
    """Hands out lines and knows how many bytes were handed out."""

    def __init__(self, byte: int) -> None:
        self.byte = self.record_start = byte
        self.line = 0

    def lines(self, file: IO[bytes], encoding: str) -> Iterator[str]:
        codec, errors = _codec(encoding)
        for raw in raw_lines(file, self.byte):
            self.line += 1
            self.byte += len(raw)
            if self.byte - self.record_start > RECORD_LIMIT:
                raise BadFile("line_too_long", self.line)
            text = raw.decode(codec, errors)
            if self.byte == len(raw):
                text = text.removeprefix("\ufeff")
                if SEPARATOR_LINE.fullmatch(text):
                    continue
            yield text


def raw_lines(file: IO[bytes], start: int = 0) -> Iterator[bytes]:
    """Split at line feeds, at carriage returns and at both together, however a file mixes them."""
    file.seek(start)
    rest, line = b"", 0
    while chunk := file.read(CHUNK):
        lines = (rest + chunk).splitlines(keepends=True)
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        line += len(lines)
        yield from lines
        if len(rest) > RECORD_LIMIT:
            raise BadFile("line_too_long", line + 1)
    if rest:
        yield rest


def _blank_before_quotes(file: IO[bytes], dialect: Dialect) -> bool:
    """Say whether the file writes `a, "b"`: each blank before quotation marks opens a cell that ends with them."""
    file.seek(0)
    text = decoded(file.read(QUOTES_SAMPLE), dialect.encoding, "ignore")
    text = text.rpartition("\n")[0] or text
    mark = re.escape(dialect.delimiter)
    opened = re.findall(f'{mark} +"', text)
    closed = re.findall(f'{mark} +"(?:[^"]|"")*"(?={mark}|[\r\n]|$)', text)
    return 0 < len(opened) == len(closed)


def decoded(raw: bytes, encoding: str, errors: str = "strict") -> str:
    """Return bytes of a file as text; raises UnicodeDecodeError."""
    return raw.decode(*_codec(encoding, errors))


def _codec(encoding: str, errors: str = "strict") -> tuple[str, str]:
    """Return Python's name of an encoding, and what it does with bytes that are none of it."""
    if encoding == MIXED:
        return "utf-8", "staffetta.cp1252"
    return "utf-8" if encoding == "utf-8-sig" else encoding, errors


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("staffetta.cp1252", _as_cp1252)
