"""When a configuration runs by itself. Times of day are the wall's in its time zone, over both clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from staffetta.sync import start as starting
from staffetta.sync.models import Every, SyncConfiguration
from staffetta.sync.setup import Held
from staffetta.work.clock import now
from staffetta.work.set_aside import Items

SHORTEST = 5
"""Minutes."""


def next_time(
    every: str, after: datetime, *, minutes: int = 30, at: time | None = None, weekday: int = 0, zone: str = "UTC"
) -> datetime | None:
    """Return the first time after `after` (UTC), None for never. Pure.

    A time of day that the clock skips in spring is taken an hour later; one that comes twice in autumn, the first time.
    """
    if every == Every.MINUTES:
        return after + timedelta(minutes=max(minutes, SHORTEST))
    if every == Every.HOURLY:
        return after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if every not in (Every.DAILY, Every.WEEKLY):
        return None
    place = ZoneInfo(zone)
    day = after.astimezone(place).date()
    for ahead in range(9):
        candidate = _moment(day + timedelta(days=ahead), at or time(3), place)
        fits = every == Every.DAILY or (day + timedelta(days=ahead)).weekday() == weekday
        if fits and candidate > after:
            return candidate
    raise AssertionError("nine days hold every weekday")


def _moment(day: date, at: time, place: ZoneInfo) -> datetime:
    return datetime.combine(day, at, place).astimezone(UTC)


def plan_next(configuration: SyncConfiguration, after: datetime | None = None) -> datetime | None:
    """Return when a configuration runs next."""
    return next_time(
        configuration.every,
        after or now(),
        minutes=configuration.minutes,
        at=configuration.at,
        weekday=configuration.weekday,
        zone=configuration.time_zone,
    )


def start_due(items: Items | None = None) -> int:
    """Start what is due, each time once, whatever the number of workers; return how many. What was missed runs once."""
    items, started = items or Items("sync"), 0
    for configuration in SyncConfiguration.objects.filter(next_at__lte=now()).order_by("pk"):
        start = partial(_start, configuration)
        started += bool(items.handle(f"timetable:{configuration.pk}", start, name=str(configuration)))
    return started


def _start(configuration: SyncConfiguration) -> bool:
    mine = SyncConfiguration.objects.filter(pk=configuration.pk, next_at=configuration.next_at)
    if not mine.update(next_at=plan_next(configuration)):
        return False
    try:
        starting.start(configuration, None, scheduled=True)
    except (Held, starting.Busy, starting.NothingMapped):
        return False  # the configuration's page says why
    return True


def after_seconds(seconds: float) -> datetime:
    """Return the time in so many seconds."""
    return now() + timedelta(seconds=seconds)
