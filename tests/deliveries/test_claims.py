"""What may be marked, by whom, in which order."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, ConnectionState, Template, TemplateVariant
from staffetta.communications import stop
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger import states
from staffetta.deliveries.ledger.counts import counts_of
from staffetta.deliveries.ledger.marks import Answer, Holder, Marked
from staffetta.deliveries.ledger.retry_table import CHANNEL_IN_A_ROW
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.sending import dispatch, watch
from staffetta.deliveries.sending.dispatch import lease_name
from staffetta.work import lease
from tests.deliveries.ledger import CONTEXT, people, planned, run, states_of, transactional


def holder(channel: Channel, worker: str = "anna") -> Holder:
    name = lease_name(channel.pk)
    fence = lease.acquire(name, worker, 60)
    assert fence is not None
    return Holder(channel.pk, name, fence, worker)


def sent(row: Marked) -> Answer:
    return Answer(row.id, row.attempt, "sent", "accepted")


def test_a_claim_marks_durably_counts_and_opens_an_attempt(channel: Channel) -> None:
    people(5)
    communication = planned(channel)
    mine = holder(channel)
    marked = states.turn(mine, [], 3)
    assert [row.attempt for row in marked] == [1, 1, 1]
    assert states_of(communication) == {"sending": 3, "waiting": 2}
    assert counts_of(communication.pk) == {("sending", ""): 3, ("waiting", ""): 2}
    assert set(Attempt.objects.values_list("number", "worker", "fence", "outcome")) == {(1, "anna", mine.fence, "")}
    assert all(Delivery.objects.filter(state="sending").values_list("sending_at", flat=True))


def test_a_lost_lease_marks_nothing_and_still_records_what_is_known(channel: Channel) -> None:
    people(3)
    communication = planned(channel)
    mine = holder(channel)
    [row] = states.turn(mine, [], 1)
    lease.release(mine.lease, mine.fence)
    theirs = holder(channel, "bruno")
    assert states.turn(mine, [sent(row)], 3) == []
    assert states_of(communication) == {"sent": 1, "waiting": 2}
    assert len(states.turn(theirs, [], 3)) == 2


def test_two_claims_never_mark_one_row_twice(channel: Channel) -> None:
    people(4)
    planned(channel)
    mine = holder(channel)
    first, second = states.turn(mine, [], 3), states.turn(mine, [], 3)
    assert len(first) == 3
    assert len(second) == 1
    assert not {row.id for row in first} & {row.id for row in second}


def test_transactional_messages_overtake_a_communication(channel: Channel) -> None:
    made = people(5)
    planned(channel)
    urgent = transactional(channel, made[0])
    rows = states.turn(holder(channel), [], 2)
    assert rows[0].id == urgent.pk
    assert rows[1].kind == "communication"


def test_several_communications_share_a_channel(channel: Channel) -> None:
    people(6)
    first, second = planned(channel), planned(channel, "avviso")
    states.turn(holder(channel), [], 6)
    assert states_of(first) == {"sending": 3, "waiting": 3}
    assert states_of(second) == {"sending": 3, "waiting": 3}


def test_what_one_communication_does_not_need_goes_to_the_others(channel: Channel) -> None:
    people(2)
    small = planned(channel)
    people(6, 10)
    large = planned(channel, "avviso")
    states.turn(holder(channel), [], 8)
    assert states_of(small)["sending"] == 2
    assert states_of(large)["sending"] == 6


def test_a_template_switched_off_stops_the_very_next_claim_and_holds(channel: Channel, engage: Engage) -> None:
    people(2)
    communication = planned(channel)
    single = transactional(channel, people(1, 50)[0])
    Template.objects.update(active=False)
    TemplateVariant.objects.update(revision=F("revision") + 1)
    assert states.turn(holder(channel), [], 5) == []
    watch.work(CONTEXT)
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "template_off")
    single.refresh_from_db()
    assert single.state == "waiting"
    assert engage.ledger() == []


def test_switching_off_and_on_again_still_wants_a_person(channel: Channel) -> None:
    people(1)
    communication = planned(channel)
    TemplateVariant.objects.update(revision=F("revision") + 2)
    run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.HELD
    assert states_of(communication) == {"waiting": 1}


def test_a_channel_that_is_not_connected_claims_nothing(channel: Channel) -> None:
    people(1)
    communication = planned(channel)
    transactional(channel, people(1, 5)[0])
    mine = holder(channel)
    for state in (ConnectionState.REFUSED, ConnectionState.GONE, ConnectionState.AVAILABLE):
        Channel.objects.update(state=state)
        assert states.turn(mine, [], 5) == []
    assert states_of(communication) == {"waiting": 1}


def test_a_stop_cancels_who_waits_and_lets_who_is_in_flight_get_an_answer(channel: Channel) -> None:
    people(5)
    communication = planned(channel)
    mine = holder(channel)
    [row] = states.turn(mine, [], 1)
    stop.stop(communication, None)
    assert states.turn(mine, [], 5) == []
    assert states_of(communication) == {"cancelled": 4, "sending": 1}
    states.turn(mine, [sent(row)], 5)
    assert states_of(communication) == {"cancelled": 4, "sent": 1}
    assert counts_of(communication.pk) == {("cancelled", "stopped"): 4, ("sent", ""): 1}
    assert Communication.objects.get().state == CommunicationState.STOPPED


def test_never_more_than_twice_the_concurrency_is_marked_ahead(channel: Channel, engage: Engage) -> None:
    people(24)
    communication = planned(channel)
    engage.fault("hang", match={"operation": "send_notification"}, accepted=False)
    dispatch.work(CONTEXT)
    found = states_of(communication)
    assert CHANNEL_IN_A_ROW <= found["uncertain"] < CHANNEL_IN_A_ROW + 8, "what was in flight when it paused"
    assert found["uncertain"] + found["waiting"] == 24
    marks = sorted(Attempt.objects.values_list("marked_at", "answered_at"))
    ahead = max(sum(begun <= at < (ended or at) for begun, ended in marks) for at, _ in marks)
    assert ahead <= 16


def test_a_message_whose_channel_was_removed_is_held_back_with_the_reason(channel: Channel) -> None:
    delivery = transactional(channel, people(1)[0])
    channel.delete()
    watch.work(CONTEXT)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("not_sent", "channel_removed")
    assert delivery.template_name == "avviso", "the record stays readable"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans nothing ahead")
def test_a_sender_plans_its_statements_anew_as_often_as_it_renews_its_lease(
    channel: Channel, engage: Engage, settings: Settings
) -> None:
    settings.IN_FLIGHT_TIMEOUT = 2
    people(12)
    planned(channel)
    channel.pace = 10
    channel.save()
    with CaptureQueriesContext(connection) as asked:
        run(1)
    assert sum(query["sql"] == "DISCARD PLANS" for query in asked) >= 2


def test_one_person_has_one_message_of_a_communication_and_any_number_of_others(channel: Channel) -> None:
    [anna] = people(1)
    communication = planned(channel)
    row = Delivery.objects.get(communication=communication)
    for kind in ("test", "test", "transactional"):
        Delivery.objects.create(communication=communication, contact=anna, kind=kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(communication=communication, contact=anna, kind=row.kind, address="1")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a small table whole")
def test_a_persons_messages_are_found_by_the_index_of_that_rule(channel: Channel) -> None:
    assert "one_delivery_per_contact_and_communication (contact_id=?" in Delivery.objects.filter(contact=1).explain()
