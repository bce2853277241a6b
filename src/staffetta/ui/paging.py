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
from django.db.models import Max, Min, Model, Q, QuerySet
from django.http import QueryDict

from staffetta.work.clock import monotonic

STRETCH = 10_000
"""Keys looked through in one query of `look_through`: some 10 ms where nobody fits."""
LONG_ENOUGH = 0.05
"""Seconds after which `look_through` shows what it has found."""
MARKS = ("after", "before")
"""What an address says of the place in the rows; no restriction."""
MANY = 1000
"""How far a page counts rows that may be very many; beyond it says "1,000+" (template filter `up_to_many`)."""


@dataclass(slots=True)
class Page[M: Model]:
    """Some rows in order, and the query strings (without "?") that lead to the rows before and after; "" at an end.

    `looked`: the part of all rows (percent) that was looked through when there was no more time for it; `goes_on` is
    then the one of both that leads on.
    """

    items: list[M]
    newer: str = ""
    older: str = ""
    looked: int | None = None
    goes_on: str = ""
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
    return _written([_value(row, name) for name, _ in columns])


def _written(values: list[Any]) -> str:
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
    for known in MARKS:
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


def look_through[M: Model](rows: QuerySet[M], asked: QueryDict, size: int = 50) -> Page[M]:
    """Return one page, newest first, of rows that may be few among very many with no index to find them by.

    They are looked through in stretches of their primary keys until the page is full or it took long enough: a page
    costs that and one stretch at most, whatever the filter, and one that ends early says how far it came (`looked`).
    """
    back = "before" in asked
    start = _key(asked.get("before") or asked.get("after") or "")
    everybody = QuerySet[M](rows.model)
    # One question each: asked for both at once, SQLite reads the whole table (a million: 120 ms).
    first, last = (everybody.aggregate(end=end("pk"))["end"] for end in (Min, Max))
    if first is None:
        return Page([])
    keys = range(first, last + 1)
    found, place, over = _stretches(rows, keys, start, size + 1, back=back)
    more, items = len(found) > size, found[:size]
    ahead = behind = ""
    if more or not over:
        ahead = _query(asked, "before" if back else "after", _written([items[-1].pk if more else place]))
    if start is not None:
        behind = _query(asked, "after" if back else "before", _written([items[0].pk if items else start]))
    page = Page(items[::-1], ahead, behind) if back else Page(items, behind, ahead)
    if not more and not over:
        page.looked, page.goes_on = (abs(place - keys[0 if back else -1]) + 1) * 100 // len(keys), ahead
    return page


def _key(mark: str) -> int | None:
    """Return the primary key a mark of `look_through` stands for; None for none, or one written by hand."""
    values = _read(mark, 1) if mark else None
    return values[0] if values and type(values[0]) is int and abs(values[0]) < 2**62 else None


def _stretches[M: Model](
    rows: QuerySet[M], keys: range, start: int | None, wanted: int, *, back: bool
) -> tuple[list[M], int, bool]:
    """Return what fits beyond the key `start`, the key up to which was looked, and whether there are none beyond it."""
    until, found, step = monotonic() + LONG_ENOUGH, list[M](), 1 if back else -1
    before, behind = keys[0] - 1, keys[-1] + 1
    place = (before if back else behind) if start is None else min(max(start, before), behind)
    while place + step in keys:
        ends = sorted((place + step, place + step * STRETCH))
        some = rows.filter(pk__range=ends).order_by("pk" if back else "-pk")
        found += some[: wanted - len(found)]
        place += step * STRETCH
        if len(found) == wanted or monotonic() > until:
            break
    return found, place, place + step not in keys


def counted[M: Model](rows: QuerySet[M]) -> int:
    """Return how many rows there are, MANY + 1 for all that are more."""
    return rows[: MANY + 1].count()
