"""What waits for a reading of the opt-outs, for which, and what goes on without one. Over the wire."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications import schedule as scheduling
from staffetta.communications.hold import resume
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.pause import pause
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning import plan
from staffetta.deliveries.sending import start_due
from staffetta.deliveries.sending.send_one import send_one
from staffetta.events import read_opt_outs
from staffetta.events.models import ReadMark, StartKnowledge
from staffetta.events.read_customers import read_piece, read_round, restart
from staffetta.work.clock import monotonic, now
from tests.deliveries.ledger import CONTEXT, draft, people, run, transactional
from tests.wire import Answer, Seen, serving

ONE, TWO = "393330000000", "393330000001"


def asked(engage: Engage, operation: str) -> list[str]:
    return [row["path"] for row in engage.requests() if row["operation"] == operation]


def never_read() -> None:
    ReadMark.objects.update(at=None, customers_at=None, customers_problem_at=now())


def plan_all() -> None:
    while plan.work(CONTEXT):
        pass


def test_a_transactional_message_and_a_test_send_wait_for_no_reading(channel: Channel, engage: Engage) -> None:
    person, other = people(2)
    communication = draft(channel)
    Communication.objects.update(state=CommunicationState.DRAFT)
    communication.refresh_from_db()
    never_read()
    transactional(channel, person)
    send_one(communication, other, test=True)
    engage.clear_requests()
    run()
    assert sorted(row["recipient"] for row in engage.ledger()) == [ONE, TWO]
    assert not asked(engage, "list_tickets")
    assert not asked(engage, "read_customers")
    assert ReadMark.objects.get().at is None


def test_a_scheduled_start_waits_like_any_start(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(2)
    communication = draft(channel)
    Communication.objects.update(state=CommunicationState.DRAFT, start_asked_at=None)
    communication.refresh_from_db()
    scheduling.schedule(communication, now() + timedelta(minutes=30), "Europe/Rome", 2, None)
    later(1801)
    start_due.work(CONTEXT)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    never_read()
    plan_all()
    communication.refresh_from_db()
    assert (communication.state, Delivery.objects.count()) == (CommunicationState.PLANNING, 0)
    read_opt_outs.work(CONTEXT)
    plan_all()
    assert Delivery.objects.get(address=ONE).reason == "no_opt_in"


def test_one_resumed_before_it_was_planned_waits_like_any_start(channel: Channel, engage: Engage) -> None:
    people(2)
    communication = draft(channel)
    pause(communication, None)
    read_opt_outs.read(channel)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    communication.refresh_from_db()
    resume(communication, None)
    plan_all()
    assert Delivery.objects.count() == 0, "what was read before it was resumed is too old"
    read_opt_outs.work(CONTEXT)
    plan_all()
    assert Delivery.objects.get(address=ONE).reason == "no_opt_in"


def test_people_beyond_ten_seconds_of_looking_up_are_known_from_a_round(channel: Channel, engage: Engage) -> None:
    """A round of three calls is quicker than looking up more people than three calls hold."""
    people(200)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    draft(channel)
    never_read()
    ReadMark.objects.update(customers_number=1)
    read_opt_outs.work(CONTEXT)
    plan_all()
    known = StartKnowledge.objects.get()
    assert (known.lookup, known.source) == ("too_many", "customers")
    assert not asked(engage, "read_customers")
    assert Delivery.objects.get(address=ONE).reason == "no_opt_in"
    assert Delivery.objects.filter(state="waiting").count() == 199


def test_a_round_goes_on_at_its_place_after_a_restart(channel: Channel, engage: Engage) -> None:
    """Nothing but its row is left of it."""
    engage.generate_customers(channel.provider_id, 2_600, start=100)
    assert read_piece(channel)
    place = ReadMark.objects.get().round_place
    engage.clear_requests()
    another = Channel.objects.get(pk=channel.pk)
    while read_piece(another):
        pass
    first = next(row["query"] for row in engage.requests() if row["operation"] == "list_customers")
    assert 0 < int(first["offset"]) <= place["offset"]
    mark = ReadMark.objects.get()
    assert (mark.customers_number, mark.customers_problem) == (2_600, "")


def test_a_list_that_moves_too_much_ends_the_round_without_a_result(channel: Channel, settings: Settings) -> None:
    numbers = count()

    def always_others(_seen: Seen) -> Answer:
        return Answer({"user": [{"id": f"39333{next(numbers):07d}", "stopped": "0"} for _row in range(3)]})

    before = now() - timedelta(minutes=20)
    ReadMark.objects.create(channel=channel, customers_at=before)
    with serving(always_others) as server:
        settings.ENGAGE_URL = server.url("")
        assert not read_round(channel)
    mark = ReadMark.objects.get()
    assert (mark.customers_problem, mark.customers_at, mark.round_began) == ("restless", before, None)


def test_a_round_reads_five_pages_a_second_at_most(channel: Channel, engage: Engage) -> None:
    engage.generate_customers(channel.provider_id, 1_000, start=100)
    channel.pace = None
    restart(channel)
    began = monotonic()
    read_piece(channel)
    pages = len(asked(engage, "list_customers"))
    assert pages >= 3
    assert monotonic() - began > 0.2 * (pages - 1)
    assert Contact.objects.count() == 0
