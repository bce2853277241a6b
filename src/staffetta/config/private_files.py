"""Nobody else on the machine reads what the data folder holds."""

import os
from collections.abc import Iterator
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
OWN_FILES = ("secret-key", "staffetta*", "*.sqlite3*")
OWN_FOLDERS = ("files", "scratch", "spool", "static")


def make_private(folder: Path, database: Path | None = None) -> list[Path]:
    """Set folders to 700 and files to 600 whatever they were; return what could not be changed.

    Only what is Staffetta's: somebody may have chosen a folder that holds other things as well.
    """
    found = [folder, *_own(folder)]
    if database is not None:
        found += [database, *database.parent.glob(f"{database.name}-*")]
    return [path for path in found if not _set_mode(path)]


def _own(folder: Path) -> Iterator[Path]:
    for pattern in OWN_FILES:
        yield from folder.glob(pattern)
    for name in OWN_FOLDERS:
        if (folder / name).is_dir():
            yield folder / name
            yield from (folder / name).rglob("*")


def _set_mode(path: Path) -> bool:
    if path.is_symlink() or not path.exists():
        return True
    wanted = FOLDER if path.is_dir() else FILE
    try:
        if path.stat().st_mode & 0o777 != wanted:
            path.chmod(wanted)
    except FileNotFoundError:
        return True
    except PermissionError:
        return False
    return True


def keep_new_files_private() -> None:
    """Have this process and its children make files that nobody else reads."""
    os.umask(0o077)
