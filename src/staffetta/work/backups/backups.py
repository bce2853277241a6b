"""The backups this installation knows: made or restored here. A copy, or one made otherwise, is not known."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from staffetta.work.models import MadeBackup


@dataclass(frozen=True, slots=True)
class KnownBackup:
    """`there`: whether the file lies where it was written; None when that is another machine."""

    file: str
    host: str
    made_at: datetime
    there: bool | None


def note(file: Path, made_at: datetime) -> None:
    """Remember a backup; one that the same file held before is gone."""
    keep([(name_of(file), socket.gethostname(), made_at)])


def keep(rows: list[tuple[str, str, datetime]]) -> None:
    """Remember backups by file, host and moment; the last one of a file counts."""
    for file, host, made_at in rows:
        MadeBackup.objects.update_or_create(file=file, host=host, defaults={"made_at": made_at})


def rows() -> list[tuple[str, str, datetime]]:
    """Return what is remembered; nothing where the database is of a version that remembers none."""
    if MadeBackup._meta.db_table not in connection.introspection.table_names():
        return []
    return list(MadeBackup.objects.order_by("made_at", "pk").values_list("file", "host", "made_at"))


def made_since(moment: datetime) -> list[KnownBackup]:
    """Return the backups made at or after a moment, the oldest first."""
    here = socket.gethostname()
    return [
        KnownBackup(file, host, made_at, Path(file).exists() if host == here else None)
        for file, host, made_at in rows()
        if made_at >= moment
    ]


def name_of(file: Path) -> str:
    """Return a file's name as a database keeps it, whatever bytes it has."""
    return os.fsencode(file).decode(errors="backslashreplace")[:1000]
