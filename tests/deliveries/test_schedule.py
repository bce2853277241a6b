"""A communication that starts at a set time: on the minute, late, not at all, or held when the numbers moved."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry
from staffetta.channels.message_templates.switch import switch
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from staffetta.communications import schedule as scheduling
from staffetta.communications.hold import resume
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.start import StartRefused
from staffetta.contacts.models import ContactList, ListMember
from staffetta.deliveries.planning import plan
from staffetta.deliveries.sending import start_due, watch
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
from tests.deliveries import ledger

HALF_AN_HOUR = 1800


def scheduled(channel: Channel, confirmed: int | None = None, **values: Any) -> Communication:
    """Make a communication that starts in half an hour."""
    draft = ledger.draft(channel, **values)
    Communication.objects.filter(pk=draft.pk).update(state=CommunicationState.DRAFT, start_asked_at=None)
    at = now() + timedelta(seconds=HALF_AN_HOUR)
    scheduling.schedule(again(draft), at, "Europe/Rome", confirmed, None)
    return again(draft)


def again(communication: Communication) -> Communication:
    return Communication.objects.select_related("variant__template__channel", "channel").get(pk=communication.pk)


def work() -> None:
    """Let the lanes do what is due."""
    start_due.work(ledger.CONTEXT)
    while plan.work(ledger.CONTEXT):
        pass
    ledger.run()


def test_nothing_leaves_before_its_time_and_everything_after(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    ledger.people(5)
    communication = scheduled(channel, 5)
    later(HALF_AN_HOUR - 10)
    work()
    assert again(communication).state == CommunicationState.SCHEDULED
    assert engage.ledger() == []
    later(HALF_AN_HOUR + 1)
    work()
    assert again(communication).state == CommunicationState.DONE
    assert len(engage.ledger()) == 5
    started = AuditEntry.objects.get(deed="communication_started")
    assert started.details["late_minutes"] == 0


def test_a_time_missed_by_less_than_an_hour_starts_late_and_is_told(
    channel: Channel, engage: Engage, later: Callable[[float], None], as_viewer: Client
) -> None:
    ledger.people(2)
    communication = scheduled(channel, 2)
    later(HALF_AN_HOUR + 20 * 60)
    work()
    assert len(engage.ledger()) == 2
    assert AuditEntry.objects.get(deed="communication_started").details["late_minutes"] == 20
    assert "in ritardo: era programmata" in as_viewer.get(f"/communications/{communication.pk}/").content.decode()


def test_a_time_missed_by_more_is_held_and_starts_when_a_person_resumes(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    ledger.people(2)
    communication = scheduled(channel, 2)
    later(HALF_AN_HOUR + 61 * 60)
    work()
    assert (again(communication).state, again(communication).held_reason) == (CommunicationState.HELD, "missed")
    assert engage.ledger() == []
    resume(again(communication), None)
    ReadMark.objects.update(at=now() + timedelta(hours=1), customers_at=now() + timedelta(hours=1))
    work()
    assert len(engage.ledger()) == 2


def test_numbers_that_moved_beyond_the_margin_hold_the_start(
    channel: Channel, engage: Engage, later: Callable[[float], None], as_operator: Client
) -> None:
    ledger.people(100)
    communication = scheduled(channel, 80)
    later(HALF_AN_HOUR + 1)
    work()
    assert (again(communication).state, again(communication).held_reason) == (CommunicationState.HELD, "numbers_moved")
    assert ledger.states_of(communication) == {"waiting": 100}
    page = f"/communications/{communication.pk}/"
    assert "Confermate: 80. Adesso: 100." in as_operator.get(page).content.decode()
    assert engage.ledger() == []
    as_operator.post(f"{page}resume/")
    work()
    assert len(engage.ledger()) == 100


def test_a_few_more_people_hold_nothing(channel: Channel, engage: Engage, later: Callable[[float], None]) -> None:
    ledger.people(10)
    scheduled(channel, 6)
    later(HALF_AN_HOUR + 1)
    work()
    assert len(engage.ledger()) == 10


def test_a_template_switched_off_holds_it_before_its_time_and_on_again_it_waits_for_it(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    ledger.people(2)
    communication = scheduled(channel, 2)
    assert communication.variant
    switch(channel, [communication.variant.template_id], on=False)
    watch.work(ledger.CONTEXT)
    assert (again(communication).state, again(communication).held_reason) == (CommunicationState.HELD, "template_off")
    switch(channel, [communication.variant.template_id], on=True)
    resume(again(communication), None)
    assert again(communication).state == CommunicationState.SCHEDULED
    work()
    assert engage.ledger() == []
    later(HALF_AN_HOUR + 1)
    work()
    assert len(engage.ledger()) == 2


def test_an_audience_that_is_gone_makes_it_a_draft_again_with_the_reason(
    channel: Channel, engage: Engage, later: Callable[[float], None], as_operator: Client
) -> None:
    people = ContactList.objects.create(name="Vecchi clienti")
    ListMember.objects.create(list=people, contact=ledger.people(1)[0])
    communication = scheduled(channel, 1, audience_kind="list", audience_list=people)
    people.delete()
    later(HALF_AN_HOUR + 1)
    work()
    assert again(communication).state == CommunicationState.DRAFT
    assert "La lista dell’audience" in as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert engage.ledger() == []


def test_the_time_is_changed_and_cancelled(channel: Channel, later: Callable[[float], None]) -> None:
    ledger.people(1)
    communication = scheduled(channel, 1)
    tomorrow = now() + timedelta(days=1)
    scheduling.schedule(again(communication), tomorrow, "Europe/Rome", None, None)
    assert (again(communication).start_at, again(communication).confirmed) == (tomorrow, 1)
    assert scheduling.cancel(again(communication), None)
    assert (again(communication).state, again(communication).start_at) == (CommunicationState.DRAFT, None)
    later(2 * 86400)
    work()
    assert again(communication).state == CommunicationState.DRAFT
    assert not scheduling.cancel(again(communication), None)


def test_a_time_that_is_over_is_refused(channel: Channel) -> None:
    communication = scheduled(channel, 1)
    with pytest.raises(StartRefused) as told:
        scheduling.schedule(communication, now() - timedelta(seconds=1), "Europe/Rome", 1, None)
    assert told.value.code == "in_the_past"


def test_times_are_those_of_the_zone_also_when_the_clocks_change() -> None:
    assert scheduling.moment(date(2026, 7, 1), time(10), "Europe/Rome") == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert scheduling.moment(date(2026, 12, 1), time(10), "America/New_York") == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert scheduling.moment(date(2026, 10, 25), time(2, 30), "Europe/Rome") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    with pytest.raises(scheduling.NoSuchTime):
        scheduling.moment(date(2027, 3, 28), time(2, 30), "Europe/Rome")


def test_the_pages_schedule_change_and_cancel(channel: Channel, as_operator: Client, as_viewer: Client) -> None:
    ledger.people(3)
    draft = ledger.draft(channel)
    Communication.objects.filter(pk=draft.pk).update(state=CommunicationState.DRAFT, start_asked_at=None)
    page = f"/communications/{draft.pk}/"
    assert f"{page}schedule/?expected=3" in as_operator.get(page).content.decode()
    assert "3 persone lo riceverebbero adesso" in as_operator.get(f"{page}schedule/?expected=3").content.decode()
    typed = {"day": "2027-03-28", "time": "02:30", "zone": "Europe/Rome", "expected": "3"}
    assert "saltano" in as_operator.post(f"{page}schedule/?expected=3", typed).content.decode()
    assert (
        "è già passato"
        in as_operator.post(f"{page}schedule/?expected=3", {**typed, "day": "2020-01-01"}).content.decode()
    )
    told = as_operator.post(f"{page}schedule/?expected=3", {**typed, "time": "10:00"}, follow=True).content.decode()
    assert "Programmata" in told
    assert again(draft).start_at == datetime(2027, 3, 28, 8, tzinfo=UTC)
    assert again(draft).confirmed == 3
    assert "Cambia l’orario" not in as_viewer.get(page).content.decode()
    assert 'value="10:00"' in as_operator.get(f"{page}schedule/").content.decode()
    as_operator.post(f"{page}unschedule/")
    assert again(draft).state == CommunicationState.DRAFT
    deeds = AuditEntry.objects.filter(deed__contains="schedule").order_by("pk").values_list("deed", "actor_name")
    assert list(deeds) == [("communication_scheduled", "ottavio"), ("communication_unscheduled", "ottavio")]


def test_the_commands_schedule_and_cancel(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    draft = ledger.draft(channel)
    Communication.objects.filter(pk=draft.pk).update(state=CommunicationState.DRAFT, start_asked_at=None)
    number = str(draft.pk)
    assert main(["communications", "schedule", number, "--at", "2027-07-01T10:00", "--zone", "Asia/Tokyo"]) == 0
    assert again(draft).start_at == datetime(2027, 7, 1, 1, tzinfo=UTC)
    assert again(draft).confirmed is None
    for wrong in ("2020-01-01T10:00", "morgen", "2027-03-28T02:30"):
        assert main(["communications", "schedule", number, "--at", wrong, "--zone", "Europe/Rome"]) == 1
    assert main(["communications", "unschedule", number]) == 0
    assert main(["communications", "unschedule", number]) == 1
    capsys.readouterr()
