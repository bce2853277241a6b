"""The daily budget of persons: never more than the limit in any 24 hours, whoever sends; nobody fails by it."""

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.deliveries.ledger import budget, due, states
from staffetta.deliveries.ledger.budget_hours import hour_of
from staffetta.deliveries.ledger.counts import reconcile
from staffetta.deliveries.ledger.marks import Answer, Holder, Marked
from staffetta.deliveries.models import Attempt, Budget, Delivery, Reached
from staffetta.deliveries.sending import dispatch
from staffetta.work import lease
from staffetta.work.clock import now
from tests.deliveries.ledger import outcomes, people, planned, run, states_of, transactional

HOUR = 3600.0
SENDS = {"operation": "send_notification"}
REFUSED: dict[str, Any] = {"status": 400, "code": 1021, "reason": "Parameter id"}
OUTCOMES = ("sent", "sent", "sent", "failed", "waiting", "uncertain")


def most_in_a_day() -> int:
    """The largest number of different persons whose message was taken within any 24 hours, by the attempts."""
    accepted = Attempt.objects.filter(outcome="accepted").order_by("answered_at")
    return most_of(list(accepted.values_list("answered_at", "delivery__address")))


def most_of(taken: list[tuple[Any, str]]) -> int:
    moments: list[datetime] = [at for at, _ in taken]
    spans = (taken[first : bisect_right(moments, at + timedelta(hours=24))] for first, at in enumerate(moments))
    return max((len({address for _, address in span}) for span in spans), default=0)


def counted() -> int:
    """What the budget counts; its number and its rows agree."""
    used = sum(Budget.objects.values_list("used", flat=True))
    assert used == Reached.objects.count()
    assert hours_of_row() == Counter(hour_of(at) for at in Reached.objects.values_list("at", flat=True))
    return used


def hours_of_row() -> Counter[int]:
    """The people by the hour in which they were last reached, as the row says."""
    kept = Budget.objects.values_list("hours", flat=True).first() or {}
    return Counter({int(hour): people for hour, (people, _used) in kept.items() if people})


@pytest.fixture
def ten_a_day(settings: Settings) -> None:
    settings.DAILY_PEOPLE, settings.DAILY_RESERVE = 10, 20


@pytest.mark.usefixtures("ten_a_day")
def test_a_larger_communication_spreads_over_days(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(20)
    communication = planned(channel)
    run()
    assert states_of(communication) == {"sent": 8, "waiting": 12}  # two are the reserve
    assert not dispatch.has_due(channel.pk, counted=True)
    assert Attempt.objects.count() == 8  # who waits is not touched
    later(23.9 * HOUR)
    run()
    assert states_of(communication)["sent"] == 8
    later(24.1 * HOUR)
    run()
    assert states_of(communication) == {"sent": 16, "waiting": 4}
    later(48.3 * HOUR)
    run()
    communication.refresh_from_db()
    assert (states_of(communication), communication.state) == ({"sent": 20}, "done")
    assert most_in_a_day() == 8
    assert reconcile([communication.pk]) == []
    assert engage.summary()["duplicates"] == []


@pytest.mark.usefixtures("ten_a_day")
def test_the_reserve_is_for_transactional_messages_and_beyond_the_whole_they_wait(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    everybody = people(20)
    communication = planned(channel)
    run()
    rows = [transactional(channel, everybody[-n]) for n in (1, 2, 3)]
    known = transactional(channel, everybody[0], "B2")
    later(10)  # who was reached costs nothing, but not within six seconds
    run()
    for row in (*rows, known):
        row.refresh_from_db()
    assert [row.state for row in rows] == ["sent", "sent", "waiting"]
    assert known.state == "sent"
    assert outcomes(rows[2]) == ["released"]
    assert rows[2].not_before > now() + timedelta(hours=23)
    assert counted() == 10
    later(24.1 * HOUR)
    run()
    rows[2].refresh_from_db()
    assert rows[2].state == "sent"
    assert most_in_a_day() <= 10
    assert states_of(communication)["sent"] >= 14


@pytest.mark.usefixtures("ten_a_day")
def test_two_channels_share_one_budget(
    channel: Channel, other_channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(20)
    both = planned(channel), planned(other_channel)
    for day in range(6):
        later(day * 24.2 * HOUR)
        run()
        counted()
    assert [states_of(each) for each in both] == [{"sent": 20}, {"sent": 20}]
    assert most_in_a_day() <= 8


@pytest.mark.usefixtures("ten_a_day")
def test_what_is_refused_or_given_back_costs_nothing(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(20)
    engage.fault("answer", match={**SENDS, "nth": [2, 3, 4, 9, 12]}, **REFUSED)
    communication = planned(channel)
    run()
    found = states_of(communication)
    assert found["failed"] == 5
    assert found["sent"] == 8
    assert counted() == 8


@pytest.mark.usefixtures("ten_a_day")
def test_a_limit_of_the_provider_gives_back_and_an_uncertain_one_counts(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(2)
    engage.fault("rate_limit", match=SENDS, retry_after=1, times=1)
    communication = planned(channel)
    run(1)
    assert counted() == states_of(communication).get("sent", 0)
    engage.clear_faults()
    engage.fault("reset", match=SENDS, accepted=True, times=2)
    later(5)
    run()
    assert counted() == 2 - states_of(communication).get("waiting", 0)
    assert "uncertain" in states_of(communication)


@pytest.mark.usefixtures("ten_a_day")
def test_who_was_reached_before_stays_counted_when_another_message_is_refused(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    (person,) = people(1)
    planned(channel)
    run()
    first = Reached.objects.get().at
    later(HOUR)
    engage.fault("answer", match=SENDS, **REFUSED)
    second = transactional(channel, person)
    run()
    second.refresh_from_db()
    assert second.state == "failed"
    assert Reached.objects.get().at == first
    assert counted() == 1


@pytest.mark.usefixtures("ten_a_day")
def test_a_limit_set_later_counts_what_the_ledger_shows(channel: Channel, engage: Engage, settings: Settings) -> None:
    settings.DAILY_PEOPLE = 0
    people(5)
    planned(channel)
    run()
    assert not Budget.objects.exists()
    settings.DAILY_PEOPLE = 10
    assert budget.keep_in_step() == 5
    people(10, 5)
    second = planned(channel)
    run()
    assert Delivery.objects.filter(state="sent").values("address").distinct().count() == 8
    assert counted() == 8
    settings.DAILY_PEOPLE = 0
    assert budget.keep_in_step() == 8
    run()
    assert states_of(second)["sent"] > 3


@pytest.mark.usefixtures("ten_a_day")
def test_telegram_has_no_such_limit(channel: Channel, engage: Engage) -> None:
    assert budget.counts(channel)
    channel.platform = "telegram"
    assert not budget.counts(channel)


@pytest.mark.usefixtures("ten_a_day")
@pytest.mark.parametrize("seed", range(6))
def test_no_day_sees_more_whatever_happens(
    channel: Channel, other_channel: Channel, engage: Engage, later: Callable[[float], None], seed: int
) -> None:
    """Two senders take turns at random moments; what they marked is answered late, taken, refused or given back."""
    chance = random.Random(seed)
    everybody = people(40)
    for each in (channel, other_channel):
        planned(each)
        for person in chance.sample(everybody, 10):
            transactional(each, person)
    holders = [_holder(each) for each in (channel, other_channel)]
    under_way: list[Marked] = []
    taken: list[tuple[datetime, str]] = []
    hours = 0.0
    for _ in range(150):
        hours += chance.choice((0, 0, 0.005, 0.3, 2, 7)) if not under_way else 0.0003
        later(hours * HOUR)
        chance.shuffle(under_way)
        cut = chance.randint(0, 6)
        told, under_way = under_way[:cut], under_way[cut:]
        answers = [_answered(row, chance.choice(OUTCOMES)) for row in told]
        taken += [(now(), row.address) for row, answer in zip(told, answers, strict=True) if answer.state == "sent"]
        under_way += states.turn(chance.choice(holders), answers, chance.randint(0, 6))
        assert counted() <= 10
    assert 1 < most_of(taken) <= 10


def _answered(row: Marked, state: str) -> Answer:
    not_before = now() + timedelta(hours=1) if state == "waiting" else None
    return Answer(row.id, row.attempt, state, "accepted" if state == "sent" else "x", not_before=not_before)


def _holder(channel: Channel) -> Holder:
    fence = lease.acquire(f"channel:{channel.pk}", "test", 600)
    assert fence is not None
    return Holder(channel.pk, f"channel:{channel.pk}", fence, "test", counted=budget.counts(channel))


def test_without_a_limit_a_claim_asks_nothing_more(channel: Channel, engage: Engage) -> None:
    people(3)
    planned(channel)
    holder = _holder(channel)
    with CaptureQueriesContext(connection) as asked:
        assert len(states.turn(holder, [], 5)) == 3
    assert not any("reached" in query["sql"] or "budget" in query["sql"] for query in asked.captured_queries)


@pytest.mark.usefixtures("ten_a_day")
def test_who_waits_for_the_budget_is_not_late(channel: Channel, engage: Engage, later: Callable[[float], None]) -> None:
    people(20)
    planned(channel)
    assert due.oldest() is not None
    run()
    later(HOUR)
    assert due.oldest() is None
    later(25 * HOUR)
    assert due.oldest() is not None
