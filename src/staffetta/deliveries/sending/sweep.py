"""Find what was in flight when its worker went: nobody knows what became of it, so it becomes uncertain."""

import logging
from datetime import timedelta

from django.conf import settings

from staffetta.deliveries.ledger import states
from staffetta.work import clock_step
from staffetta.work.clock import real_now
from staffetta.work.wake import wake

EVERY = 5.0
PIECE = 500
logger = logging.getLogger(__name__)


def in_flight() -> int:
    """Turn rows marked longer ago than the in-flight time-out into `uncertain`; return how many.

    A live send is bounded to half of that time, so what is older has nobody to answer for it. Should an answer come all
    the same (a worker that was only asleep), it is recorded and settles the row.
    """
    swept, bound = 0, timedelta(seconds=settings.IN_FLIGHT_TIMEOUT)
    # What was marked just before the clock was set looks as old, or lies as far ahead, as the step is wide.
    if clock_step.settled(bound.total_seconds()):
        while found := states.sweep(real_now() - bound, PIECE):
            swept += found
    if clock_step.watched(bound.total_seconds()):
        while found := states.sweep_marked_ahead(clock_step.latest_believed(), PIECE):
            swept += found
    if swept:
        logger.warning("%d messages were in flight when their worker went: now uncertain", swept)
        wake()
    return swept
