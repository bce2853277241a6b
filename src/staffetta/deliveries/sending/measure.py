"""What sending counts for whoever watches from outside (`/metrics`); the ledger has the truth, row by row."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

from staffetta.deliveries.ledger.marks import Answer
from staffetta.deliveries.ledger.policy import RELEASED
from staffetta.work import meters

SENDS = "staffetta_sends_total"
RETRIES = "staffetta_retries_total"
SECONDS = "staffetta_send_seconds"


def answered(channel: str, timed: Sequence[tuple[Answer, float]]) -> None:
    """Count the attempts that were made: by channel and outcome, with the seconds from the request to the answer."""
    made = [(answer, seconds) for answer, seconds in timed if answer.outcome != RELEASED]
    for outcome, number in Counter(answer.outcome for answer, _ in made).items():
        meters.count(SENDS, _labels(channel, outcome), number)
    meters.observe(SECONDS, [seconds for _, seconds in made])
    again = sum(1 for answer, _ in made if answer.attempt > 1)
    if again:
        meters.count(RETRIES, _of_channel(channel), again)


@cache
def _labels(channel: str, outcome: str) -> str:
    return meters.label(channel=channel, outcome=outcome)


@cache
def _of_channel(channel: str) -> str:
    return meters.label(channel=channel)
