"""Turn what was uploaded into a CSV file that can be read piece by piece: workbooks, and text in UTF-16."""

import codecs
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from staffetta.contacts.file_reading import Basis, Trait
from staffetta.contacts.find_encoding import utf16_of
from staffetta.contacts.read_csv import CHUNK, BadFile
from staffetta.contacts.read_xlsx import Unreadable, is_workbook, to_csv
from staffetta.work import scratch


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file; what the upload was written in where that is not what the file is written in by now."""

    file: IO[bytes]
    from_workbook: bool = False
    encoding: Trait | None = None

    @property
    def delimiter(self) -> str:
        return "," if self.from_workbook else ""


@contextmanager
def as_csv(file: IO[bytes]) -> Iterator[Table]:
    """Yield the upload as CSV; raises BadFile."""
    file.seek(0)
    workbook = is_workbook(file.read(4))
    utf16 = "" if workbook else utf16_of(file)
    if not workbook and not utf16:
        yield Table(file)
        return
    with scratch.held() as mine:
        path = _sheet(file, mine.folder) if workbook else _as_utf8(file, utf16, mine.folder)
        with path.open("rb") as table:
            yield Table(table, workbook, Trait("utf-8", Basis.FILE) if workbook else Trait(utf16, Basis.FILE))


def _sheet(file: IO[bytes], folder: Path) -> Path:
    """Write the first visible sheet of a workbook as CSV."""
    workbook, table = folder / "workbook.xlsx", folder / "sheet.csv"
    file.seek(0)
    with workbook.open("wb") as copy:
        shutil.copyfileobj(file, copy)
    try:
        to_csv(workbook, table)
    except Unreadable as unreadable:
        raise BadFile("workbook_too_large" if unreadable.too_large else "spreadsheet_file") from None
    return table


def _as_utf8(file: IO[bytes], encoding: str, folder: Path) -> Path:
    """Write a file in UTF-16 as UTF-8: its rows are found by their bytes."""
    target, decoder, line = folder / "table.csv", codecs.getincrementaldecoder(encoding)(), 1
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
    return target
