"""Storms of 429: the whole channel slows down and recovers step by step; nobody fails by a limit. Over the wire."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.deliveries.ledger.counts import reconcile
from staffetta.deliveries.ledger.streaks import Streaks
from staffetta.deliveries.models import Attempt, Breaker, Delivery
from staffetta.notices.models import Incident
from staffetta.work.pace import STEP, STEP_SECONDS, Pace
from tests.deliveries.ledger import FIRST, outcomes, people, planned, run, states_of, the

SENDS = {"operation": "send_notification", "channel": FIRST}


def until_all_left(*communications: Communication) -> None:
    """Let the lanes work as a worker does, which looks again and again."""
    end = time.monotonic() + 30
    while any(set(states_of(each)) != {"sent"} for each in communications) and time.monotonic() < end:
        run()
        time.sleep(0.05)


@pytest.mark.parametrize("told", [{"retry_after": 1}, {}], ids=["with Retry-After", "without"])
def test_a_storm_slows_the_channel_and_fails_nobody(
    channel: Channel, other_channel: Channel, engage: Engage, told: dict[str, int]
) -> None:
    people(40)
    communication, other = planned(channel), planned(other_channel)
    engage.fault("rate_limit", match={**SENDS, "nth": [*range(5, 11), 30]}, **told)
    until_all_left(communication, other)
    assert states_of(communication) == states_of(other) == {"sent": 40}
    assert engage.summary()["duplicates"] == []
    assert set(Delivery.objects.values_list("reason", flat=True)) == {""}
    assert Attempt.objects.filter(outcome="too_fast", delivery__channel=channel).count() >= 6
    assert not Attempt.objects.filter(outcome="too_fast", delivery__channel=other_channel).exists()
    assert Breaker.objects.get(kind="channel", subject=channel.pk).pace_level < 1
    assert not Incident.objects.exists()
    assert reconcile([communication.pk, other.pk]) == []


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "code": 429, "reason": "slow down"},
        {"status": 400, "code": 400, "reason": "(#130429) Rate limit hit"},
        {"status": 400, "code": "131048", "reason": "spam rate limit"},
        {"status": 400, "body": {"code": 400, "error": {"code": 131056}}},
    ],
    ids=["200 with code 429", "400 with 130429 in the text", "400 with code 131048", "400 with 131056 in a member"],
)
def test_a_limit_in_any_answer_fails_nobody(channel: Channel, engage: Engage, answer: dict[str, Any]) -> None:
    people(6)
    communication = planned(channel)
    engage.fault("answer", match={**SENDS, "nth": [1, 3]}, headers={"Retry-After": "1"}, **answer)
    until_all_left(communication)
    assert states_of(communication) == {"sent": 6}
    assert engage.summary()["duplicates"] == []
    assert Attempt.objects.filter(outcome="too_fast").count() == 2


def test_code_401_in_a_200_holds_the_channel_and_nobody_fails(channel: Channel, engage: Engage) -> None:
    people(3)
    communication = planned(channel)
    engage.fault("answer", match=SENDS, status=200, code=401, reason="bad key")
    run(1)
    assert states_of(communication) == {"waiting": 3}
    channel.refresh_from_db()
    assert channel.state == "refused"


def test_nothing_of_the_channel_leaves_while_it_was_told_to_wait(channel: Channel, engage: Engage) -> None:
    people(20)
    communication = planned(channel)
    engage.fault("rate_limit", match={**SENDS, "nth": 1}, retry_after=2)
    until_all_left(communication)
    assert states_of(communication) == {"sent": 20}
    answered = Attempt.objects.filter(outcome="too_fast").earliest("answered_at").answered_at
    later = Attempt.objects.filter(outcome="accepted", marked_at__gt=answered).earliest("answered_at").answered_at
    assert answered is not None
    assert later is not None
    assert (later - answered).total_seconds() > 1.8


def test_a_limit_that_lasts_for_days_fails_nobody(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(1)
    communication = planned(channel)
    engage.fault("rate_limit", match=SENDS, retry_after=1)
    for hours in (0, 20, 30, 50):
        later(hours * 3600)
        run(1)
        assert the(communication).state == "waiting"
    assert set(outcomes(the(communication))) <= {"too_fast", "released"}
    engage.clear_faults()
    later(60 * 3600)
    run()
    assert the(communication).state == "sent"


def test_the_channels_home_says_what_a_limit_left_until_it_has_recovered(
    channel: Channel, engage: Engage, as_operator: Client, later: Callable[[float], None]
) -> None:
    people(3)
    planned(channel)
    engage.fault("rate_limit", match=SENDS, retry_after=600)
    run(2)
    level = Breaker.objects.get(subject=channel.pk).pace_level

    def told() -> str:
        return as_operator.get(f"/engage/channels/{channel.pk}/").content.decode()

    assert f"ha chiesto di rallentare: {round(100 * level)}% del ritmo, nulla parte fino a oggi" in told()
    later(602)
    assert f"ha chiesto di rallentare: {round(100 * level)}% del ritmo</dd>" in told()
    later(602 + STEP_SECONDS / STEP)
    assert "ha chiesto di rallentare" not in told()


def test_the_next_sender_of_the_channel_goes_on_as_slowly_and_recovers(channel: Channel, engage: Engage) -> None:
    people(10)
    planned(channel)
    engage.fault("rate_limit", match={**SENDS, "nth": 1}, retry_after=1)
    run()
    left = Streaks(channel.pk)
    assert 0 < left.level < 1
    pace = Pace(80)
    pace.go_on_from(left.level, 0, 0)
    assert pace.level == left.level
    pace.go_on_from(left.level, 0, 2 * STEP_SECONDS)
    assert pace.level == left.level + 2 * STEP
    pace.go_on_from(left.level, 0, 3600)
    assert pace.level == 1
