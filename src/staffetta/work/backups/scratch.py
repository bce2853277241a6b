"""Folders for what is made on the way to something else: each belongs to its process, and goes with it.

A killed backup would otherwise leave a copy of the whole database behind. Each folder has a lock file beside it, which
the system lets go of when the process ends, however it ends; `remove_stale` removes the folders whose lock is free.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from staffetta.work.clock import real_now

FORMER_NAME = re.compile(r"(backup|restore)-[a-z0-9_]{8}")
FORMER_PARTS = {"manifest.json", "database", "database.sql", "secret-key", "files"}
FORMER_AGE = 86_400
"""Seconds after which a folder that an earlier version left, without a lock, is nobody's."""


class Scratch:
    """A folder of this process."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock

    def beside(self, target: Path) -> Path:
        """Return a new name beside `target`, for a file that is removed with this folder unless it was renamed."""
        partial = target.with_name(f".{target.name}.{self.folder.name}.partial")
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, os.fsencode(partial), 0)
        return partial


@contextmanager
def held() -> Iterator[Scratch]:
    """Give a folder that nobody else reads, and remove it with all it holds. Raises OSError."""
    root = _root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = root / secrets.token_hex(8)
    lock = _locked_file(folder.with_suffix(".lock"))
    try:
        folder.mkdir(mode=0o700)
        yield Scratch(folder, lock)
    finally:
        _remove(folder, lock)


def remove_stale() -> int:
    """Remove what processes that are gone left in the data folder; return how many folders that were.

    The caller holds the data folder (running.py): no restore is under way.
    """
    stale = [lock_file for lock_file in _root().glob("*.lock") if _remove_if_free(lock_file)]
    former = [folder for folder in Path(settings.DATA_DIR).iterdir() if _left_by_former_version(folder)]
    replaced = Path(f"{settings.MEDIA_ROOT}.replaced")
    if replaced.is_dir() and Path(settings.MEDIA_ROOT).is_dir():
        former.append(replaced)
    for folder in former:
        shutil.rmtree(folder, ignore_errors=True)
    return len(stale) + len(former)


def _root() -> Path:
    return Path(settings.DATA_DIR) / "scratch"


def _locked_file(path: Path) -> int:
    """Make and lock a file; whoever removes stale folders may get between the two, then it is made again."""
    while True:
        lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return lock
        os.close(lock)


def _remove_if_free(lock_file: Path) -> bool:
    try:
        lock = os.open(lock_file, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    _remove(lock_file.with_suffix(""), lock)
    return True


def _remove(folder: Path, lock: int) -> None:
    """Remove a folder, the file beside a target that it stands for, and at last its lock."""
    shutil.rmtree(folder, ignore_errors=True)
    partial = Path(os.fsdecode(os.pread(lock, 8192, 0)))
    if partial.is_absolute() and partial.name.endswith(f".{folder.name}.partial"):
        with suppress(OSError):
            partial.unlink()
    folder.with_suffix(".lock").unlink(missing_ok=True)
    os.close(lock)


def _left_by_former_version(folder: Path) -> bool:
    if not FORMER_NAME.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
        return False
    newest = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    parts = {path.name for path in folder.iterdir()}
    return parts <= FORMER_PARTS and real_now().timestamp() - newest > FORMER_AGE
