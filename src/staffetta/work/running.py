"""Marks a data folder as in use by the platform, so that a restore does not pull it from under its feet."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class InUse(Exception):
    """The platform runs on this data folder, or something has it for itself at the moment."""


@contextmanager
def shared() -> Iterator[None]:
    """Hold the folder together with other processes of the platform; raises InUse during a restore."""
    with _locked(fcntl.LOCK_SH):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Hold the folder alone; raises InUse while a part of the platform runs on it."""
    with _locked(fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The operating system lets go of the lock when the process ends, however it ends.
    with (folder / "running.lock").open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(str(folder)) from error
        yield
