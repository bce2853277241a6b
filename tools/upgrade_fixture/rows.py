"""About a thousand rows of every table there is, from Django's registry: plausible, finished, the same each time."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import models

from tools.upgrade_fixture.plausible import FEWER, ROWS, VALUES, WRITTEN_BY_DJANGO, Cycle

MOMENT = datetime(2026, 11, 29, 12, tzinfo=UTC)
"""When all of it happened; the story and the test move the platform's clock to it."""
PIECE = 250
FEW_CHARACTERS = 12


class Empty(Exception):
    """Tables without a row; the text names them."""


def fill() -> None:
    """Fill every table that Django does not write by itself, what is referred to first."""
    for model in in_order():
        if model._meta.label not in WRITTEN_BY_DJANGO:
            _fill(model)


def tables() -> list[type[models.Model]]:
    """Return all models of the registry that have a table, those behind many-to-many fields too."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def check_none_is_empty() -> None:
    """Raise Empty unless every table has a row."""
    if empty := [model._meta.label for model in tables() if not _rows(model).exists()]:
        raise Empty(", ".join(empty))


def in_order() -> list[type[models.Model]]:
    """Return the models, each behind those its foreign keys name."""
    left, ordered = tables(), list[type[models.Model]]()
    while left:
        ready = [model for model in left if not _named_by(model) & set(left) - {model}]
        if not ready:
            raise ValueError(f"these refer to each other in a circle: {left}")
        ordered += ready
        left = [model for model in left if model not in ready]
    return ordered


def _rows(model: Any) -> "models.QuerySet[Any]":
    return models.QuerySet(model)


def _named_by(model: type[models.Model]) -> set[type[models.Model]]:
    return {field.related_model for field in _fields(model) if isinstance(field, models.ForeignKey)}


def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.column and not isinstance(field, models.AutoField)]


def _fill(model: type[models.Model]) -> None:
    parents = _parents(model)
    number = FEWER.get(model._meta.label, ROWS)
    made = [model(**_row(model, n, parents)) for n in range(1, number + 1)]
    _rows(model).bulk_create(made, batch_size=PIECE)


def _parents(model: type[models.Model]) -> dict[str, Sequence[Any]]:
    """Return the keys that the rows' foreign keys may name."""
    keys: dict[str, Sequence[Any]] = {}
    for field in _fields(model):
        if isinstance(field, models.ForeignKey):
            keys[field.attname] = list(_rows(field.related_model).order_by("pk").values_list("pk", flat=True)[:ROWS])
    return keys


def _row(model: type[models.Model], n: int, parents: dict[str, Sequence[Any]]) -> dict[str, Any]:
    known, row = VALUES.get(model._meta.label, {}), dict[str, Any]()
    for place, field in enumerate(_fields(model)):
        if field.attname in parents:
            # Two keys of one row name rows that lie apart, so that pairs differ as well.
            keys = parents[field.attname]
            none = not keys or (field.null and n % 5 == 0)
            row[field.attname] = None if none else keys[(n + 7 * place) % len(keys)]
        elif field.name in known:
            row[field.attname] = _given(known[field.name], n)
        else:
            row[field.attname] = made(field, n)
    return row


def _given(value: Any, n: int) -> Any:
    if isinstance(value, Cycle):
        return value.values[n % len(value.values)]
    if value == "moment":
        return MOMENT - timedelta(minutes=n)
    if value == "number":
        return n
    return value.format(n=n) if isinstance(value, str) and "{n" in value else value


def made(field: Any, n: int) -> Any:
    """Return a value for a field by its type alone: different in each row where there is room for it."""
    if field.null and n % 3 == 0 and not field.primary_key:
        return None
    if field.choices:
        values = [value for value, _name in field.flatchoices]
        return values[n % len(values)]
    for kind, value in BY_TYPE.items():
        if isinstance(field, kind):
            return value(field, n)
    raise TypeError(f"{field} is of a type nobody has made a value for: {type(field)}")


def _text(field: Any, n: int) -> str:
    longest = field.max_length or 200
    if longest < FEW_CHARACTERS:
        return str(n)[-longest:]
    # Unique by its beginning; where there is room, with signs that a wrong encoding would break.
    tail = f"-{field.name} è 🙂" if longest >= 100 and not isinstance(field, models.SlugField) else f"-{field.name}"
    return f"{n}{tail}"[:longest]


def _json(field: Any, n: int) -> Any:
    return {"number": n, "text": "è 🙂"} if field.get_default() in (None, {}) else [n, "è 🙂"]


BY_TYPE: dict[type[Any], Any] = {
    models.BooleanField: lambda _, n: n % 2 == 0,
    models.EmailField: lambda _, n: f"persona{n}@example.org",
    models.FileField: lambda _, n: f"imports/file-{n}.csv",
    models.CharField: _text,
    models.TextField: _text,
    models.DateTimeField: lambda _, n: MOMENT - timedelta(minutes=n, microseconds=n),
    models.DateField: lambda _, n: date(2026, 1, 1) + timedelta(days=n % 300),
    models.TimeField: lambda _, n: time(n % 24, n % 60),
    models.JSONField: _json,
    models.UUIDField: lambda field, n: uuid.uuid5(uuid.NAMESPACE_OID, f"{field}-{n}"),
    models.BinaryField: lambda _, n: f"binary-{n}".encode(),
    models.SmallIntegerField: lambda _, n: n % 7,
    models.PositiveSmallIntegerField: lambda _, n: n % 7,
    models.IntegerField: lambda _, n: n,
    models.FloatField: lambda _, n: n / 4,
}
"""The first that fits: what is a kind of another stands before it."""
