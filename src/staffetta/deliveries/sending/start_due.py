"""Start scheduled communications when their time has come; every change is conditional, so any worker may look.

A time that was missed while everything was off is started late as long as that is within a margin, and told; beyond it
the communication is held, since an evening's offer must not go out at night. What goes out to another number of people
than was confirmed is held after planning (plan.py).
"""

from datetime import timedelta
from functools import partial

from django.conf import settings

from staffetta.communications.hold import Trouble
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.start import start_scheduled
from staffetta.deliveries.sending.watch import hold_one
from staffetta.work import clock_step
from staffetta.work.clock import now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items

SETTLE_SECONDS = 20.0


def work(context: LaneContext) -> bool:
    """Start what is due."""
    if not clock_step.settled(SETTLE_SECONDS):
        return False  # a clock that was set by mistake is corrected soon: nothing starts by it meanwhile
    items = Items("start")
    due = Communication.objects.filter(state=CommunicationState.SCHEDULED, start_at__lte=now()).order_by("start_at")
    if not due.exists():
        return False  # as nearly each second: a plain question costs a fifth of one that joins four tables
    for communication in due.select_related("channel", "variant__template__channel", "audience_import"):
        if context.stopping():
            break
        items.handle(f"communication:{communication.pk}", partial(_start, communication), name=str(communication))
    return False


def _start(communication: Communication) -> None:
    assert communication.start_at is not None
    late = now() - communication.start_at
    if late > timedelta(minutes=settings.LATE_START_MINUTES):
        hold_one(communication.pk, Trouble.MISSED)
        return
    refused = start_scheduled(communication, int(late.total_seconds() // 60))
    if isinstance(refused, Trouble):
        hold_one(communication.pk, refused)
