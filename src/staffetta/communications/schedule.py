"""Start at a set time: the communication waits as `scheduled` until the ledger's lane finds its time come.

The time is a row (`start_at`, with the time zone in which it was said), so nothing is lost while the machine is off.
How many were told to get it is kept as `confirmed`: the start is held when that is no longer true.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.communications.hold import remember
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.start import NOT_STARTED, Refusal, StartRefused, refusal_of
from staffetta.work.clock import now
from staffetta.work.wake import wake


class NoSuchTime(ValueError):
    """The clocks jump over that time on that day."""


def moment(day: date, at: time, zone: str) -> datetime:
    """Return when that is, in UTC; of an hour that comes twice the first. Raises NoSuchTime."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime
    return local.astimezone(UTC)


def read_moment(text: str, zone: str) -> datetime:
    """Read an ISO time, meant in `zone` unless it names its own offset; in UTC. Raises ValueError, NoSuchTime."""
    told, meant = datetime.fromisoformat(text), ZoneInfo(zone)
    return moment(told.date(), told.time(), meant.key) if told.tzinfo is None else told.astimezone(UTC)


def schedule(communication: Communication, at: datetime, zone: str, confirmed: int | None, by: User | None) -> None:
    """Let a draft start at `at`, or change that time; `confirmed` people were told to get it. Raises StartRefused."""
    if code := refusal_of(communication):
        raise StartRefused(code)
    if at <= now():
        raise StartRefused(Refusal.IN_THE_PAST)
    assert communication.variant is not None
    with transaction.atomic():
        remember(communication, communication.variant)
        moved = Communication.objects.filter(pk=communication.pk, state__in=NOT_STARTED).update(
            state=CommunicationState.SCHEDULED,
            start_at=at,
            start_zone=zone,
            confirmed=communication.confirmed if confirmed is None else confirmed,
            started_by=by,
            held_reason="",
            held_at=None,
            accepted_revision=communication.accepted_revision,
            updated_at=now(),
        )
        if not moved:
            raise StartRefused(Refusal.NOT_A_DRAFT)
        audit.record(by, "communication_scheduled", communication, at=at.isoformat(), time_zone=zone)
        wake()


def cancel(communication: Communication, by: User | None) -> bool:
    """Make a draft of what was scheduled. Returns False when its time has come already."""
    with transaction.atomic():
        done = Communication.objects.filter(pk=communication.pk, state=CommunicationState.SCHEDULED).update(
            state=CommunicationState.DRAFT, start_at=None, start_zone="", confirmed=None, updated_at=now()
        )
        if done:
            audit.record(by, "communication_unscheduled", communication)
    return bool(done)
