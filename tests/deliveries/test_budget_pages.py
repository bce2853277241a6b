"""What the daily budget means, told before the start and while it runs, in both languages."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries, Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import User
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from staffetta.communications.models import Communication, CommunicationState
from staffetta.work.clock import now
from tests.deliveries.ledger import draft, people, planned, run

HOUR = 3600.0


@pytest.fixture(autouse=True)
def ten_a_day(settings: Settings) -> None:
    settings.DAILY_PEOPLE, settings.DAILY_RESERVE = 10, 20


def text_of(client: Client, communication: Communication) -> str:
    return " ".join(strip_tags(client.get(f"/communications/{communication.pk}/").content.decode()).split())


def a_draft(channel: Channel) -> Communication:
    communication = draft(channel)
    communication.state, communication.start_asked_at = CommunicationState.DRAFT, None
    communication.save()
    return communication


def test_the_summary_says_how_many_today_and_how_many_days(
    channel: Channel, engage: Engage, as_operator: Client
) -> None:
    people(20)
    communication = a_draft(channel)
    text = text_of(as_operator, communication)
    assert "Occorrono circa 3 giorni" in text
    assert "Il limite giornaliero lascia oggi 8 persone, poi al massimo 8 al giorno." in text
    planned(channel, "avviso")
    run()
    assert "Il limite giornaliero lascia oggi 0 persone" in text_of(as_operator, communication)
    assert "Occorrono circa 4 giorni" in text_of(as_operator, communication)


def test_what_fits_is_said_to_fit_and_without_a_limit_nothing_is_said(
    channel: Channel, engage: Engage, as_operator: Client, settings: Settings
) -> None:
    people(8)
    communication = a_draft(channel)
    assert "Tutte oggi, entro il limite giornaliero di persone." in text_of(as_operator, communication)
    settings.DAILY_PEOPLE = 0
    assert "limite giornaliero" not in text_of(as_operator, communication)


def test_the_report_says_when_it_goes_on(
    channel: Channel, engage: Engage, as_viewer: Client, later: Callable[[float], None]
) -> None:
    people(20)
    communication = planned(channel)
    assert "Oggi ancora 8 persone" in text_of(as_viewer, communication)
    run()
    text = text_of(as_viewer, communication)
    assert "Il limite giornaliero di persone è esaurito" in text
    assert "Riprende da sola domani, " in text
    later(24.1 * HOUR)
    run()
    later(48.3 * HOUR)
    run()
    assert "limite giornaliero" not in text_of(as_viewer, communication)


def test_a_bar_shows_what_is_left_of_the_budget(channel: Channel, engage: Engage, as_viewer: Client) -> None:
    people(20)
    communication = planned(channel)
    bar = '<progress max="8" value="{}" aria-label="Resto del limite giornaliero">'
    address = f"/communications/{communication.pk}/"
    assert bar.format(8) in as_viewer.get(address).content.decode()
    assert "Ne restano 8 su 8" in text_of(as_viewer, communication)
    run()
    assert bar.format(0) in as_viewer.get(address).content.decode()
    assert "Ne restano 0 su 8" in text_of(as_viewer, communication)


def test_the_command_tells_the_budget_of_those_who_wait(
    channel: Channel, engage: Engage, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    people(20)

    def told(communication: Communication) -> dict[str, Any] | None:
        assert main(["communications", "show", str(communication.pk), "--json"]) == 0
        budget: dict[str, Any] | None = json.loads(capsys.readouterr().out)["budget"]
        return budget

    assert told(a_draft(channel)) == {"today": 8, "days": 3, "resumes_at": None}
    communication = planned(channel)
    run()
    found = told(communication)
    assert found
    assert (found["today"], found["days"]) == (0, 3)
    assert datetime.fromisoformat(found["resumes_at"]) > now() + timedelta(hours=23)
    settings.DAILY_PEOPLE = 0
    assert told(communication) is None


def test_the_metrics_tell_the_limit_and_who_counts(
    channel: Channel, engage: Engage, client: Client, settings: Settings, later: Callable[[float], None]
) -> None:
    settings.METRICS_TOKEN = "prometeo"
    people(20)
    planned(channel)
    run()

    def told() -> list[str]:
        lines = client.get("/metrics", headers={"Authorization": "Bearer prometeo"}).content.decode().splitlines()
        return [line for line in lines if line.startswith("staffetta_budget")]

    assert told() == ["staffetta_budget_people 10", "staffetta_budget_people_used 8"]
    later(24.1 * HOUR)
    assert told() == ["staffetta_budget_people 10", "staffetta_budget_people_used 0"]
    settings.DAILY_PEOPLE = 0
    assert told() == ["staffetta_budget_people 0", "staffetta_budget_people_used 0"]


def test_in_english_too(channel: Channel, engage: Engage, operator: User, as_operator: Client) -> None:
    operator.language = "en"
    operator.save()
    people(20)
    communication = planned(channel)
    text = text_of(as_operator, communication)
    assert "8 more people today" in text
    assert "8 of 8 left" in text
    assert "Communications write to at most 8 different people in 24 hours" in text
    run()
    assert "It goes on by itself tomorrow, " in text_of(as_operator, communication)


def test_the_report_takes_three_queries_more_whatever_the_size(
    channel: Channel, engage: Engage, as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people(20)
    communication = planned(channel)
    run()
    with django_assert_num_queries(9):  # those without a limit, the budget, who is free by now, the plot
        as_viewer.get(f"/communications/{communication.pk}/")
