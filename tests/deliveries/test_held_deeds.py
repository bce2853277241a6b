"""A held communication shows the one deed that helps, and exactly one main button."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, ConnectionState, TemplateVariant
from staffetta.communications.hold import Trouble, hold
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger.streaks import INCIDENT
from staffetta.deliveries.models import Breaker, BreakerKind
from staffetta.notices import incidents
from tests.deliveries import ledger

MAIN = re.compile(r'<(?:a|button) class="[^"]*btn-primary[^"]*"[^>]*>(?:<svg.*?</svg>)?([^<]*)<', re.DOTALL)


def held(channel: Channel, trouble: Trouble) -> Communication:
    """A communication under way that was held for `trouble`."""
    ledger.people(2)
    communication = ledger.planned(channel)
    assert hold(communication.pk, trouble)
    communication.refresh_from_db()
    return communication


def page_of(client: Client, communication: Communication) -> str:
    return client.get(f"/communications/{communication.pk}/").content.decode()


def main_buttons(page: str) -> list[str]:
    return [label.strip() for label in MAIN.findall(page)]


def with_template(channel: Channel, **values: object) -> None:
    TemplateVariant.objects.filter(template__channel=channel).update(**values)


def test_a_template_switched_off_is_switched_on_where_the_templates_are(channel: Channel, as_operator: Client) -> None:
    communication = held(channel, Trouble.TEMPLATE_OFF)
    assert communication.variant
    communication.variant.template.active = False
    communication.variant.template.save()
    page = page_of(as_operator, communication)
    assert main_buttons(page) == ["Apri i template del canale"]
    assert "Un amministratore può attivarlo" in page
    assert "riprendi</button>" not in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("paused", "WhatsApp ha messo in pausa il template."),
        ("rejected", "WhatsApp non approva più il template."),
    ],
)
def test_a_template_whatsapp_does_not_let_go_is_not_offered_to_be_accepted(
    channel: Channel, as_operator: Client, status: str, words: str
) -> None:
    communication = held(channel, Trouble.TEMPLATE_NOT_APPROVED)
    with_template(channel, status=status)
    page = page_of(as_operator, communication)
    assert f"Sospeso: {words}" in page
    assert main_buttons(page) == ["Apri i template del canale"]


def test_what_is_over_can_be_resumed_and_says_that_it_is_over(channel: Channel, as_operator: Client) -> None:
    page = page_of(as_operator, held(channel, Trouble.TEMPLATE_OFF))
    assert main_buttons(page) == ["Riprendi"]
    assert "Sospeso: L’ostacolo non c’è più." in page
    assert "Il motivo era: Il template è disattivato." in page


def test_a_refused_key_leads_to_the_channel(channel: Channel, as_operator: Client) -> None:
    communication = held(channel, Trouble.KEY_REFUSED)
    Channel.objects.update(state=ConnectionState.REFUSED)
    page = page_of(as_operator, communication)
    assert main_buttons(page) == ["Apri il canale"]
    assert f'href="{reverse("channels:home", args=[channel.pk])}">' in page


def test_what_cannot_be_mended_is_made_anew(channel: Channel, as_operator: Client) -> None:
    communication = held(channel, Trouble.TEMPLATE_REMOVED)
    with_template(channel)
    Communication.objects.update(variant=None)
    page = page_of(as_operator, communication)
    assert main_buttons(page) == ["Duplica"]
    assert "I messaggi già preparati non si possono cambiare" in page


def test_a_lost_audience_before_planning_is_not_offered_to_be_resumed(channel: Channel, as_operator: Client) -> None:
    communication = held(channel, Trouble.AUDIENCE_GONE)
    Communication.objects.update(started_at=None, audience_kind="list", audience_list=None)
    assert main_buttons(page_of(as_operator, communication)) == ["Duplica"]


def test_a_template_that_pauses_shows_one_main_button_with_its_incident(
    channel: Channel, engage: Engage, as_operator: Client
) -> None:
    communication = held(channel, Trouble.TEMPLATE_FAILING)
    variant = str(communication.variant_id)
    Breaker.objects.create(kind=BreakerKind.TEMPLATE, subject=int(variant), failures=20, of_channel=channel.pk)
    incidents.failure(INCIDENT[BreakerKind.TEMPLATE], variant, "saluto", "template_paused", "20")
    page = page_of(as_operator, communication)
    assert f"/paused/template/{variant}/" in page
    assert main_buttons(page) == ["Riprendi"]


def test_of_two_incidents_only_the_first_leads(channel: Channel, as_operator: Client) -> None:
    for each in ("1", "2"):
        incidents.failure(INCIDENT[BreakerKind.TEMPLATE], each, f"t{each}", "template_paused", "20")
    assert len(main_buttons(as_operator.get("/system/").content.decode())) == 1


def test_who_only_reads_is_offered_nothing(channel: Channel, as_viewer: Client) -> None:
    page = page_of(as_viewer, held(channel, Trouble.TEMPLATE_OFF))
    assert main_buttons(page) == []


def test_a_held_draft_has_no_start_for_its_main_button(channel: Channel, as_operator: Client) -> None:
    ledger.people(1)
    communication = ledger.planned(channel)
    Communication.objects.update(state=CommunicationState.DRAFT, started_at=None)
    with_template(channel, status="rejected")
    assert main_buttons(page_of(as_operator, communication)) == ["Apri i template del canale"]
