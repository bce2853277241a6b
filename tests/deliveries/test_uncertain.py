"""What becomes of a message nobody can answer for: swept, looked up, settled by a person, or by its own late answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry, User
from staffetta.channels.models import Channel
from staffetta.communications.models import CommunicationState
from staffetta.deliveries.ledger import states
from staffetta.deliveries.ledger.counts import counts_of, reconcile
from staffetta.deliveries.ledger.marks import Answer, Marked
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.sending import look_up, settle, sweep
from staffetta.work import lease
from staffetta.work.clock import real_now
from tests.deliveries.ledger import people, planned, run, states_of, the
from tests.deliveries.test_claims import holder

SENDS = {"operation": "send_notification"}


def abandoned(channel: Channel, number: int = 1) -> tuple[Marked, ...]:
    """Mark rows as a worker does that is killed before the answers."""
    mine = holder(channel)
    marked = states.turn(mine, [], number)
    lease.release(mine.lease, mine.fence)
    Delivery.objects.filter(state="sending").update(sending_at=real_now() - timedelta(minutes=2))
    return tuple(marked)


def test_a_row_whose_worker_is_gone_becomes_uncertain(channel: Channel) -> None:
    people(3)
    communication = planned(channel)
    abandoned(channel, 2)
    assert sweep.in_flight() == 2
    assert states_of(communication) == {"uncertain": 2, "waiting": 1}
    assert counts_of(communication.pk) == {("uncertain", "worker_gone"): 2, ("waiting", ""): 1}
    assert sweep.in_flight() == 0


def test_a_row_that_is_in_flight_is_left_alone(channel: Channel) -> None:
    people(1)
    communication = planned(channel)
    states.turn(holder(channel), [], 1)
    assert sweep.in_flight() == 0
    assert states_of(communication) == {"sending": 1}


@pytest.mark.parametrize(("state", "reason"), [("sent", ""), ("failed", "refused")])
def test_the_late_answer_of_a_worker_that_was_asleep_is_not_thrown_away(
    channel: Channel, state: str, reason: str
) -> None:
    people(1)
    communication = planned(channel)
    [row] = abandoned(channel)
    sweep.in_flight()
    states.record([Answer(row.id, row.attempt, state, reason or "accepted", reason)])
    assert (the(communication).state, the(communication).reason) == (state, reason)
    assert reconcile([communication.pk]) == []
    states.record([Answer(row.id, row.attempt, "uncertain", "timed_out", "timed_out")])
    assert the(communication).state == state, "a later, lesser answer undoes nothing"


def test_a_late_refusal_does_not_send_an_uncertain_message_again_by_itself(channel: Channel) -> None:
    people(1)
    communication = planned(channel)
    [row] = abandoned(channel)
    sweep.in_flight()
    states.record([Answer(row.id, row.attempt, "waiting", "unreachable")])
    assert the(communication).state == "uncertain"
    assert Attempt.objects.get().outcome == "unreachable"


def test_a_late_acceptance_keeps_what_a_person_sent_again_from_going_out_twice(channel: Channel) -> None:
    people(1)
    communication = planned(channel)
    [row] = abandoned(channel)
    sweep.in_flight()
    settle.send_again(settle.uncertain_of(communication), None)
    states.record([Answer(row.id, row.attempt, "sent", "accepted")])
    assert the(communication).state == "sent"
    assert reconcile([communication.pk]) == []


def test_the_history_settles_what_reached_the_provider_and_nothing_else(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(4)
    communication = planned(channel)
    engage.fault("reset", match={**SENDS, "nth": [1, 2]}, accepted=True)
    engage.fault("reset", match={**SENDS, "nth": [1, 2]}, accepted=False)
    run()
    assert states_of(communication) == {"uncertain": 4}
    assert look_up.look_up(channel) == 0, "not before its time"
    later(30)
    look_up.look_up(channel)
    assert states_of(communication) == {"sent": 2, "uncertain": 2}
    reached = {row["recipient"] for row in engage.ledger()}
    assert set(Delivery.objects.filter(settled_by="history").values_list("address", flat=True)) == reached


def test_an_older_message_with_the_same_text_proves_nothing(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(1)
    planned(channel)
    run()
    second = planned(channel)
    engage.fault("reset", match=SENDS, accepted=False)
    later(7)
    run()
    assert the(second).state == "uncertain"
    later(30)
    assert look_up.look_up(channel) == 0
    assert the(second).state == "uncertain"


def test_what_is_not_found_is_looked_up_again_later_and_less_often(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(1)
    communication = planned(channel)
    engage.fault("reset", match=SENDS, accepted=False)
    run()
    later(30)
    look_up.look_up(channel)
    row = the(communication)
    assert (row.state, row.looks) == ("uncertain", 1)
    look_up.look_up(channel)
    assert the(communication).looks == 1, "not before a minute"
    later(120)
    look_up.look_up(channel)
    assert the(communication).looks == 2


def test_a_person_treats_as_sent_all_of_a_communication(channel: Channel, operator: User) -> None:
    people(3)
    communication = planned(channel)
    abandoned(channel, 3)
    sweep.in_flight()
    assert settle.treat_as_sent(settle.uncertain_of(communication), operator) == 3
    assert states_of(communication) == {"sent": 3}
    assert set(Delivery.objects.values_list("settled_by", flat=True)) == {"person"}
    entry = AuditEntry.objects.get(deed="treated_as_sent")
    assert (entry.actor, entry.details["number"]) == (operator, 3)


def test_a_person_sends_one_again_and_its_communication_runs_again(
    channel: Channel, engage: Engage, operator: User, later: Callable[[float], None]
) -> None:
    people(2)
    communication = planned(channel)
    engage.fault("reset", match=SENDS, accepted=False, times=2)
    run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE
    one = Delivery.objects.filter(state="uncertain")[:1].get()
    assert settle.send_again(Delivery.objects.filter(pk=one.pk), operator) == 1
    assert settle.send_again(Delivery.objects.filter(pk=one.pk), operator) == 0
    later(7)
    run()
    one.refresh_from_db()
    assert (one.state, one.attempt) == ("sent", 2)
    assert states_of(communication) == {"sent": 1, "uncertain": 1}
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE
    assert engage.summary()["duplicates"] == []


def test_sending_one_again_of_a_stopped_communication_sends_no_other(
    channel: Channel, engage: Engage, operator: User
) -> None:
    people(3)
    communication = planned(channel)
    abandoned(channel)
    sweep.in_flight()
    type(communication).objects.update(state=CommunicationState.STOPPED)
    settle.send_again(settle.uncertain_of(communication), operator)
    run()
    assert states_of(communication) == {"cancelled": 2, "sent": 1}
    assert len(engage.ledger()) == 1


def test_a_decision_about_what_is_not_uncertain_changes_nothing(channel: Channel, operator: User) -> None:
    people(1)
    communication = planned(channel)
    assert settle.treat_as_sent(Delivery.objects.all(), operator) == 0
    assert settle.send_again(Delivery.objects.all(), operator) == 0
    assert states_of(communication) == {"waiting": 1}
    assert not AuditEntry.objects.filter(deed__in=("treated_as_sent", "sent_again")).exists()
