"""What sending counts for whoever watches from outside (`/metrics`); the ledger has the truth, row by row."""

from functools import cache

from staffetta.deliveries.marks import Answer
from staffetta.deliveries.policy import RELEASED
from staffetta.work import meters

SENDS = "staffetta_sends_total"
RETRIES = "staffetta_retries_total"
SECONDS = "staffetta_send_seconds"


def answered(channel: str, answer: Answer, seconds: float) -> None:
    """Count one attempt that was made: by channel and outcome, with the time from the request to the answer."""
    if answer.outcome == RELEASED:
        return
    meters.count(SENDS, _labels(channel, answer.outcome))
    meters.observe(SECONDS, seconds)
    if answer.attempt > 1:
        meters.count(RETRIES, _of_channel(channel))


@cache
def _labels(channel: str, outcome: str) -> str:
    return meters.label(channel=channel, outcome=outcome)


@cache
def _of_channel(channel: str) -> str:
    return meters.label(channel=channel)
