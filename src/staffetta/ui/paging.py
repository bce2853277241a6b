"""Keyset paging: page n costs as much as page 1, and rows that arrive meanwhile shift nothing.

No totals and no page numbers: both would read the whole table.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

MANY = 1000
"""How far a page counts rows that may be very many; beyond it says "1,000+" (template filter `up_to_many`)."""


@dataclass(slots=True)
class Page[M: Model]:
    """Some rows in order, and the query strings (without "?") that lead to the rows before and after; "" at an end."""

    items: list[M]
    newer: str = ""
    older: str = ""
    empty: bool = field(init=False)

    def __post_init__(self) -> None:
        self.empty = not self.items and not self.newer and not self.older

    def __iter__(self) -> Iterator[M]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)


def _ordering[M: Model](rows: QuerySet[M]) -> list[tuple[str, bool]]:
    """Return (column, descending) of the queryset's order, with the primary key as the last resort."""
    named = [str(name) for name in (rows.query.order_by or rows.model._meta.ordering or ("-pk",))]
    columns = [(name.removeprefix("-"), name.startswith("-")) for name in named]
    if columns[-1][0] not in ("pk", "id", rows.model._meta.pk.name):
        columns.append(("pk", columns[-1][1]))
    return columns


def _beyond(columns: list[tuple[str, bool]], values: list[Any], *, back: bool) -> Q:
    """Build the condition "after these values in this order" (before them when `back`).

    (a, b) > (x, y) is written a >= x AND (a > x OR (a = x AND b > y)): the bare bound lets the index be used.
    """
    condition, equal = Q(), Q()
    for (name, descending), value in zip(columns, values, strict=True):
        side = "lt" if descending is not back else "gt"
        condition |= equal & Q(**{f"{name}__{side}": value})
        equal &= Q(**{name: value})
    first, descending = columns[0]
    bound = "lte" if descending is not back else "gte"
    return Q(**{f"{first}__{bound}": values[0]}) & condition


def _mark(row: Model, columns: list[tuple[str, bool]]) -> str:
    values = [_value(row, name) for name, _ in columns]
    return base64.urlsafe_b64encode(json.dumps(values, cls=_Exact).encode()).decode().rstrip("=")


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


class _Exact(DjangoJSONEncoder):
    """Django's encoder cuts microseconds off, which would show rows twice."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def _read(mark: str, length: int) -> list[Any] | None:
    """Return the values of a mark; None when somebody wrote it by hand, wrongly."""
    try:
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (binascii.Error, ValueError):
        return None
    return values if isinstance(values, list) and len(values) == length else None


def _query(asked: QueryDict, name: str, mark: str) -> str:
    kept = asked.copy()
    for known in ("after", "before"):
        kept.pop(known, None)
    kept[name] = mark
    return kept.urlencode()


def _rows[M: Model](rows: QuerySet[M], columns: list[tuple[str, bool]], mark: str, size: int, *, back: bool) -> list[M]:
    values = _read(mark, len(columns)) if mark else None
    order = [f"{'-' if descending is not back else ''}{name}" for name, descending in columns]
    try:
        if values is not None:
            rows = rows.filter(_beyond(columns, values, back=back))
        return list(rows.order_by(*order)[: size + 1])
    except (ValidationError, ValueError, TypeError):  # a mark whose values are of another kind
        return list(rows.none())


def page_of[M: Model](rows: QuerySet[M], asked: QueryDict, size: int = 50) -> Page[M]:
    """Return one page of a queryset in its own order (default: newest first), as `?after=` or `?before=` ask.

    One query. The order's columns must never be null; with the primary key as the last of them it is total.
    """
    columns = _ordering(rows)
    back = "before" in asked
    mark = asked.get("before") or asked.get("after") or ""
    found = _rows(rows, columns, mark, size, back=back)
    more = len(found) > size
    items = found[:size]
    if back:
        items.reverse()
    if not items:
        return Page([])
    earlier, later = (more, True) if back else (bool(mark), more)
    return Page(
        items,
        newer=_query(asked, "before", _mark(items[0], columns)) if earlier else "",
        older=_query(asked, "after", _mark(items[-1], columns)) if later else "",
    )


def counted[M: Model](rows: QuerySet[M]) -> int:
    """Return how many rows there are, MANY + 1 for all that are more."""
    return rows[: MANY + 1].count()
