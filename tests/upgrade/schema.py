"""What a database's tables are made of, down to indexes and constraints, comparable between two databases.

Names that Django makes up are left out; what they stand for is compared. Names that are written down count.
"""

import re
import sqlite3
from contextlib import closing

import psycopg

from tests.processes import Installation
from tests.upgrade.fixture import ON_POSTGRESQL

BESIDE_MODELS: dict[str, set[str]] = {}
"""By table: indexes and constraints that a migration makes and no model can say, each for a reason beside it."""

type Table = list[tuple[str, str]]
"""Pairs of a kind (column, index, constraint) and its definition, sorted."""

COLUMNS = """
SELECT c.relname, 'column', a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || CASE WHEN a.attidentity = '' THEN '' ELSE ' IDENTITY' END
  || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
  || coalesce(' COLLATE ' || nullif(l.collname, 'default'), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum) LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
INDEXES = """
SELECT t.relname, i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid WHERE t.relnamespace = 'public'::regnamespace
"""
CONSTRAINTS = """
SELECT t.relname, c.conname, c.contype::text || ' ' || pg_get_constraintdef(c.oid) FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid WHERE t.relnamespace = 'public'::regnamespace
"""
MADE_UP = re.compile(r"_[0-9a-f]{8}(_|$)|_(pkey|key|check|like|not_null)$")
"""Names that Django or PostgreSQL makes up: they hold a digest of names that were others once, or the field's name."""
REWRITTEN = re.compile(r"::(character varying|text)(\[\])?|[()]")
"""PostgreSQL writes the casts and brackets of a condition otherwise once it has been dumped and put back."""
QUOTED = re.compile(r'"(\w+)"')


def of(staffetta: Installation) -> dict[str, Table]:
    """Return what each table is made of."""
    found = _of_postgresql(staffetta) if ON_POSTGRESQL else _of_sqlite(staffetta)
    return {table: sorted(parts) for table, parts in found.items()}


def without_beside(table: str, parts: Table) -> Table:
    """Leave out what is beside the models on purpose."""
    return [part for part in parts if not any(name in part[1] for name in BESIDE_MODELS.get(table, ()))]


def _of_postgresql(staffetta: Installation) -> dict[str, Table]:
    found: dict[str, Table] = {}
    with psycopg.connect(staffetta.database_url) as link:
        for table, kind, text in link.execute(COLUMNS):
            found.setdefault(table, []).append((kind, text))
        for kind, query in (("index", INDEXES), ("constraint", CONSTRAINTS)):
            for table, name, text in link.execute(query):
                found[table].append((kind, _named(name, REWRITTEN.sub("", text))))
    return found


def _named(name: str, text: str) -> str:
    if MADE_UP.search(name):
        return re.sub(rf'"?\b{re.escape(name)}\b"?', "…", text)
    return f"{name}: {text}"


def _of_sqlite(staffetta: Installation) -> dict[str, Table]:
    with closing(sqlite3.connect(staffetta.data / "staffetta.sqlite3")) as plain:
        listed = plain.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {table: [*_parts(sql), *_indexes(plain, table)] for table, sql in listed}


def _indexes(plain: sqlite3.Connection, table: str) -> Table:
    listed = plain.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [table])
    return [("index", _named(name, QUOTED.sub(r"\1", sql))) for name, sql in listed.fetchall() if sql]


def _parts(sql: str) -> Table:
    """Cut what stands between the outer brackets of CREATE TABLE at its commas: columns and constraints."""
    parts, depth, part = list[str](), 0, ""
    for sign in sql[sql.index("(") + 1 : sql.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append(part)
            part = ""
        else:
            part += sign
    return [_part(text) for text in [*parts, part]]


def _part(text: str) -> tuple[str, str]:
    words = " ".join(QUOTED.sub(r"\1", text).split())
    if not words.startswith("CONSTRAINT "):
        return "column", words
    _constraint, name, rest = words.split(" ", 2)
    return "constraint", _named(name, rest)
