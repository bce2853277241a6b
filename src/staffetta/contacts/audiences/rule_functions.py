"""What rules need of a database that SQLite and PostgreSQL do not have alike; each is false or null for no value.

SQLite gets three functions of ours (`give`), each in Python: a million calls take about a second. PostgreSQL has all it
takes; its expressions look at the form of a value before they cast it, so that one odd value cannot break a count. That
look is most of the time of a count (0.6 µs a person), so each condition evaluates its expression once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, FloatField, Func, TextField
from django.db.models.expressions import Combinable, F

CAPITALS = "".join(chr(code) for code in range(0xC0, 0xDF) if code != 0xD7)
SMALL = CAPITALS.lower()
TABLE = str.maketrans(
    {**{chr(code): chr(code + 32) for code in range(65, 91)}, **dict(zip(CAPITALS, SMALL, strict=True))}
)

Compiled = tuple[str, tuple[Any, ...]]


def lowered(text: str) -> str:
    """Return `text` without the capital letters of Italian and its neighbours; the same on every database."""
    return text.translate(TABLE)


def number(value: object) -> float | None:
    """Return a stored number to compare; None for none."""
    try:
        return None if value is None else float(str(value))
    except ValueError:
        return None


def within(value: object, low: float | None, high: float | None) -> bool:
    """Say whether a stored moment lies from `low` on and before `high`, in seconds; None for no bound."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return False
    if found.tzinfo is None:
        return False
    seconds = found.timestamp()
    return (low is None or low <= seconds) and (high is None or seconds < high)


def give(connection: BaseDatabaseWrapper, **_rest: object) -> None:
    """Give a new connection to SQLite our functions."""
    if connection.vendor != "sqlite":
        return
    own = connection.connection
    own.create_function("staffetta_lowered", 1, _lowered, deterministic=True)
    own.create_function("staffetta_number", 1, number, deterministic=True)
    own.create_function("staffetta_within", 3, within, deterministic=True)


def _lowered(value: object) -> str | None:
    return None if value is None else lowered(str(value))


class Told(Func):
    """The value of an own field as text: true and false in words, a list as JSON.

    Not Django's KT, which takes a field named 12 for a place in a list, and two underscores for a way inwards.
    """

    output_field = TextField()

    def __init__(self, values: str | Combinable, name: str) -> None:
        super().__init__(F(values) if isinstance(values, str) else values)
        self.name = name

    def as_sqlite(self, compiler: Any, connection: Any, **_more: Any) -> Compiled:  # noqa: ARG002
        sql, params = compiler.compile(self.source_expressions[0])
        words = f"CASE json_type({sql}, %s) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
        found = f"{words} ELSE json_extract({sql}, %s) END"
        return found, (*params, path(self.name), *params, path(self.name))

    def as_postgresql(self, compiler: Any, _connection: Any, **_more: Any) -> Compiled:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"({sql} ->> %s::text)", (*params, self.name)


def path(name: str) -> str:
    """Return the path of an own field in SQLite's JSON; a field's name holds no quotation mark."""
    return f'$."{name}"'


class Lowered(Func):
    """A text as `lowered` makes it, as far as a comparison with `wanted` can tell.

    A capital letter whose small one is not in `wanted` may stay what it is: neither is. Without any, which is most
    often, both databases lower a text by themselves, ten times as fast.
    """

    output_field = TextField()

    def __init__(self, text: Combinable, wanted: str) -> None:
        super().__init__(text)
        self.letters = "".join(sorted(set(SMALL) & set(wanted)))

    def as_sqlite(self, compiler: Any, connection: Any, **_more: Any) -> Compiled:
        return super().as_sql(compiler, connection, function="staffetta_lowered" if self.letters else "lower")

    def as_postgresql(self, compiler: Any, connection: Any, **_more: Any) -> Compiled:
        template = 'lower((%(expressions)s) COLLATE "C")'
        if self.letters:
            capitals = "".join(CAPITALS[SMALL.index(letter)] for letter in self.letters)
            template = f"translate({template}, '{capitals}', '{self.letters}')"
        return super().as_sql(compiler, connection, template=template)


class Number(Func):
    """A stored number as a float."""

    output_field = FloatField()
    function = "staffetta_number"

    def as_postgresql(self, compiler: Any, _connection: Any, **_more: Any) -> Compiled:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"CASE WHEN {sql} ~ '^-?[0-9]+([.][0-9]+)?$' THEN ({sql})::double precision END", (*params, *params)


class Within(Func):
    """Whether a stored moment lies from `low` on and before `high`; None for no bound."""

    output_field = BooleanField()

    def __init__(self, text: Combinable, low: datetime | None, high: datetime | None) -> None:
        super().__init__(text)
        self.bounds = (low, high)

    def as_sqlite(self, compiler: Any, connection: Any, **_more: Any) -> Compiled:  # noqa: ARG002
        sql, params = compiler.compile(self.source_expressions[0])
        seconds = (bound.timestamp() if bound else None for bound in self.bounds)
        return f"staffetta_within({sql}, %s, %s)", (*params, *seconds)

    def as_postgresql(self, compiler: Any, _connection: Any, **_more: Any) -> Compiled:
        sql, params = compiler.compile(self.source_expressions[0])
        form = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+[+-][0-9:]+$"
        met = f"tstzrange(%s, %s, '[)') @> ({sql})::timestamptz"
        return f"CASE WHEN {sql} ~ '{form}' THEN {met} ELSE false END", (*params, *self.bounds, *params)


class Plain(Func):
    """A text compared sign by sign, not as a language sorts it."""

    output_field = TextField()
    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **_more: Any) -> Compiled:
        return super().as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"')


class HasAny(Func):
    """Whether a field of several choices holds one of `texts`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, values: str | Combinable, name: str, texts: Sequence[str]) -> None:
        super().__init__(F(values) if isinstance(values, str) else values)
        self.name, self.texts = name, list(texts)

    def as_sqlite(self, compiler: Any, connection: Any, **_more: Any) -> Compiled:  # noqa: ARG002
        sql, params = compiler.compile(self.source_expressions[0])
        marks = ", ".join(["%s"] * len(self.texts))
        found = f"EXISTS (SELECT 1 FROM json_each({sql}, %s) AS told WHERE told.value IN ({marks}))"  # noqa: S608
        return found, (*params, path(self.name), *self.texts)

    def as_postgresql(self, compiler: Any, _connection: Any, **_more: Any) -> Compiled:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"coalesce(({sql} -> %s::text) ?| %s::text[], false)", (*params, self.name, self.texts)
