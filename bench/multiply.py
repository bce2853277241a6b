"""A row of the database, a million times: written by one statement, with the tables' own indexes and triggers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, models, transaction

AT_ONCE = 100_000


def multiply(row: models.Model, number: int, changed: Mapping[str, str], where: str = "") -> None:
    """Write `number` further rows like `row`; `changed` is column -> SQL, where `n.i` counts from 1.

    `where` leaves some of them out, in SQL.
    """
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    taken = ", ".join(changed.get(column, f'p."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    for start in range(1, number + 1, AT_ONCE):
        end = min(number, start + AT_ONCE - 1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_statement(table, names, taken, where or "1 = 1"), [start, end, row.pk])


def _statement(table: str, names: str, taken: str, where: str) -> str:
    if connection.vendor == "postgresql":
        series = f'generate_series(%s, %s) AS n(i), "{table}" p WHERE p.id = %s AND {where}'
        return f'INSERT INTO "{table}" ({names}) SELECT {taken} FROM {series}'
    counting = "WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT n.i + 1 FROM n WHERE n.i < %s)"
    return f'INSERT INTO "{table}" ({names}) {counting} SELECT {taken} FROM n, "{table}" p WHERE p.id = %s AND {where}'


INDEXES = """
    SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = %s
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
"""
REFERENCES = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass
"""
INDEXES_OF_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s"


@contextmanager
def bare(model: type[models.Model]) -> Iterator[None]:
    """Take a table's indexes and references away while it is filled, and make them anew behind it."""
    table, references = model._meta.db_table, []
    with connection.cursor() as cursor:
        cursor.execute(INDEXES if connection.vendor == "postgresql" else INDEXES_OF_SQLITE, [table])
        indexes = cursor.fetchall()
        if connection.vendor == "postgresql":
            cursor.execute(REFERENCES, [table])
            references = cursor.fetchall()
        for name, _definition in references:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        for _name, definition in indexes:
            cursor.execute(definition)
        for name, definition in references:
            cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')


def new_uuid() -> str:
    """Return the SQL of a fresh UUID."""
    return "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"


def analyse() -> None:
    """Count the tables, as PostgreSQL does by itself a minute after so many new rows."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def text(expression: str) -> str:
    """Return the SQL of a number as text."""
    return f"CAST({expression} AS text)"


def two_digits(expression: str) -> str:
    """Return the SQL of a number below 100 as two digits."""
    return f"substr({text(f'100 + ({expression})')}, 2)"


def json_of(pairs: Mapping[str, str]) -> str:
    """Return the SQL of a JSON object; the values are SQL of texts that are JSON already."""
    inner = " || ', ' || ".join(f"""'"{name}": ' || {value}""" for name, value in pairs.items())
    whole = f"'{{' || {inner} || '}}'"
    return f"CAST({whole} AS jsonb)" if connection.vendor == "postgresql" else whole


def days_before(column: str, days: str) -> str:
    """Return the SQL of a moment so many days before that of a column."""
    if connection.vendor == "postgresql":
        return f"{column} - ({days}) * interval '1 day'"
    return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', {column}, '-' || ({days}) || ' days')"
