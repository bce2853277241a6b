"""A turn asks for what the last one's communications may have before it is told what this turn's are."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, Template
from staffetta.communications import stop
from staffetta.communications.models import Communication
from staffetta.deliveries.ledger import states
from staffetta.deliveries.ledger.claims import FEW
from staffetta.deliveries.ledger.counts import reconcile
from staffetta.deliveries.ledger.marks import Answer, Holder, Marked, Shares
from staffetta.deliveries.ledger.statements import NEITHER_HOURS_NOR_SPEED
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.sending import dispatch
from staffetta.deliveries.sending.dispatch import lease_name
from staffetta.work import lease
from staffetta.work.clock import real_now
from staffetta.work.lanes import LaneContext
from tests.deliveries.ledger import people, planned, run, states_of, transactional

WANT = 4 * FEW


class Turns:
    """One session's turns: what is marked is answered with the next."""

    def __init__(self, channel: Channel) -> None:
        name = lease_name(channel.pk)
        fence = lease.acquire(name, "anna", 60)
        assert fence is not None
        self.holder, self.shares = Holder(channel.pk, name, fence, "anna"), Shares()
        self.marked: list[Marked] = []

    def __call__(self, want: int = WANT) -> list[Marked]:
        answers = [Answer(row.id, row.attempt, "sent", "accepted") for row in self.marked]
        self.marked = states.turn(self.holder, answers, want, self.shares)
        return self.marked


def claims_in_advance(turns: Turns, want: int = WANT) -> tuple[list[Marked], int]:
    with CaptureQueriesContext(connection) as asked:
        rows = turns(want)
    return rows, sum(NEITHER_HOURS_NOR_SPEED in query["sql"] for query in asked)


def test_what_a_turn_finds_is_asked_for_in_advance_by_the_next(channel: Channel) -> None:
    people(3 * WANT)
    communication = planned(channel)
    turns = Turns(channel)
    assert claims_in_advance(turns)[1] == 0
    rows, asked = claims_in_advance(turns)
    assert (len(rows), asked) == (WANT, 1)
    turns()
    assert turns() == []
    assert states_of(communication) == {"sent": 3 * WANT}
    assert Attempt.objects.filter(outcome="accepted").count() == 3 * WANT
    assert claims_in_advance(turns)[1] == 0, "there was nothing the last time"


def test_a_single_message_comes_with_the_very_next_turn_and_there_is_room_for_it(channel: Channel) -> None:
    made = people(3 * WANT)
    planned(channel)
    turns = Turns(channel)
    turns()
    urgent = transactional(channel, made[0])
    turns.shares.singles = True
    rows = turns()
    assert rows[0].id == urgent.pk
    assert len(rows) <= WANT


def test_a_flood_of_single_messages_leaves_the_communications_no_room(channel: Channel) -> None:
    made = people(3 * WANT)
    communication = planned(channel)
    turns = Turns(channel)
    turns()
    for each in made:
        transactional(channel, each)
    turns.shares.singles = True
    first = turns()
    assert sum(row.communication_id is None for row in first) >= FEW
    assert len(first) <= WANT
    assert {row.communication_id for row in turns()} == {None}
    assert "sending" not in states_of(communication)


@pytest.mark.parametrize("change", [{"speed": 1}, {"hours": "09:00-09:01/1"}])
def test_one_that_got_a_speed_or_hours_meanwhile_is_not_asked_for_in_advance(
    channel: Channel, change: dict[str, object]
) -> None:
    people(3 * WANT)
    communication = planned(channel)
    turns = Turns(channel)
    turns()
    Communication.objects.update(**change, paced_to=real_now() + timedelta(hours=1))
    assert turns() == []
    assert states_of(communication) == {"sent": WANT, "waiting": 2 * WANT}


def test_one_that_was_stopped_or_whose_template_was_switched_off_gives_nothing(channel: Channel) -> None:
    people(3 * WANT)
    first, second = planned(channel), planned(channel, "avviso")
    turns = Turns(channel)
    turns()
    stop.stop(first, None)
    Template.objects.filter(name="avviso").update(active=False)
    assert turns() == []
    assert states_of(first) == {"cancelled": 2 * WANT + WANT // 2, "sent": WANT // 2}
    assert states_of(second) == {"sent": WANT // 2, "waiting": 2 * WANT + WANT // 2}


def test_what_one_does_not_need_goes_to_the_others_in_the_same_turn(channel: Channel) -> None:
    people(WANT // 2 + 2)
    small = planned(channel)
    people(3 * WANT, 1000)
    large = planned(channel, "avviso")
    turns = Turns(channel)
    turns()
    assert len(turns()) == WANT
    assert states_of(small) == {"sent": WANT // 2, "sending": 2}
    assert states_of(large)["sending"] == WANT - 2


@pytest.mark.parametrize("seed", range(12))
def test_no_turn_marks_more_than_it_wants_and_nobody_is_marked_twice(channel: Channel, seed: int) -> None:
    chance = random.Random(seed)
    made = people(60)
    both = planned(channel), planned(channel, "avviso")
    turns, seen = Turns(channel), set[int]()
    for _ in range(chance.randint(1, 8)):
        for each in made[: chance.choice((0, 0, 3, 12, 40))]:
            transactional(channel, each)
        turns.shares.singles = turns.shares.singles or chance.random() < 0.5
        want = chance.randint(0, WANT + 20)
        rows = turns(want)
        assert len(rows) <= want
        assert not seen & {row.id for row in rows}
        seen |= {row.id for row in rows}
    turns(0)
    assert set(Delivery.objects.filter(state="sent").values_list("pk", flat=True)) == seen
    for communication in both:
        assert set(states_of(communication)) <= {"sent", "waiting"}
        assert reconcile([communication.pk]) == []


@pytest.mark.parametrize("turns", range(1, 9))
def test_whatever_was_marked_when_the_session_ends_is_sent_or_waits_again(
    channel: Channel, engage: Engage, turns: int
) -> None:
    people(300)
    communication = planned(channel)
    asked = iter(range(turns))
    dispatch.work(LaneContext("test", stopping=lambda: next(asked, None) is None))
    found = states_of(communication)
    assert set(found) <= {"sent", "waiting"}
    assert found.get("sent", 0) == len(engage.ledger())
    assert set(Attempt.objects.values_list("outcome", flat=True)) <= {"accepted", "released"}
    run()
    assert states_of(communication) == {"sent": 300}
    assert len(engage.ledger()) == 300


def test_one_request_at_a_time_is_enough(channel: Channel, engage: Engage, settings: Settings) -> None:
    settings.SEND_CONCURRENCY = 1
    people(5)
    communication = planned(channel)
    dispatch.work(LaneContext("test"))
    assert states_of(communication) == {"sent": 5}
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"accepted"}
