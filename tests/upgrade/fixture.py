"""The databases of an earlier commit: put back, and read as rows of plain values, whatever the database.

PostgreSQL's archive is plain SQL, replayed by the driver alone: no client of PostgreSQL is needed.
"""

import json
import lzma
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.processes import Installation, installation

FOLDER = Path(__file__).parent
COMMIT = "14b99b15e7ab70beee4105d26efb6ac6391e49ce"
"""Whose code made the archives: the last one before migrations were only added."""
ON_POSTGRESQL = os.environ.get("STAFFETTA_DATABASE_URL", "").startswith("postgres")
NOT_FOR_EVERY_SERVER = ("SET transaction_timeout", "\\")
"""How lines begin that an older server, or anything but psql, does not know."""

type Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]
"""By table: its columns, and its rows in order."""


@cache
def story() -> dict[str, Any]:
    """Return what the fixture's story says of the database of this run."""
    told: dict[str, Any] = json.loads((FOLDER / "story.json").read_text())
    assert told["commit"] == COMMIT
    kept: dict[str, Any] = told["postgres" if ON_POSTGRESQL else "sqlite"]
    return kept


@contextmanager
def former(**settings: str) -> Iterator[Installation]:
    """Give an installation as that commit left it, not yet upgraded."""
    with installation(empty=True, **settings) as made:
        made.data.mkdir(mode=0o700)
        (made.data / "secret-key").write_text(story()["secret_key"])
        if ON_POSTGRESQL:
            replay(made.database_url, lzma.decompress((FOLDER / "postgresql.sql.xz").read_bytes()).decode())
        else:
            (made.data / "staffetta.sqlite3").write_bytes(lzma.decompress((FOLDER / "sqlite.xz").read_bytes()))
        yield made


def replay(url: str, script: str) -> None:
    """Run a plain dump: statements end at a line's end, rows follow their COPY up to a line `\\.`."""
    lines = iter(script.splitlines(keepends=True))
    with psycopg.connect(url) as link:
        searchable = link.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'").fetchone()
        statement = ""
        for line in lines:
            if not statement and (line.startswith(("--", *NOT_FOR_EVERY_SERVER)) or not line.strip()):
                continue
            statement += line
            if not line.rstrip().endswith(";"):
                continue
            if statement.startswith("COPY "):
                with link.cursor().copy(statement.encode()) as copy:
                    for row in iter(lines.__next__, "\\.\n"):
                        copy.write(row)
            elif "trgm" not in statement or searchable == (1,):  # as the platform does: without it, without the index
                link.execute(statement.encode())
            statement = ""


def read(staffetta: Installation) -> Rows:
    """Return all rows of all tables."""
    if ON_POSTGRESQL:
        with psycopg.connect(staffetta.database_url) as link:
            return {table: _of_postgresql(link, table) for table in _tables(link)}
    with closing(sqlite3.connect(staffetta.data / "staffetta.sqlite3")) as plain:
        listed = plain.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {table: _of_sqlite(plain, table) for (table,) in listed.fetchall()}


def _tables(link: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def _of_postgresql(link: psycopg.Connection[Any], table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    # As text: a column whose type grew (varchar to text) still holds what it held.
    cursor = link.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(table)))
    names = [column.name for column in cursor.description or ()]
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
    return names, link.execute(sql.SQL("SELECT {} FROM {}").format(texts, sql.Identifier(table))).fetchall()


def _of_sqlite(plain: sqlite3.Connection, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = plain.execute(f'SELECT * FROM "{table}"')
    return [column[0] for column in cursor.description], cursor.fetchall()
