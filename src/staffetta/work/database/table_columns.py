"""The columns that tables have, and those that migrations make: whether a database is what its record says it is.

For databases and backups from before digests were kept (fingerprint.py). Constraints and indexes are not looked at.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from staffetta.work.backups import dump
from staffetta.work.database import fingerprint

type Columns = dict[str, dict[str, str]]
"""By table and column: the database's own name of the type, with " null" behind it where null is allowed."""

OF_SQLITE = """
SELECT t.name, c.name, lower(c.type), c."notnull" FROM sqlite_master t JOIN pragma_table_info(t.name) c
WHERE t.type = 'table'
"""
OF_POSTGRESQL = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
DUMPED_TABLE = re.compile(r"^CREATE TABLE (?:\w+\.)?\"?(\w+)\"? \(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
DUMPED_COLUMN = re.compile(r"^    \"?(\w+)\"? (.+?)(?: DEFAULT .+?)?( NOT NULL)?,?$", re.MULTILINE)
SPELLED_OUT = (
    (re.compile(r"^varchar\b"), "character varying"),
    (re.compile(r"^char\b"), "character"),
    (re.compile(r"^time$"), "time without time zone"),
)
"""How PostgreSQL writes types that Django writes shorter."""


def made_by(names: Collection[str]) -> Columns:
    """Return the columns of our rooms' tables once these migrations were applied; those we do not know are left out."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    nodes = [(app, name) for app, name in loader.disk_migrations if f"{app}.{name}" in names]
    models = loader.project_state(nodes).apps.get_models(include_auto_created=True)
    return {model._meta.db_table: _wanted(model) for model in models if model._meta.app_label in fingerprint.rooms()}


def of_database() -> Columns:
    """Return the columns of all tables of this database."""

    def read(query: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    return _read(read)


def of_copy(copy: Path) -> Columns:
    """Return the columns of the tables in a backup's copy. Raises dump.ToolMissing, dump.DumpFailed."""
    if connection.vendor == "postgresql":
        tables = DUMPED_TABLE.findall(dump.schema_of(copy))
        return {table: _dumped(lines) for table, lines in tables}
    plain = sqlite3.connect(copy)
    try:
        return _read(lambda query: plain.execute(query).fetchall())
    finally:
        plain.close()


def differences(found: Columns, wanted: Columns) -> list[str]:
    """Return the tables and columns of `wanted` that are not as wanted, and what their tables have beyond it."""
    lines = []
    for table, columns in wanted.items():
        there = found.get(table)
        if there is None:
            lines.append(table)
            continue
        names = sorted(columns.keys() | there.keys())
        lines += [f"{table}.{name}" for name in names if columns.get(name) != there.get(name)]
    return sorted(lines)


def _wanted(model: Any) -> dict[str, str]:
    fields = [field for field in model._meta.local_fields if field.column]
    return {field.column: _described(_spelled(field.db_type(connection)), required=not field.null) for field in fields}


def _spelled(kind: str) -> str:
    if connection.vendor == "postgresql":
        for pattern, longer in SPELLED_OUT:
            kind = pattern.sub(longer, kind)
    return kind.lower()


def _read(read: Callable[[str], Iterable[Any]]) -> Columns:
    columns: Columns = {}
    for table, column, kind, required in read(OF_POSTGRESQL if connection.vendor == "postgresql" else OF_SQLITE):
        columns.setdefault(table, {})[column] = _described(kind, required=bool(required))
    return columns


def _dumped(lines: str) -> dict[str, str]:
    found = DUMPED_COLUMN.findall(lines)
    return {name: _described(kind, required=bool(needed)) for name, kind, needed in found if name != "CONSTRAINT"}


def _described(kind: str, *, required: bool) -> str:
    return kind if required else f"{kind} null"
