"""Whether the installation works: for whatever watches `/health`, and for the head of the system page.

Nothing in it is secret: anybody who reaches the platform may ask.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import Error
from django.db.models import Count, IntegerField, Max, Q, TextField, Value

from staffetta.deliveries.ledger import due
from staffetta.work import engine, lanes, sweep
from staffetta.work.clock import now, real_now
from staffetta.work.clock_step import AHEAD
from staffetta.work.database import fingerprint
from staffetta.work.database.databases import bounded
from staffetta.work.models import LaneBeat, Lease, SetAside

SILENT_AFTER = timedelta(seconds=60)
LONGEST_QUESTION = 2.0
"""Seconds: whatever is locked or slow, whoever watches gets an answer."""


@dataclass(frozen=True, slots=True)
class Health:
    """`database` and `worker` are "ok" or what is wrong; each lane is ok, troubled, silent or missing (runs nowhere).

    The database is `other_version` when it was brought to one that is not this process's: it has to be updated too.
    `healthy` decides the status of the answer: a lane in trouble tries again by itself, one that runs nowhere does not.
    """

    database: str
    worker: str
    lanes: Mapping[str, str] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        return self.database == self.worker == "ok" and not {"silent", "missing"} & set(self.lanes.values())

    @property
    def missing(self) -> list[str]:
        return self._in("missing")

    @property
    def silent(self) -> list[str]:
        return self._in("silent")

    def _in(self, wanted: str) -> list[str]:
        return [lane for lane, state in self.lanes.items() if state == wanted]


def health() -> Health:
    """Ask the database for the beats and what is set aside; one query, never raises for a database that is away."""
    present = real_now()
    try:
        beats, aside = _beats_and_set_aside(present + AHEAD)
    except Error:
        return Health("unreachable", "unknown")
    if not beats:
        return Health("ok", "none", set_aside=aside)
    since = present - SILENT_AFTER
    states = {str(lane): "missing" for lane in all_lanes()}
    for beat in beats:
        states[beat.lane] = _better(states.get(beat.lane, "missing"), beat.newest, since, beat.problem)
    alive = any(beat.newest is not None and beat.newest >= since for beat in beats)
    return Health("ok", "ok" if alive else "silent", states, aside)


class _Beat(NamedTuple):
    """The newest sign of a lane, of all workers that say the same of it."""

    lane: str
    problem: str
    newest: datetime | None


def _beats_and_set_aside(believed: datetime) -> tuple[list[_Beat], dict[str, int]]:
    """Return the beats, of which one in the future is none, and how much of each lane is set aside."""
    beats = LaneBeat.objects.values_list("lane", "problem").annotate(
        newest=Max("beat_at", filter=Q(beat_at__lte=believed)), number=Value(0, IntegerField())
    )
    aside = SetAside.objects.values_list("lane", Value("", TextField())).annotate(
        newest=Max("last_at"), number=Count("pk")
    )
    rows = list(beats.order_by().union(aside.order_by(), all=True))
    return [_Beat(*row[:3]) for row in rows if not row[3]], {row[0]: row[3] for row in rows if row[3]}


def own_health() -> Health:
    """Like `health`, unless the database was brought to another version than this process is of: one query more."""
    try:
        with bounded(LONGEST_QUESTION):
            foreign = fingerprint.foreign()
            return Health("other_version", "unknown") if foreign else health()
    except Error:
        return Health("unreachable", "unknown")


def all_lanes() -> list[str]:
    """Return what must run somewhere: the lanes, and the jobs whoever carries them."""
    names = [lane.name for lane in lanes.registered()]
    return names if engine.LANE in names else [*names, engine.LANE]


def details() -> dict[str, object] | None:
    """Return what `_details` says; None where the database does not say it in time."""
    try:
        with bounded(LONGEST_QUESTION):
            return _details()
    except Error:
        return None


def _details() -> dict[str, object]:
    """Return how old the oldest due message is, who holds what, the last sweep and what runs next. Three queries."""
    present = real_now()
    oldest = due.oldest()
    every = {f"sweep:{one.name}": timedelta(seconds=one.every) for one in sweep.registered()}
    rows = Lease.objects.filter(Q(expires_at__gt=present) | Q(name__in=every)).order_by("name")
    known = dict(rows.values_list("name", "expires_at"))
    leases = {name: ends for name, ends in known.items() if ends > present}
    last = max((known[name] - every[name] for name in known.keys() & every.keys()), default=None)
    return {
        "oldest_due_seconds": _seconds(now(), oldest),
        "in_flight": due.in_flight(),
        "channels_being_served": sum(name.startswith("channel:") for name in leases),
        "last_sweep_seconds": _seconds(present, last),
        "schedule": {name.partition(":")[2]: ends for name, ends in leases.items() if name.startswith("schedule:")},
    }


def _better(known: str, newest: datetime | None, since: datetime, problem: str) -> str:
    """Return the better of two signs of one lane: one worker that runs it is enough."""
    found = "silent" if newest is None or newest < since else "troubled" if problem else "ok"
    order = ("ok", "troubled", "silent", "missing")
    return min(known, found, key=order.index)


def _seconds(present: datetime, moment: datetime | None) -> float | None:
    return None if moment is None else round(max(0.0, (present - moment).total_seconds()), 1)
