"""Turn a sheet of a workbook (XLSX, ODS, XLS) into CSV, in a process of its own with bounded memory.

`python -m staffetta.contacts.files.read_workbook WORKBOOK CSV SHEET`: a workbook made to burst takes down that
process, not the server. calamine refuses a sheet of more than 100 million cells; what is made of fewer is bounded by
the memory and time of the process. The names of the sheets are printed as JSON.
"""

import csv
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from staffetta.contacts.fields.notation import AMBIGUOUS, TYPED_NUMBER
from staffetta.contacts.files.excel_csv import safe_cell
from staffetta.text import storable

UNPACKED_LIMIT = 1_000_000_000
"""Bytes a workbook may unpack to, and its sheet be as CSV: a million rows of a dozen columns fit."""
MEMORY_LIMIT = 4_000_000_000
SECONDS = 180
CHUNK = 1_000_000
REFUSED, TOO_LARGE, PROTECTED, NO_SUCH_SHEET = 3, 4, 5, 6
"""How the process ends when the workbook cannot be read, is too large, has a password, or lacks the sheet."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SUFFIXES = {"xl/workbook.xml": "xlsx", "content.xml": "ods"}
"""The part that each kind of archive has; XLS is an OLE file, as is a workbook with a password."""


class Unreadable(Exception):
    """The workbook cannot be turned into a table. `code` says how the process ended; `sheets` are those there are."""

    def __init__(self, code: int, sheets: "list[SheetName] | None" = None) -> None:
        super().__init__(code)
        self.code, self.sheets = code, sheets or []

    @property
    def too_large(self) -> bool:
        return self.code not in (REFUSED, PROTECTED, NO_SUCH_SHEET)


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet of cells of a workbook."""

    name: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    """Which sheet was read, and those there are."""

    sheet: str
    sheets: list[SheetName]


def is_workbook(head: bytes) -> bool:
    """Say whether a file begins as workbooks do."""
    return head.startswith((ZIP, OLE))


def to_csv(workbook: Path, target: Path, sheet: str = "") -> Converted:
    """Write a sheet as CSV (comma, UTF-8): the one of this name, or the first visible one that holds something.

    Raises Unreadable.
    """
    command = [sys.executable, "-m", "staffetta.contacts.files.read_workbook", str(workbook), str(target), sheet]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable(TOO_LARGE) from None
    told = json.loads(done.stdout) if done.stdout and done.returncode in (0, NO_SUCH_SHEET) else {"sheets": []}
    sheets = [SheetName(name, hidden) for name, hidden in told["sheets"]]
    if done.returncode:
        raise Unreadable(done.returncode, sheets)
    return Converted(told["sheet"], sheets)


def main(workbook: Path, target: Path, sheet: str = "") -> int:
    """Do the work; the number tells the caller how it went."""
    _limit_memory()
    try:
        return _convert(workbook, target, sheet)
    except (OverflowError, MemoryError):
        return TOO_LARGE
    except PasswordError:
        return PROTECTED
    except CalamineError as error:
        return TOO_LARGE if "limit exceeded" in str(error) else REFUSED
    except (zipfile.BadZipFile, NotImplementedError, KeyError, RuntimeError, EOFError, StopIteration):
        return REFUSED


def _convert(workbook: Path, target: Path, sheet: str) -> int:
    named = workbook.rename(workbook.with_suffix(f".{_kind(workbook)}"))  # calamine goes by it
    with load_workbook(named) as book:
        hidden = {
            each.name: each.visible != SheetVisibleEnum.Visible
            for each in book.sheets_metadata
            if each.typ == SheetTypeEnum.WorkSheet
        }
        found = hidden.keys() if sheet else (name for name in hidden if not hidden[name])
        chosen = next((name for name in found if name == sheet), None) if sheet else _first_filled(book, list(found))
        sys.stdout.write(json.dumps({"sheet": chosen, "sheets": list(hidden.items())}))
        if chosen is None:
            return NO_SUCH_SHEET
        _write(book, chosen, target)
    return 0


def _kind(workbook: Path) -> str:
    """Return how such a file's name ends, having unpacked an archive into nothing to learn its true size.

    What the directory of an archive says may be a lie.
    """
    with workbook.open("rb") as file:
        if file.read(4) == OLE:
            return "xls"
    total = 0
    with zipfile.ZipFile(workbook) as archive:
        kind = next(suffix for part, suffix in SUFFIXES.items() if part in archive.namelist())
        for entry in archive.infolist():
            with archive.open(entry) as part:
                while chunk := part.read(CHUNK):
                    total += len(chunk)
                    if total > UNPACKED_LIMIT:
                        raise OverflowError(total)
    return kind


def _first_filled(book: CalamineWorkbook, visible: list[str]) -> str:
    """Return the first sheet a person sees that holds something; hidden ones hold what nobody looked at."""
    return next((name for name in visible if book.get_sheet_by_name(name).height), next(iter(visible)))


def _write(book: CalamineWorkbook, sheet: str, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        for number, row in enumerate(book.get_sheet_by_name(sheet).iter_rows()):
            writer.writerow([safe_cell(as_text(cell)) for cell in row])
            if number % 1000 == 0 and out.tell() > UNPACKED_LIMIT:
                raise OverflowError(number)


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
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
