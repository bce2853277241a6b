"""Who stopped is known from three sources, each with its own age; a start waits for them. Over the wire."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications.hold import resume
from staffetta.communications.models import Communication, CommunicationState
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning import plan
from staffetta.events import read_opt_outs
from staffetta.events.allow import allow_sources
from staffetta.events.models import ProviderEvent, ReadMark, StartKnowledge
from staffetta.events.read_conversations import read_conversations
from staffetta.events.read_customers import read_piece
from staffetta.work.clock import monotonic, now
from tests.deliveries.ledger import CONTEXT, FIRST, SECOND, draft, people

ONE, TWO = "393330000000", "393330000001"
MANY = 1_000_000


def start(
    channel: Channel, *, customers_at: timedelta | None = timedelta(hours=1), number: int = MANY
) -> Communication:
    """Ask for the start of a communication on a channel whose customers, so many, were last read so long ago."""
    communication = draft(channel)
    began = now() - customers_at if customers_at else None
    ReadMark.objects.update(at=None, customers_at=began, customers_ended_at=began, customers_number=number)
    if began:
        ReadMark.objects.update(
            customers_problem_at=now() - timedelta(seconds=30)
        )  # no round of its own begins meanwhile
    return communication


def work() -> None:
    read_opt_outs.work(CONTEXT)
    while plan.work(CONTEXT):
        pass


def calls(engage: Engage, operation: str) -> list[str]:
    return [row["path"] for row in engage.requests() if row["operation"] == operation]


def reason(address: str) -> str:
    return Delivery.objects.get(address=address).reason


def test_a_stop_written_a_second_before_the_start_stops_that_person(channel: Channel, engage: Engage) -> None:
    people(2)
    read_opt_outs.read(channel)
    engage.put_customer(channel.provider_id, id=ONE)
    engage.write(channel.provider_id, ONE, "STOP")
    start(channel)
    work()
    assert (reason(ONE), reason(TWO)) == ("no_opt_in", "")


def test_a_customer_stopped_a_second_before_the_start_is_not_written_to(channel: Channel, engage: Engage) -> None:
    people(2)
    engage.put_customer(channel.provider_id, id=ONE)
    engage.put_customer(channel.provider_id, id=TWO)
    read_opt_outs.read(channel)
    engage.change_customer(channel.provider_id, ONE, stopped="1")
    start(channel)
    work()
    assert (reason(ONE), reason(TWO)) == ("no_opt_in", "")
    assert StartKnowledge.objects.get().source == "lookup"


def test_the_people_of_a_start_are_looked_up_several_a_call(channel: Channel, engage: Engage) -> None:
    people(10)
    for number in range(10):
        engage.put_customer(channel.provider_id, id=f"39333000000{number}")
    engage.clear_requests()
    start(channel)
    work()
    assert len(calls(engage, "read_customers")) == 1
    assert len(calls(engage, "list_customers")) == 1, "one row, for a customer who certainly exists"
    assert Delivery.objects.filter(state="waiting").count() == 10


def test_a_start_to_ten_beside_fifty_thousand_customers_asks_for_its_people_alone(
    channel: Channel, engage: Engage
) -> None:
    people(10)
    for number in range(10):
        engage.put_customer(channel.provider_id, id=f"39333000000{number}")
    engage.generate_customers(channel.provider_id, 50_000, start=1000)
    engage.clear_requests()
    start(channel)
    began = monotonic()
    work()
    assert monotonic() - began < 10, "41 seconds when all of them were read first"
    asked = Counter(row["operation"] for row in engage.requests())
    assert asked == {"list_tickets": 1, "list_customers": 1, "read_customers": 1}
    assert Delivery.objects.filter(state="waiting").count() == 10


def test_somebody_absent_from_the_look_up_is_asked_for_alone_and_unknown(channel: Channel, engage: Engage) -> None:
    people(2)
    engage.put_customer(channel.provider_id, id=ONE)
    engage.clear_requests()
    start(channel)
    work()
    asked = calls(engage, "read_customers")
    assert [path.rsplit("/", 1)[1] for path in asked] == [f"{ONE},{TWO}", ONE, TWO]
    assert StartKnowledge.objects.get().unknown == 1
    assert not ProviderEvent.objects.filter(address=TWO).exists()


def test_an_opt_out_stays_when_the_provider_no_longer_knows_the_person(channel: Channel, engage: Engage) -> None:
    people(1)
    engage.put_customer(channel.provider_id, id=TWO)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    read_opt_outs.read(channel)
    engage.delete_customer(channel.provider_id, ONE)
    start(channel)
    work()
    assert reason(ONE) == "no_opt_in"
    assert not ProviderEvent.objects.filter(kind="started").exists()


@pytest.mark.parametrize("answer", [{"status": 404, "code": 404}, {"status": 200, "body": {"user": []}}])
def test_a_look_up_that_finds_nobody_at_all_proves_nothing(
    channel: Channel, engage: Engage, answer: dict[str, object]
) -> None:
    people(1)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    engage.fault("answer", match={"operation": "read_customers"}, **answer)  # type: ignore[arg-type]
    communication = start(channel)
    read_conversations(channel)
    from staffetta.events import know_start

    know_start.look_up(channel, [communication], lambda: None)
    assert StartKnowledge.objects.get().lookup == "unusable"
    assert not plan.plan(communication.pk)
    assert Delivery.objects.count() == 0, "an hour is too old"
    work()
    assert reason(ONE) == "no_opt_in"
    assert StartKnowledge.objects.get().source == "customers"


def test_a_reading_of_all_younger_than_the_setting_is_enough_where_the_look_up_is_not(
    channel: Channel, engage: Engage
) -> None:
    people(1)
    engage.put_customer(channel.provider_id, id=ONE)
    engage.fault("answer", match={"operation": "read_customers"}, status=404, code=404)
    start(channel, customers_at=timedelta(minutes=14))
    work()
    assert StartKnowledge.objects.get().source == "customers"
    assert Delivery.objects.get().state == "waiting"


def test_a_start_never_uses_older_knowledge_unless_that_was_allowed(channel: Channel, engage: Engage) -> None:
    people(1)
    engage.put_customer(channel.provider_id, id=ONE)
    engage.fault("answer", match={"operation": "read_customers"}, status=404, code=404)
    engage.fault("answer", match={"operation": "list_customers", "nth": [2, 3, 4]}, status=500)
    communication = start(channel, customers_at=timedelta(minutes=16))
    read_conversations(channel)
    from staffetta.events import know_start

    know_start.look_up(channel, [communication], lambda: None)
    assert not plan.plan(communication.pk)
    communication.refresh_from_db()
    assert (communication.state, Delivery.objects.count()) == (CommunicationState.PLANNING, 0)
    allow_sources(channel, None, older=True)
    while plan.work(CONTEXT):
        pass
    assert StartKnowledge.objects.get().source == "older"
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(("status", "absent"), [(404, "not_supported"), (403, "not_permitted")])
def test_an_account_without_conversations_says_so_and_an_administrator_decides(
    channel: Channel, engage: Engage, status: int, absent: str
) -> None:
    people(2)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    engage.fault("answer", match={"operation": "list_tickets"}, status=status, code=status)
    communication = start(channel)
    work()
    communication.refresh_from_db()
    channel.refresh_from_db()
    assert ReadMark.objects.get().absent == absent
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "conversations_absent")
    assert channel.state == "connected", "the key is good"
    allow_sources(channel, None, stopped_alone=True)
    resume(communication, None)
    work()
    assert (reason(ONE), reason(TWO)) == ("no_opt_in", "")


def test_a_404_while_nothing_else_answers_is_a_passing_failure(channel: Channel, engage: Engage) -> None:
    engage.fault("answer", match={"operation": "list_tickets"}, status=404, code=404)
    engage.fault("answer", match={"operation": "list_customers"}, status=503)
    assert not read_conversations(channel)
    mark = ReadMark.objects.get()
    assert (mark.absent, mark.problem) == ("", "server_fault")


def test_a_403_on_everything_is_a_refused_key(channel: Channel, engage: Engage) -> None:
    engage.fault("answer", match={"channel": FIRST}, status=403, code=403)
    read_conversations(channel)
    channel.refresh_from_db()
    assert channel.state == "refused"


def test_conversations_that_come_back_are_no_longer_absent(channel: Channel, engage: Engage) -> None:
    fault = engage.fault("answer", match={"operation": "list_tickets"}, status=404, code=404)
    read_conversations(channel)
    engage.control("DELETE", f"/faults/{fault}")
    assert read_conversations(channel)
    assert ReadMark.objects.get().absent == ""


def test_all_customers_are_read_piece_by_piece_and_are_as_old_as_the_beginning(
    channel: Channel, engage: Engage
) -> None:
    people(1)
    engage.generate_customers(channel.provider_id, 2_600, start=100)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    before = now()
    assert read_piece(channel)
    mark = ReadMark.objects.get()
    assert (mark.round_number, mark.customers_at) == (1_880, None)
    began = mark.round_began
    assert began is not None
    told = {row["id"] for row in engage.customers(channel.provider_id) if row["stopped"] == "1"}
    gone = next(row for row in engage.customers(channel.provider_id)[3:] if row["id"] not in told)
    engage.delete_customer(channel.provider_id, gone["id"])
    while read_piece(channel):
        pass
    mark = ReadMark.objects.get()
    assert before <= began == mark.customers_at
    assert mark.round_began is None
    assert ONE in told
    assert set(ProviderEvent.objects.filter(kind="stopped").values_list("address", flat=True)) == told
    assert abs((mark.customers_number or 0) - 2_601) <= 1


def test_another_channels_start_waits_for_its_own_knowledge(
    channel: Channel, other_channel: Channel, engage: Engage
) -> None:
    people(1)
    read_opt_outs.read(channel)
    communication = draft(other_channel)
    ReadMark.objects.filter(channel=other_channel).delete()
    assert not plan.plan(communication.pk)
    engage.put_customer(SECOND, id=ONE, stopped="1")
    work()
    assert reason(ONE) == "no_opt_in"


def test_a_resumed_communication_that_is_planned_goes_on_and_the_lane_still_holds_back(
    channel: Channel, engage: Engage
) -> None:
    from tests.deliveries.ledger import planned

    people(2)
    communication = planned(channel)
    Communication.objects.update(state=CommunicationState.PAUSED)
    communication.refresh_from_db()
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    resume(communication, None)
    read_opt_outs.read(channel)
    assert (Delivery.objects.get(address=ONE).state, Delivery.objects.get(address=TWO).state) == (
        "not_sent",
        "waiting",
    )


def test_the_numbers_of_a_person_are_looked_up_in_all_their_forms(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    Contact.objects.filter(pk=person.pk).update(phone="+5511987654321", whatsapp_id="")
    engage.put_customer(channel.provider_id, id="551187654321", stopped="1")
    start(channel)
    work()
    assert Delivery.objects.get().reason == "no_opt_in"


def test_a_round_begins_again_in_time(channel: Channel, engage: Engage, later: Callable[[float], None]) -> None:
    read_opt_outs.work(CONTEXT)
    first = ReadMark.objects.get().customers_at
    read_opt_outs.work(CONTEXT)
    assert ReadMark.objects.get().customers_at == first
    later(62)
    read_opt_outs.work(CONTEXT)
    second = ReadMark.objects.get().customers_at
    assert first is not None
    assert second is not None
    assert second > first
    assert timezone.is_aware(second)
