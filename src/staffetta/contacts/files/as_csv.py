"""Turn what was uploaded into a CSV file that can be read piece by piece: workbooks, and text in UTF-16."""

import codecs
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from staffetta.contacts.files.file_reading import Basis, Trait
from staffetta.contacts.files.find_encoding import utf16_of
from staffetta.contacts.files.read_csv import CHUNK, BadFile
from staffetta.contacts.files.read_workbook import (
    NO_SUCH_SHEET,
    PROTECTED,
    REFUSED,
    Converted,
    SheetName,
    Unreadable,
    is_workbook,
    to_csv,
)
from staffetta.work.backups import scratch


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file; what the upload was written in where that is not what the file is written in by now.

    `sheet` is the one of a workbook it was made of, `sheets` are those there are.
    """

    file: IO[bytes]
    encoding: Trait | None = None
    sheet: str = ""
    sheets: Sequence[SheetName] = ()

    @property
    def from_workbook(self) -> bool:
        return bool(self.sheets)

    @property
    def delimiter(self) -> str:
        return "," if self.from_workbook else ""


@contextmanager
def as_csv(file: IO[bytes], sheet: str = "") -> Iterator[Table]:
    """Yield the upload as CSV, of a workbook the sheet of this name or the first visible one; raises BadFile."""
    file.seek(0)
    workbook = is_workbook(file.read(4))
    utf16 = "" if workbook else utf16_of(file)
    if sheet and not workbook:
        raise BadFile("no_sheets")
    if not workbook and not utf16:
        yield Table(file)
        return
    with scratch.held() as mine:
        table = mine.folder / "table.csv"
        if workbook:
            made = _sheet(file, mine.folder, table, sheet)
            told = (Trait("utf-8", Basis.FILE), made.sheet, made.sheets)
        else:
            _as_utf8(file, utf16, table)
            told = (Trait(utf16, Basis.FILE), "", [])
        with table.open("rb") as opened:
            yield Table(opened, *told)


PROBLEMS = {REFUSED: "spreadsheet_file", PROTECTED: "workbook_protected", NO_SUCH_SHEET: "no_such_sheet"}


def _sheet(file: IO[bytes], folder: Path, table: Path, sheet: str) -> Converted:
    workbook = folder / "workbook"
    file.seek(0)
    with workbook.open("wb") as copy:
        shutil.copyfileobj(file, copy)
    try:
        return to_csv(workbook, table, sheet)
    except Unreadable as unreadable:
        names = ", ".join(f"«{each.name}»" for each in unreadable.sheets if not each.hidden)
        raise BadFile(PROBLEMS.get(unreadable.code, "workbook_too_large"), detail=names) from None


def _as_utf8(file: IO[bytes], encoding: str, target: Path) -> None:
    """Write a file in UTF-16 as UTF-8: its rows are found by their bytes."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    file.seek(0)
    try:
        with target.open("wb") as out:
            while chunk := file.read(CHUNK):
                text = decoder.decode(chunk)
                line += text.count("\n")
                out.write(text.removeprefix("\ufeff").encode())
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise BadFile("bad_byte", line, encoding) from None
