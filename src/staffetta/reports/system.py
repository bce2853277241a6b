"""How the installation itself is: for the page, and for whatever watches `/health`."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Max, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffetta.channels.models import Refresh, RefreshState
from staffetta.contacts.models import Import, ImportState
from staffetta.deliveries.models import Delivery, DeliveryState
from staffetta.notices.models import Mail
from staffetta.reports.wording import lane_name, regular_name
from staffetta.work import engine, jobs
from staffetta.work.clock import now, real_now
from staffetta.work.models import LaneBeat, Lease

SILENT_AFTER = timedelta(seconds=60)
TIMED = ("schedule:", "sweep:")  # leases that are nothing but the next time of something regular
MANY = 1000  # counting stops here: more is said as "more than"


@dataclass(frozen=True, slots=True)
class Health:
    """`database` and `worker` are "ok" or what is wrong; `healthy` decides the status of the answer."""

    database: str
    worker: str

    @property
    def healthy(self) -> bool:
        return self.database == self.worker == "ok"


@dataclass(frozen=True, slots=True)
class LaneLine:
    lane: str
    name: str | Promise
    worker: str
    beat_at: datetime
    worked_at: datetime | None
    problem: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Work that waits: how much of it (`number`, "more than" when `more`) and since when the oldest is due."""

    name: str | Promise
    number: int
    oldest: datetime | None
    more: bool = False


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


def health() -> Health:
    """Ask the database for the newest beat; one query, no secrets, never raises for a database that is away."""
    try:
        newest = LaneBeat.objects.aggregate(newest=Max("beat_at"))["newest"]
    except DatabaseError:
        return Health("unreachable", "unknown")
    if newest is None:
        return Health("ok", "none")
    return Health("ok", "ok" if real_now() - newest < SILENT_AFTER else "silent")


def lanes() -> list[LaneLine]:
    moment = real_now()
    return [
        LaneLine(
            lane=beat.lane,
            name=lane_name(beat.lane),
            worker=beat.worker,
            beat_at=beat.beat_at,
            worked_at=beat.worked_at,
            problem=beat.problem,
            silent=moment - beat.beat_at > SILENT_AFTER,
        )
        for beat in LaneBeat.objects.order_by("lane", "worker")
    ]


def queues() -> list[Queue]:
    """Return what waits for a worker. Each is one query over an index that holds waiting rows only."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    refreshes = Refresh.objects.filter(state=RefreshState.WAITING)
    imports = Import.objects.filter(state=ImportState.WAITING)
    mails = Mail.objects.filter(sent_at=None, given_up_at=None)
    return [
        _queue(_("Messages to send"), waiting, "not_before"),
        _queue(_("Channel refreshes"), refreshes, "created_at"),
        _queue(_("Imports"), imports, "created_at"),
        _queue(_("E-mails"), mails, "not_before"),
        *([_queue(_("Background jobs"), jobs.waiting(), "enqueued_at")] if engine.in_database() else []),
    ]


def _queue(name: str | Promise, rows: QuerySet[Any], due: str) -> Queue:
    oldest = rows.filter(**{f"{due}__lte": now()}).aggregate(oldest=Min(due))["oldest"]
    number = rows.order_by()[: MANY + 1].count()
    return Queue(name, min(number, MANY), oldest, more=number > MANY)


def leases() -> list[Lease]:
    """Return the leases held at this moment."""
    held = Lease.objects.filter(~_timed(), expires_at__gt=real_now())
    return list(held.order_by("name")[:100])


def schedule() -> list[tuple[str | Promise, datetime]]:
    """Return (what, next time) of all that runs at set times."""
    rows = Lease.objects.filter(_timed()).order_by("expires_at")
    return [(regular_name(row.name.partition(":")[2]), row.expires_at) for row in rows]


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
