"""A consistent copy of the database as one file, and the way back."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.db import connection, connections

RESTORE = ("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges")


class ToolMissing(Exception):
    """PostgreSQL's own program for this is not installed; the text is its name."""


class DumpFailed(Exception):
    """The copy could not be made or read back; the text is the database's own."""


def copy_to(target: Path) -> None:
    """Write a copy of the database as it is at this moment; others go on writing. Raises ToolMissing, DumpFailed."""
    if connection.vendor == "postgresql":
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        return
    with connection.cursor() as cursor:
        # One read transaction: what is committed meanwhile is not in the copy, and nobody waits for it.
        cursor.execute("VACUUM INTO %s", [str(target)])


def put_back(source: Path, *, other_shape: bool) -> None:
    """Replace the database by the copy; nobody else may use it meanwhile. Raises ToolMissing, DumpFailed.

    `other_shape`: the tables that are there are another version's. What the copy does not have goes with them.
    """
    if connection.vendor == "postgresql":
        tables = connection.introspection.table_names()
        connections.close_all()
        if other_shape and tables:
            _put_back_anew(source, tables)
        else:
            _run(*RESTORE, "--single-transaction", "--exit-on-error", f"--dbname={_name()}", str(source))
        return
    connections.close_all()
    database = Path(str(connection.settings_dict["NAME"]))
    for leftover in ("-wal", "-shm"):
        Path(f"{database}{leftover}").unlink(missing_ok=True)
    source.chmod(0o600)
    source.replace(database)


def _put_back_anew(source: Path, tables: list[str]) -> None:
    """Put a copy back in the place of all `tables`, in one transaction.

    pg_restore takes away only what the copy has: a newer version's tables would stay and be made once more, and its
    foreign keys would not let the others go. It cannot be told to do more in its transaction; psql can.
    """
    script = source.with_suffix(".sql")
    _run(*RESTORE, f"--file={script}", str(source))
    drop = f"DROP TABLE IF EXISTS {', '.join(map(connection.ops.quote_name, tables))} CASCADE"
    _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--command={drop}",
         f"--file={script}", f"--dbname={_name()}")  # fmt: skip


def schema_of(copy: Path) -> str:
    """Return PostgreSQL's statements that make the tables of a copy. Raises ToolMissing, DumpFailed."""
    return _run("pg_restore", "--schema-only", "--no-owner", "--no-privileges", "--file=-", str(copy))


def sound(copy: Path) -> bool:
    """Say whether a copy can be read back."""
    if connection.vendor == "postgresql":
        try:
            _run("pg_restore", "--list", str(copy))
        except DumpFailed:
            return False
        return True
    try:
        plain = sqlite3.connect(copy)
        try:
            return bool(plain.execute("PRAGMA quick_check").fetchone() == ("ok",))
        finally:
            plain.close()
    except sqlite3.DatabaseError:
        return False


def empty() -> bool:
    """Say whether the database has no table yet."""
    return not connection.introspection.table_names()


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _run(program: str, *arguments: str) -> str:
    """Return what the program said on its standard output."""
    if not shutil.which(program):
        raise ToolMissing(program)
    chosen = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    access = {variable: str(chosen[key]) for variable, key in names.items() if chosen.get(key)}
    done = subprocess.run([program, *arguments], env={**os.environ, **access}, capture_output=True, check=False)
    if done.returncode:
        raise DumpFailed(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode(errors="replace")
