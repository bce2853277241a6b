"""Many new rows in one statement, without a model's way: objects take a quarter to a third of an import's time.

SQLite takes them one by one, prepared once. PostgreSQL gets all of them as one JSON parameter: with 14 parameters a row
its driver makes half of an import's time, and a statement for each row is parsed anew each time.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

type Row = Sequence[Any]

LISTED = "FROM jsonb_array_elements(%s::jsonb) AS r(cells)"


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[Row], behind: str = "") -> None:
    """Insert rows whose values come in the order of `names` (columns); JSON as text. `behind` is ON CONFLICT …"""
    listed = list(rows)
    if not listed:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{from_json(model, names)} {behind}", [as_json(listed)])
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"{_into(model, names)} VALUES ({marks}) {behind}", listed)


def from_json(model: type[Model], names: Sequence[str]) -> str:
    """Return PostgreSQL's INSERT of what `as_json` makes of rows, in their order."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    types = [str(fields[name].db_type(connection)) for name in names]
    # A list each, not an object: names would be written a thousand times.
    taken = ", ".join(f"(r.cells ->> {place})::{kind}" for place, kind in enumerate(types))
    return f"{_into(model, names)} SELECT {taken} {LISTED}"


def as_json(rows: Sequence[Row]) -> str:
    """Return rows as the one parameter of `from_json`."""
    return json.dumps(rows, default=str, ensure_ascii=False)


def _into(model: type[Model], names: Sequence[str]) -> str:
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    return f"INSERT INTO {model._meta.db_table} ({columns})"
