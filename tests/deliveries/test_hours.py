"""Send window and quiet hours: people of three time zones, a day of the clock; who is closed waits and nobody fails."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications.hold import resume
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.pause import pause
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Contact
from staffetta.deliveries.ledger import due, statements
from staffetta.deliveries.ledger.marks import Holder
from staffetta.deliveries.ledger.zones import Closed, closed_of
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.sending import dispatch
from staffetta.work.clock import now, real_now
from staffetta.work.database.databases import Statement
from tests.deliveries import ledger

ROME, NEW_YORK, TOKYO = "Europe/Rome", "America/New_York", "Asia/Tokyo"
NUMBERS = {ROME: "+39333000000{}", NEW_YORK: "+1212555010{}", TOKYO: "+81901234567{}"}
WINDOW = "09:00-20:00"
HOUR = timedelta(hours=1)
WINTER = datetime(2027, 1, 12, tzinfo=UTC)
SUMMER_BEGINS = {ROME: datetime(2027, 3, 28, tzinfo=UTC), NEW_YORK: datetime(2027, 3, 14, tzinfo=UTC)}
SUMMER_ENDS = {ROME: datetime(2027, 10, 31, tzinfo=UTC), NEW_YORK: datetime(2027, 11, 7, tzinfo=UTC)}
At = Callable[[datetime], None]


@pytest.fixture
def at(later: Callable[[float], None]) -> At:
    """Move this installation's clock to a moment."""
    return lambda moment: later((moment - real_now()).total_seconds())


def people(each: int = 2) -> dict[str, str]:
    """Make people of three zones, told by their numbers, and an Italian number that lives in Tokyo; address to zone."""
    lives = {pattern.format(n): zone for zone, pattern in NUMBERS.items() for n in range(each)}
    moved = "+393339999999"
    made = [Contact(first_name=zone, phone=phone) for phone, zone in lives.items()]
    made.append(Contact(first_name="Emigrata", phone=moved, time_zone=TOKYO))
    Contact.objects.bulk_create(made)
    consent.record([person.pk for person in made], "whatsapp", consent.BOTH, "yes", "import")
    return {phone[1:]: zone for phone, zone in {**lives, moved: TOKYO}.items()}


def again(communication: Communication) -> Communication:
    return Communication.objects.get(pk=communication.pk)


def sent_to(engage: Engage) -> list[str]:
    return [row["recipient"] for row in engage.ledger()]


def waits(communication: Communication) -> Closed | None:
    return closed_of(again(communication), ledger.states_of(communication).get("waiting", 0))


@pytest.mark.parametrize(
    "day",
    [WINTER, *SUMMER_BEGINS.values(), *SUMMER_ENDS.values()],
    ids=["winter", "summer begins in Rome", "in New York", "summer ends in Rome", "in New York again"],
)
def test_through_a_day_only_people_whose_hours_are_open_are_written_to(
    channel: Channel, engage: Engage, at: At, day: datetime
) -> None:
    at(day)
    lives = people()
    communication = ledger.planned(channel, hours=WINDOW)
    seen: set[str] = set()
    firsts: dict[str, str] = {}
    for hour in range(1, 25):
        moment = day + hour * HOUR
        at(moment)
        ledger.run()
        for recipient in sent_to(engage):
            if recipient not in seen:
                local = moment.astimezone(ZoneInfo(lives[recipient]))
                assert time(9) <= local.time() < time(20)
                firsts.setdefault(lives[recipient], f"{local:%H}")
        seen.update(sent_to(engage))
    assert firsts == {TOKYO: "10", ROME: "09", NEW_YORK: "09"}
    assert len(sent_to(engage)) == len(seen) == 7
    assert again(communication).state == CommunicationState.DONE
    assert set(Attempt.objects.values_list("number", "outcome")) == {(1, "accepted")}


def test_the_weekend_begins_for_each_person_by_their_own_calendar(channel: Channel, engage: Engage, at: At) -> None:
    """Hour by hour from Friday to Monday: Tokyo's weekend begins first, and New York's ends last."""
    friday = datetime(2027, 1, 15, tzinfo=UTC)
    at(friday + 16 * HOUR)  # Tokyo has Saturday already, Rome Friday evening, New York Friday noon
    lives = people(3)
    communication = ledger.planned(channel, hours="/12345")
    Communication.objects.update(speed=1)
    seen: dict[str, set[str]] = {}
    for hour in range(16, 24 * 4):
        moment = friday + hour * HOUR
        at(moment)
        Communication.objects.update(paced_to=None)
        ledger.run(2)
        for recipient in set(sent_to(engage)) - seen.keys():
            local = moment.astimezone(ZoneInfo(lives[recipient]))
            assert local.isoweekday() <= 5, f"{lives[recipient]} at {local:%a %H:%M}"
            seen[recipient] = {f"{local:%a}"}
    assert {lives[who] for who, days in seen.items() if days == {"Fri"}} == {ROME, NEW_YORK}
    assert {lives[who] for who, days in seen.items() if days == {"Mon"}} >= {TOKYO}
    assert len(sent_to(engage)) == len(seen) == 10
    assert again(communication).state == CommunicationState.DONE


def test_on_a_saturday_the_page_says_that_it_goes_on_on_monday(channel: Channel, at: At) -> None:
    at(datetime(2027, 1, 16, 12, tzinfo=UTC))
    people(1)
    communication = ledger.planned(channel, hours="09:00-20:00/12345")
    ledger.run()
    found = waits(communication)
    assert found
    assert (found.number, found.clock) == (4, "09:00")
    assert found.opens_at == datetime(2027, 1, 18, tzinfo=UTC), "Tokyo first"
    assert found.last_at == datetime(2027, 1, 18, 14, tzinfo=UTC), "New York last"


def test_the_zone_is_frozen_with_the_message(channel: Channel, engage: Engage, at: At) -> None:
    at(WINTER + 12 * HOUR)
    lives = people()
    communication = ledger.planned(channel)
    assert dict(Delivery.objects.values_list("address", "zone")) == lives
    assert communication.zones == [NEW_YORK, TOKYO, ROME]
    assert waits(communication) is None


def test_quiet_hours_hold_for_communications_and_not_for_single_messages(
    channel: Channel, engage: Engage, at: At, settings: Settings
) -> None:
    settings.QUIET_HOURS = (time(21), time(8))
    at(WINTER + 21 * HOUR)  # Rome 22:00, New York 16:00, Tokyo 06:00
    lives = people()
    communication = ledger.planned(channel)
    ledger.transactional(channel, Contact.objects.get(phone="+393330000000"))
    ledger.run()
    assert sorted(lives[each] for each in sent_to(engage)) == [NEW_YORK, NEW_YORK, ROME]
    told = waits(communication)
    assert told
    assert (told.number, told.more) == (5, False)
    assert told.opens_at == WINTER + 23 * HOUR
    assert told.clock == "08:00"
    assert told.last_at == WINTER + 31 * HOUR


def test_a_window_given_or_taken_back_while_it_is_paused_holds_from_then_on(
    channel: Channel, engage: Engage, at: At
) -> None:
    at(WINTER + 21 * HOUR)
    people()
    communication = ledger.planned(channel)
    pause(communication, None)
    Communication.objects.update(hours=WINDOW)
    resume(again(communication), None)
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 2, "waiting": 5}
    Communication.objects.update(hours="")
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 7}


def test_with_no_zone_open_the_channel_has_nothing_to_do(channel: Channel, at: At) -> None:
    at(WINTER + 12 * HOUR)
    ledger.people(3)
    communication = ledger.planned(channel, hours=WINDOW)
    assert dispatch.has_due(channel.pk)
    at(WINTER + 22 * HOUR)
    assert not dispatch.has_due(channel.pk)
    assert not dispatch.work(ledger.CONTEXT)
    assert ledger.states_of(communication) == {"waiting": 3}
    assert again(communication).state == CommunicationState.RUNNING


def test_closed_hours_are_no_delay_that_anybody_has_to_look_at(channel: Channel, at: At) -> None:
    at(WINTER + 12 * HOUR)
    ledger.people(3)
    ledger.planned(channel, hours=WINDOW)
    at(WINTER + 22 * HOUR)
    assert due.oldest() is None
    at(WINTER + 32 * HOUR + timedelta(minutes=10))
    assert due.oldest() == WINTER + 32 * HOUR


def test_one_that_is_closed_leaves_the_channel_to_the_others(channel: Channel, engage: Engage, at: At) -> None:
    at(WINTER + 22 * HOUR)
    ledger.people(5)
    closed = ledger.planned(channel, hours=WINDOW)
    open_ = ledger.planned(channel, "avviso")
    ledger.run()
    assert ledger.states_of(closed) == {"waiting": 5}
    assert ledger.states_of(open_) == {"sent": 5}


def test_whose_hours_leave_nothing_waits_and_it_is_said(channel: Channel, at: At, settings: Settings) -> None:
    at(WINTER + 12 * HOUR)
    ledger.people(2)
    communication = ledger.planned(channel, hours="22:00-07:00")
    settings.QUIET_HOURS = (time(21), time(8))
    told = waits(communication)
    assert told
    assert (told.number, told.opens_at) == (2, None)
    assert not dispatch.has_due(channel.pk)


def test_speed_and_hours_hold_together(channel: Channel, engage: Engage, at: At) -> None:
    at(WINTER + 12 * HOUR)
    people()
    communication = ledger.planned(channel, hours=WINDOW, speed=1)
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 1, "waiting": 6}
    Communication.objects.update(paced_to=now() - HOUR)
    at(WINTER + 22 * HOUR)
    ledger.run()
    assert len(sent_to(engage)) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a small table whole")
def test_a_claim_does_not_look_at_whoever_is_closed(channel: Channel) -> None:
    holder = Holder(channel.pk, "channel", 1, "test")
    asked: tuple[Statement, ...] = (
        statements.communication_claim(holder, 1, ROME, None, 50),
        (due.IN_ZONE, [1, ROME]),
    )
    with connection.cursor() as cursor:
        for sql, values in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            steps = [str(row[3]) for row in cursor.fetchall()]
            assert any("INDEX delivery_due_in_zone (communication_id=? AND zone=?" in step for step in steps)
            assert not any("TEMP B-TREE" in step for step in steps)
