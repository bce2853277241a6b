"""A clock that was set is an incident for an hour; e-mails that waited for the time before go out."""

from datetime import datetime, timedelta

from django.db.models import Q

from staffetta.notices import incidents
from staffetta.notices.models import Incident, Mail
from staffetta.work import clock_step, sweep
from staffetta.work.clock import now

KIND = SUBJECT = "clock"
TOLD_FOR = timedelta(hours=1)


def register() -> None:
    """Hear of each step of the clock."""
    clock_step.when_stepped(tell)
    clock_step.register_repair("e-mails", repair)
    sweep.register("clock", 60.0, close)


def tell(seconds: float) -> None:
    """Open the incident: the clock was set forward, or back, by so many seconds."""
    cause = "forward" if seconds > 0 else "back"
    incidents.failure(KIND, SUBJECT, SUBJECT, cause, str(round(abs(seconds))))


def close() -> None:
    """Nothing more to be told once the clock has gone well for an hour."""
    well = Incident.objects.filter(kind=KIND, closed_at=None, last_at__lt=now() - TOLD_FOR)
    if well.exists() and clock_step.settled(TOLD_FOR.total_seconds()):
        incidents.success(KIND, SUBJECT)


def repair(after: datetime) -> None:
    """Let e-mails go that wait for a moment of a wrong clock, and bring the incident to the present."""
    of_a_wrong_clock = Q(incident__mailed_at__gt=after) | Q(incident__opened_at__gt=after)
    waiting = Mail.objects.filter(of_a_wrong_clock, sent_at=None, given_up_at=None, not_before__gt=after)
    waiting.update(not_before=now())
    Incident.objects.filter(closed_at=None, last_at__gt=after).update(last_at=now())
