"""Turn the first visible sheet of an XLSX workbook into CSV, in a process of its own with bounded memory.

`python -m staffetta.contacts.read_xlsx WORKBOOK CSV`: a workbook made to burst takes down that process, not the server.
"""

import csv
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from staffetta.contacts.excel_csv import safe_cell
from staffetta.contacts.notation import AMBIGUOUS, TYPED_NUMBER
from staffetta.text import storable

UNPACKED_LIMIT = 1_000_000_000
"""Bytes a workbook may unpack to: a million rows of a dozen columns fit."""
MEMORY_LIMIT = 4_000_000_000
SECONDS = 180
CHUNK = 1_000_000
REFUSED, TOO_LARGE = 3, 4
"""How the process ends when the workbook cannot be read, and when it is too large."""


class Unreadable(Exception):
    """The workbook cannot be turned into a table. `too_large` says whether it is its size."""

    def __init__(self, *, too_large: bool = False) -> None:
        super().__init__()
        self.too_large = too_large


def is_workbook(head: bytes) -> bool:
    """Say whether a file begins as XLSX files do."""
    return head.startswith(b"PK\x03\x04")


def to_csv(workbook: Path, target: Path) -> None:
    """Write the first visible sheet as CSV (comma, UTF-8); raises Unreadable."""
    command = [sys.executable, "-m", "staffetta.contacts.read_xlsx", str(workbook), str(target)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable(too_large=True) from None
    if done.returncode:
        raise Unreadable(too_large=done.returncode != REFUSED)


def main(workbook: Path, target: Path) -> int:
    """Do the work; the number tells the caller how it went."""
    _limit_memory()
    try:
        _unpack(workbook)
        _write(workbook, target)
    except (OverflowError, MemoryError):
        return TOO_LARGE
    except (zipfile.BadZipFile, NotImplementedError, KeyError, RuntimeError, CalamineError, EOFError, StopIteration):
        return REFUSED
    return 0


def _unpack(workbook: Path) -> None:
    """Unpack into nothing to learn the true size: what the directory of an archive says may be a lie."""
    total = 0
    with zipfile.ZipFile(workbook) as archive:
        archive.getinfo("xl/workbook.xml")
        for entry in archive.infolist():
            with archive.open(entry) as part:
                while chunk := part.read(CHUNK):
                    total += len(chunk)
                    if total > UNPACKED_LIMIT:
                        raise OverflowError(total)


def _write(workbook: Path, target: Path) -> None:
    with load_workbook(workbook) as book, target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        for row in book.get_sheet_by_name(_visible(book)).iter_rows():
            writer.writerow([safe_cell(as_text(cell)) for cell in row])


def _visible(book: CalamineWorkbook) -> str:
    """Return the name of the first sheet of cells that a person sees; hidden ones hold what nobody looked at."""
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    return next(sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible)


def as_text(cell: object) -> str:
    """Return a cell as it would be typed: a number without its invented decimals, a date as 2026-12-31."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        return f"{text}{TYPED_NUMBER}" if AMBIGUOUS.fullmatch(text) else text
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return storable(str(cell)) if isinstance(cell, timedelta) or cell is not None else ""


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
