"""The database every test begins with, migrated once for all processes of a run and copied from then on.

Migrating takes seconds, copying does not. SQLite: a file in the run's folder. PostgreSQL: a database of its own on the
suite's server, dropped when the run ends.
"""

import atexit
import contextlib
import fcntl
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
BRING_UP_TO_DATE = """
import django
from staffetta.config.loading import without_rubbish
with without_rubbish():
    django.setup()
from staffetta.work.database import schema
schema.bring_up_to_date()
"""


def server() -> str:
    """Return the URL of the PostgreSQL the suite runs on; "" on SQLite."""
    url = os.environ.get("STAFFETTA_DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def new_name() -> str:
    return f"staffetta_{secrets.token_hex(6)}"


def administer(statement: str) -> None:
    """Run one statement on the suite's PostgreSQL, outside of a transaction."""
    with psycopg.connect(server(), autocommit=True) as link:
        link.execute(statement.encode())


@contextmanager
def once(name: str) -> Iterator[Path | None]:
    """Give the path of something the run makes once, for whoever must make it; None to all who come later.

    A run outside of the suite (a bench, a proof) has no folder to share: there each process makes its own.
    """
    folder = _folder()
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / f"{name}.made"
        if made.exists():
            yield None
            return
        yield folder / name
        made.touch()


@cache
def template() -> str:
    """Return what databases are copied from: the path of a file on SQLite, the name of a database on PostgreSQL."""
    kept = _folder() / "template"
    with once("template") as path:
        if path and server():
            path.write_text(new_name())
            administer(f'CREATE DATABASE "{path.read_text()}"')
            _bring_up_to_date(f"{server().rpartition('/')[0]}/{path.read_text()}")
        elif path:
            path.mkdir()
            _bring_up_to_date("")
            with contextlib.closing(sqlite3.connect(path / "staffetta.sqlite3")) as plain:
                plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return kept.read_text() if server() else str(kept / "staffetta.sqlite3")


def drop() -> None:
    """Take the template away: PostgreSQL would keep it for ever."""
    kept = _folder() / "template"
    if server() and kept.is_file():
        administer(f'DROP DATABASE IF EXISTS "{kept.read_text()}" WITH (FORCE)')


def copy_into_memory(connection: sqlite3.Connection) -> None:
    """Fill a database in memory from the template."""
    with contextlib.closing(sqlite3.connect(template())) as source:
        source.backup(connection)


def _bring_up_to_date(url: str) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("STAFFETTA_", "DJANGO_"))}
    settings = {
        "STAFFETTA_DATA_DIR": str(_folder() / "template") if not url else str(_folder() / "template.data"),
        "STAFFETTA_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "staffetta.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    subprocess.run([sys.executable, "-c", BRING_UP_TO_DATE], env={**own, **settings}, cwd=ROOT, check=True)


@cache
def _folder() -> Path:
    if kept := os.environ.get("STAFFETTA_TEST_DATA_DIR"):
        return Path(kept)
    own = tempfile.TemporaryDirectory(prefix="staffetta-template-")
    atexit.register(own.cleanup)
    atexit.register(drop)
    return Path(own.name)
