"""The send window as a person sets and sees it: forms that say what is wrong, pages that say who waits until when."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from staffetta.accounts.models import AuditEntry, Role
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from staffetta.communications.draft import duplicate
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.pause import pause
from staffetta.work.clock import real_now
from tests.conftest import logged_in, person
from tests.deliveries import ledger

EVENING = datetime(2027, 1, 12, 21, tzinfo=UTC)  # 22:00 in Rome


@pytest.fixture
def as_english(db: None) -> Client:
    """Another operator, who reads English."""
    reader = person(Role.OPERATOR, "olivia")
    reader.language = "en"
    reader.save()
    return logged_in(reader)


@pytest.fixture
def clients(as_operator: Client, as_english: Client) -> tuple[Client, Client]:
    return as_operator, as_english


@pytest.fixture
def evening(later: Callable[[float], None]) -> None:
    later((EVENING - real_now()).total_seconds())


def again(communication: Communication) -> Communication:
    return Communication.objects.get(pk=communication.pk)


def drafted(channel: Channel, **values: Any) -> Communication:
    draft = ledger.draft(channel, **values)
    Communication.objects.filter(pk=draft.pk).update(state=CommunicationState.DRAFT, start_asked_at=None)
    return again(draft)


@pytest.mark.usefixtures("evening")
def test_the_page_says_how_many_wait_for_their_hours_and_when_it_goes_on(
    channel: Channel, as_operator: Client, as_english: Client
) -> None:
    ledger.people(3)
    communication = ledger.planned(channel, hours="09:00-20:00")
    ledger.run()
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "3 persone aspettano il loro orario" in page
    assert "Riprende alle 09:00, ora della persona; prossima apertura: domani, 09:00." in page
    page = as_english.get(f"/communications/{communication.pk}/progress/").content.decode()
    assert "3 people wait for their hours" in page


@pytest.mark.usefixtures("evening")
def test_hours_cost_a_page_one_statement_whatever_the_number_of_people(
    channel: Channel, as_operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ledger.people(30)
    address = f"/communications/{ledger.planned(channel).pk}/progress/"
    as_operator.get(address)
    with django_assert_num_queries(5):
        as_operator.get(address)
    Communication.objects.update(hours="09:00-20:00")
    with django_assert_num_queries(6):
        as_operator.get(address)


@pytest.mark.usefixtures("evening")
def test_the_summary_before_the_start_says_who_would_wait(channel: Channel, as_operator: Client) -> None:
    ledger.people(4)
    draft = drafted(channel, hours="09:00-20:00")
    page = as_operator.get(f"/communications/{draft.pk}/").content.decode()
    assert "Orario di invio: 09:00–20:00, ora della persona." in page
    assert "4 persone aspettano il loro orario" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("09:00", ""), ("Scrivi tutti e due gli orari", "Write both times")),
        (("", "20:00"), ("Scrivi tutti e due gli orari", "Write both times")),
        (("09:00", "09:00"), ("I due orari sono uguali", "are the same time")),
        (("25:00", "20:00"), ("ora valida", "Enter a valid time")),
        (("22:00", "07:00"), ("Le ore di silenzio di questa installazione non lasciano nulla", "leave nothing")),
    ],
)
def test_a_wrong_window_is_told_in_both_languages_and_changes_nothing(
    channel: Channel, clients: tuple[Client, Client], settings: Settings, typed: tuple[str, str], words: tuple[str, str]
) -> None:
    settings.QUIET_HOURS = (time(21), time(8))
    ledger.people(1)
    communication = ledger.planned(channel, hours="10:00-12:00")
    opens, closes = typed
    for client, told in zip(clients, words, strict=True):
        answer = client.post(f"/communications/{communication.pk}/hours/", {"opens": opens, "closes": closes})
        assert told in answer.content.decode()
    assert again(communication).hours == "10:00-12:00"


def test_the_window_of_what_is_paused_is_set_and_taken_back_and_the_audit_log_knows(
    channel: Channel, as_operator: Client, settings: Settings
) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    pause(communication, None)
    address = f"/communications/{communication.pk}/"
    assert "Orario di invio" in as_operator.get(address).content.decode()
    settings.QUIET_HOURS = (time(21), time(8))
    assert "per ogni comunicazione: 21:00-08:00" in as_operator.get(f"{address}hours/").content.decode()
    told = as_operator.post(f"{address}hours/", {"opens": "09:00", "closes": "20:00"}, follow=True).content.decode()
    assert "L’orario di invio è impostato" in told
    assert again(communication).hours == "09:00-20:00"
    assert 'value="09:00"' in as_operator.get(f"{address}hours/").content.decode()
    as_operator.post(f"{address}hours/", {"opens": "", "closes": ""})
    assert again(communication).hours == ""
    deeds = AuditEntry.objects.filter(deed="communication_hours_changed").order_by("pk")
    assert [deed.details["hours"] for deed in deeds] == ["09:00-20:00", "–"]


def test_what_is_over_keeps_its_window(channel: Channel, as_operator: Client) -> None:
    ledger.people(1)
    communication = ledger.planned(channel)
    ledger.run()
    as_operator.post(f"/communications/{communication.pk}/hours/", {"opens": "09:00", "closes": "20:00"})
    assert again(communication).hours == ""
    assert main(["communications", "hours", str(communication.pk), "09:00-20:00"]) == 1


def test_the_schedule_sets_the_window_along(channel: Channel, as_operator: Client) -> None:
    ledger.people(1)
    draft = drafted(channel)
    when = {"day": "2099-12-01", "time": "10:00", "zone": "Europe/Rome", "expected": "1"}
    address = f"/communications/{draft.pk}/schedule/?expected=1"
    assert "Scrivi tutti e due" in as_operator.post(address, {**when, "opens": "09:00"}).content.decode()
    assert again(draft).state == CommunicationState.DRAFT
    as_operator.post(address, {**when, "opens": "09:00", "closes": "20:00"})
    assert (again(draft).state, again(draft).hours) == (CommunicationState.SCHEDULED, "09:00-20:00")
    assert 'value="20:00"' in as_operator.get(address).content.decode()


def test_the_page_of_the_schedule_takes_the_same_queries_whatever_the_audience(
    channel: Channel, as_operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The session, its person, open incidents, the communication, labels of fields: its people were counted before."""
    draft = drafted(channel)
    address = f"/communications/{draft.pk}/schedule/?expected=1"
    as_operator.get(address)
    for number in (1, 40):
        ledger.people(number, start=100 * number)
        with django_assert_num_queries(5):
            as_operator.get(address)


def test_the_form_of_composing_keeps_the_window(channel: Channel, as_operator: Client) -> None:
    draft = drafted(channel, hours="09:00-20:00")
    page = as_operator.get(f"/communications/{draft.pk}/edit/").content.decode()
    assert 'value="09:00"' in page
    assert duplicate(draft, "Copia", None).hours == "09:00-20:00"
    variant = draft.variant
    assert variant
    typed = {
        "name": "Prova", "platform": "whatsapp", "channel": str(channel.pk), "template": variant.template.name,
        "language": "it", "source_1": "text", "text_1": "Ada", "audience": "all", "opens": "10:00", "closes": "18:30",
    }  # fmt: skip
    as_operator.post(f"/communications/{draft.pk}/edit/", typed)
    assert again(draft).hours == "10:00-18:30"


def test_the_command_sets_shows_and_takes_back_the_window(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    key = str(communication.pk)
    assert main(["communications", "hours", key, "9-20"]) == 1
    assert "09:00-20:00" in capsys.readouterr().err
    assert main(["communications", "hours", key, "09:00-20:00"]) == 0
    assert again(communication).hours == "09:00-20:00"
    capsys.readouterr()
    assert main(["communications", "show", key, "--json"]) == 0
    assert '"hours": "09:00-20:00"' in capsys.readouterr().out
    assert main(["communications", "hours", key, "none"]) == 0
    assert again(communication).hours == ""


def test_the_command_takes_days_of_the_week(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    key = str(communication.pk)
    assert main(["communications", "hours", key, "09:00-20:00", "--days", "lun-ven"]) == 1
    assert "mon-fri" in capsys.readouterr().err
    assert main(["communications", "hours", key, "09:00-20:00", "--days", "mon-fri"]) == 0
    assert again(communication).hours == "09:00-20:00/12345"
    capsys.readouterr()
    assert main(["communications", "show", key, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["hours"], shown["days"]) == ("09:00-20:00", ["mon", "tue", "wed", "thu", "fri"])
    assert main(["communications", "hours", key, "none", "--days", "sat,sun"]) == 0
    assert again(communication).hours == "/67"


def test_days_are_chosen_on_the_page_shown_and_taken_back(channel: Channel, as_operator: Client) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    address = f"/communications/{communication.pk}/hours/"
    assert "lunedì" in as_operator.get(address).content.decode().lower()
    as_operator.post(address, {"opens": "09:00", "closes": "20:00", "days": ["1", "2", "3", "4", "5"]})
    assert again(communication).hours == "09:00-20:00/12345"
    report = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "Orario di invio: 09:00–20:00, Lun–Ven" in report
    page = as_operator.get(address).content.decode()
    assert len(re.findall(r'name="days" value="\d"[^>]*checked', page)) == 5
    as_operator.post(address, {"opens": "", "closes": "", "days": ["6"]})
    assert again(communication).hours == "/6"
    as_operator.post(address, {"opens": "", "closes": ""})
    assert again(communication).hours == ""


def test_a_day_that_is_none_changes_nothing(channel: Channel, as_operator: Client) -> None:
    ledger.people(1)
    communication = ledger.planned(channel, hours="/12345")
    as_operator.post(f"/communications/{communication.pk}/hours/", {"days": ["8"]})
    assert again(communication).hours == "/12345"


@pytest.mark.usefixtures("evening")
def test_the_command_says_who_waits_for_their_hours(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.people(2)
    communication = ledger.planned(channel, hours="09:00-20:00")
    assert main(["communications", "show", str(communication.pk)]) == 0
    told = capsys.readouterr().out
    assert "09:00–20:00" in told
    assert "2 persone aspettano il loro orario" in told
