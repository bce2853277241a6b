"""Which migrations made this database: the digest of each one's text, beside Django's own record of its name.

A migration that was edited after it was applied has the same name and means another schema. The table is none of
Django's models, as `django_migrations` is none: it is there before the first migration, and no migration changes it
(decision 0016). A row that is not `applied` announces what a process is about to apply: workers of other versions see
it and rest, and after a crash it says with which text the migration was applied.
"""

import hashlib
import inspect
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

TABLE = "staffetta_migrations"
NOT_JUDGED = ""
"""Of packages we use only the names count: their files may be written anew without another meaning."""
MAKE = f"""
CREATE TABLE IF NOT EXISTS {TABLE}
(name varchar(300) NOT NULL PRIMARY KEY, digest varchar(64) NOT NULL, applied boolean NOT NULL)
"""
THERE = {
    "postgresql": f"SELECT to_regclass('{TABLE}') IS NOT NULL",
    "sqlite": f"SELECT count(*) FROM sqlite_master WHERE name = '{TABLE}'",  # noqa: S608
}


@cache
def ours() -> Mapping[str, str]:
    """Return the digest of each migration of this code by its name, `contacts.0001_initial`.

    Read once: what lies on the disk may be another version's before this process ends.
    """
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {f"{app}.{name}": _digest(app, migration.__module__) for (app, name), migration in known.items()}


def rooms() -> set[str]:
    """Return the labels of the apps whose migrations are written here."""
    return {config.label for config in apps.get_app_configs() if config.name.startswith("staffetta.")}


def applied() -> set[str]:
    """Return the names of the migrations that Django says were applied to this database."""
    return {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}


def recorded() -> dict[str, str]:
    """Return name and digest of what was applied or is about to be; nothing where nobody has recorded yet."""
    return {name: digest for name, digest, _applied in _rows()}


def announced() -> set[str]:
    """Return the names of the migrations that a process is about to apply, or was when it was killed."""
    return {name for name, _digest, applied in _rows() if not applied}


def unknown(names: Collection[str]) -> list[str]:
    """Return those of the migrations that this code does not have."""
    return sorted(set(names) - ours().keys())


def differing(made_with: Mapping[str, str]) -> list[str]:
    """Return those of the migrations that this code has with another text."""
    return sorted(name for name, digest in made_with.items() if ours().get(name, digest) != digest)


def foreign() -> list[str]:
    """Return what was applied to this database, or is about to be, and is not of this code.

    One query, for running processes: each has brought the database up to date at its start. Raises django.db.Error.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, digest FROM {TABLE}")  # noqa: S608
        made_with = dict(cursor.fetchall())
    return sorted({*unknown(made_with), *differing(made_with)})


def announce(names: Iterable[str]) -> None:
    """Say what is about to be applied, before it is."""
    _write(names, applied=False)


def adopt(names: Iterable[str]) -> None:
    """Record our digests for what was applied before digests were kept."""
    _write(names, applied=True)


def settle() -> None:
    """Keep of the announced what was applied, and take the rest away."""
    if waiting := announced():
        done = applied()
        with transaction.atomic(), connection.cursor() as cursor:
            for name in waiting:
                if name in done:
                    cursor.execute(f"UPDATE {TABLE} SET applied = %s WHERE name = %s", [True, name])  # noqa: S608
                else:
                    cursor.execute(f"DELETE FROM {TABLE} WHERE name = %s", [name])  # noqa: S608


def _write(names: Iterable[str], *, applied: bool) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MAKE)
        for name in sorted(names):
            insert = f"INSERT INTO {TABLE} (name, digest, applied) VALUES (%s, %s, %s)"  # noqa: S608
            cursor.execute(insert, [name, ours()[name], applied])


def _rows() -> list[tuple[str, str, bool]]:
    # Asked for instead of tried: an error would end the transaction of whoever asks, on PostgreSQL.
    with connection.cursor() as cursor:
        cursor.execute(THERE[connection.vendor])
        row = cursor.fetchone()
        if not row or not row[0]:
            return []
        cursor.execute(f"SELECT name, digest, applied FROM {TABLE} ORDER BY name")  # noqa: S608
        return [(str(name), str(digest), bool(applied)) for name, digest, applied in cursor.fetchall()]


def _digest(app: str, module: str) -> str:
    if app not in rooms():
        return NOT_JUDGED
    text = Path(inspect.getfile(sys.modules[module])).read_bytes().replace(b"\r\n", b"\n")
    return hashlib.sha256(text).hexdigest()
