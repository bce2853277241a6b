"""How the installation itself is: for the page."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffetta.channels.models import Refresh, RefreshState
from staffetta.contacts.models import Import, ImportState
from staffetta.deliveries.ledger import due
from staffetta.notices.models import Mail
from staffetta.reports.health import SILENT_AFTER, all_lanes
from staffetta.reports.wording import lane_name, regular_name, set_aside_reason
from staffetta.work import engine, jobs, lease, sweep
from staffetta.work.clock import now, real_now
from staffetta.work.clock_step import AHEAD
from staffetta.work.models import LaneBeat, Lease, SetAside

TIMED = ("schedule:", "sweep:")  # leases that are nothing but the next time of something regular
MANY = 1000  # counting stops here: more is said as "more than"


@dataclass(frozen=True, slots=True)
class LaneLine:
    lane: str
    name: str | Promise
    worker: str = ""
    beat_at: datetime | None = None
    worked_at: datetime | None = None
    problem: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    row: SetAside
    lane: str | Promise
    reason: str | Promise


@dataclass(frozen=True, slots=True)
class Queue:
    """Work that waits: how much of it (`number`, "more than" when `more`) and since when the oldest is due."""

    key: str
    name: str | Promise
    number: int
    oldest: datetime | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Regular:
    """Something that runs at set times. A sweep's last run is known from its turn, another's is not."""

    key: str
    name: str | Promise
    next_at: datetime
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Database:
    kind: str
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class Disk:
    free: int
    total: int

    @property
    def used(self) -> int:
        return self.total - self.free

    @property
    def tight(self) -> bool:
        return self.free < max(500_000_000, self.total // 20)


def lanes() -> list[LaneLine]:
    """Return the lanes of every worker, and those that no worker runs."""
    moment = real_now()
    lines = [
        LaneLine(
            lane=beat.lane,
            name=lane_name(beat.lane),
            worker=beat.worker,
            beat_at=beat.beat_at,
            worked_at=beat.worked_at,
            problem=beat.problem,
            silent=not moment - SILENT_AFTER <= beat.beat_at <= moment + AHEAD,
        )
        for beat in LaneBeat.objects.order_by("lane", "worker")
    ]
    present = {line.lane for line in lines}
    return lines + [LaneLine(lane, lane_name(lane)) for lane in all_lanes() if lines and lane not in present]


def queues() -> list[Queue]:
    """Return what waits for a worker. Each is one query over an index that holds waiting rows only."""
    refreshes = Refresh.objects.filter(state=RefreshState.WAITING)
    imports = Import.objects.filter(state=ImportState.WAITING)
    mails = Mail.objects.filter(sent_at=None, given_up_at=None)
    return [
        Queue("messages", _("Messages to send"), due.waiting(), due.oldest()),
        _queue("refreshes", _("Channel refreshes"), refreshes, "created_at"),
        _queue("imports", _("Imports"), imports, "created_at"),
        _queue("mails", _("E-mails"), mails, "not_before"),
        *([_queue("jobs", _("Background jobs"), jobs.waiting(), "enqueued_at")] if engine.in_database() else []),
    ]


def _queue(key: str, name: str | Promise, rows: QuerySet[Any], due: str) -> Queue:
    oldest = rows.filter(**{f"{due}__lte": now()}).aggregate(oldest=Min(due))["oldest"]
    number = rows.order_by()[: MANY + 1].count()
    return Queue(key, name, min(number, MANY), oldest, more=number > MANY)


def set_aside_rows(item: str = "") -> QuerySet[SetAside]:
    """Return what is set aside: one item by its number, or all."""
    rows = SetAside.objects.order_by("lane", "first_at", "pk")
    if not item:
        return rows
    return rows.filter(pk=int(item)) if item.isascii() and item.isdecimal() and len(item) < 18 else rows.none()


def set_aside_lines() -> list[SetAsideLine]:
    """Return the items set aside, of each lane the oldest first."""
    return [SetAsideLine(row, lane_name(row.lane), set_aside_reason(row.reason)) for row in set_aside_rows()[:500]]


def leases() -> list[Lease]:
    """Return the leases held at this moment."""
    held = Lease.objects.filter(~_timed(), lease.in_force())
    return list(held.order_by("name")[:100])


def schedule() -> list[Regular]:
    """Return all that runs at set times, the next first."""
    every = {f"sweep:{one.name}": timedelta(seconds=one.every) for one in sweep.registered()}
    return [
        Regular(
            row.name,
            regular_name(row.name.partition(":")[2]),
            row.expires_at,
            row.expires_at - every[row.name] if row.name in every else None,
        )
        for row in Lease.objects.filter(_timed()).order_by("expires_at")
    ]


def _timed() -> Q:
    return Q(*(Q(name__startswith=prefix) for prefix in TIMED), _connector=Q.OR)


def database() -> Database:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
            size, number = cursor.fetchone()
        return Database("PostgreSQL", str(number).split(" ")[0], int(size))
    with connection.cursor() as cursor:
        cursor.execute("SELECT page_count * page_size, sqlite_version() FROM pragma_page_count(), pragma_page_size()")
        size, number = cursor.fetchone()
    return Database("SQLite", str(number), int(size))


def disk() -> Disk:
    """Return the space of the disk that holds the data folder, in bytes."""
    usage = shutil.disk_usage(Path(settings.DATA_DIR))
    return Disk(usage.free, usage.total)


def own_version() -> str:
    return version("staffetta")
