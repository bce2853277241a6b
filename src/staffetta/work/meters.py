"""Counters that only rise, for whoever watches from outside: kept in memory, added to the database with each beat.

Added with the beats and not with the work: one row that every send of every worker wrote to would make them wait for
each other. A worker that is killed loses what it counted since its last beat (three seconds); the ledger does not.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from django.db import connection, transaction

from staffetta.work.models import Meter

Place = tuple[str, str]
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends, in seconds, of the classes times are sorted into; one more is open."""
NAMES = (*(f"{bound:g}" for bound in BOUNDS), "+Inf")
# Sorted by the caller, so that two workers lock the rows in one order.
ADD = """
INSERT INTO work_meter (name, labels, value) VALUES {places}
ON CONFLICT (name, labels) DO UPDATE SET value = work_meter.value + excluded.value
"""
_lock = threading.Lock()
_counted: dict[Place, float] = {}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def label(**names: object) -> str:
    """Return labels as the text format wants them: in the order given, quoted."""
    return ",".join(f'{name}="{_escaped(str(value))}"' for name, value in names.items())


CLASSES = tuple(label(le=name) for name in NAMES)


def count(name: str, labels: str = "", by: float = 1) -> None:
    """Let a counter rise; cheap, from any thread."""
    with _lock:
        _counted[name, labels] = _counted.get((name, labels), 0) + by


def observe(name: str, times: Sequence[float]) -> None:
    """Sort times (seconds) into their classes, and add them to the sum."""
    sorted_in = Counter(bisect_left(BOUNDS, seconds) for seconds in times)
    for place, number in sorted_in.items():
        count(f"{name}_bucket", CLASSES[place], number)
    if times:
        count(f"{name}_sum", by=sum(times))


def flush() -> None:
    """Add what was counted to the database; on an error it stays in memory and the error is raised."""
    with _lock:
        taken = dict(_counted)
        _counted.clear()
    try:
        _add(taken)
    except BaseException:
        for (name, labels), by in taken.items():
            count(name, labels, by)
        raise


def values(name: str) -> dict[str, float]:
    """Return a counter by its labels, as of the last beats."""
    return dict(Meter.objects.filter(name=name).order_by("labels").values_list("labels", "value"))


def _add(taken: dict[Place, float]) -> None:
    if not taken:
        return
    rows = [(name, labels[:200], value) for (name, labels), value in sorted(taken.items())]
    sql = ADD.format(places=", ".join(["(%s, %s, %s)"] * len(rows)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [part for row in rows for part in row])
