"""`name__among=[…]`: a field's value is one of many, told as one parameter where the database can take it so.

PostgreSQL gets `= ANY(array)`. With `IN`, Django, the driver and the server each go through a thousand parameters one
by one: a tenth of an import's time. SQLite gets `IN`.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler


class Among(In[Any]):
    """Like `in`, of plain values only: no query, no null."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        """Take the values as they are: they come from rows or were made for the column."""
        return list(self.rhs)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """Return the condition with its one parameter."""
        if not self.rhs:
            raise EmptyResultSet
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*parameters, as_array(self.rhs)]


def as_array(values: Iterable[str | int]) -> str:
    """Return values as PostgreSQL writes an array; its driver takes several times as long for a list."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def register() -> None:
    """Make the look-up known to every field; a foreign key knows only its own."""
    for kind in (Field, ForeignObject):
        kind.register_lookup(Among)
