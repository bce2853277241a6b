"""The first page: first steps while they last, the last communications, the channels."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.channels.models import Channel, ConnectionState, Template
from staffetta.communications.models import Communication, CommunicationState
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Delivery, DeliveryCount, DeliveryKind
from staffetta.reports import overview
from staffetta.work.clock import now
from tests import world

pytestmark = pytest.mark.django_db


def steps() -> list[bool]:
    return [step.done for step in overview.first_steps()]


def a_communication(number: int, **fields: Any) -> Communication:
    made = Communication.objects.create(name=f"Saldi {number}", channel_name="Assistenza", **fields)
    for state, count in (("sent", 1676), ("not_sent", 248), ("failed", 12), ("uncertain", 4)):
        DeliveryCount.objects.create(communication=made, state=state, number=count)
    return made


def test_the_first_steps_go_one_after_the_other() -> None:
    assert steps() == [False] * 4
    channel = world.a_channel()
    assert steps() == [True, False, False, False]
    world.a_variant(Template.objects.create(channel=channel, name="novita"))
    assert steps() == [True, True, False, False]
    Contact.objects.create(phone="+393331234567")
    assert steps() == [True, True, True, False]
    Delivery.objects.create(kind=DeliveryKind.TEST)
    assert steps() == []


def test_a_started_communication_ends_the_first_steps() -> None:
    a_communication(1, started_at=now())
    assert steps() == []


def test_only_the_next_step_has_a_button(as_administrator: Client) -> None:
    page = as_administrator.get("/").content.decode()
    assert "Primi passi" in page
    assert page.count("btn btn-primary") == 1
    assert "Connetti</a>" in page


def test_who_may_not_connect_is_told_who_does(as_operator: Client) -> None:
    page = as_operator.get("/").content.decode()
    assert "Se ne occupa un amministratore" in page
    assert "Connetti</a>" not in page


def test_the_last_communications_show_the_sum_that_closes(as_viewer: Client) -> None:
    a_communication(1, state=CommunicationState.DONE, started_at=now())
    page = as_viewer.get("/").content.decode()
    assert "Saldi 1" in page
    assert ">1.940</a> = " in page
    for term in ("1.676 inviati", "248 non inviati", "12 in errore", "4 da verificare", "0 in attesa", "0 annullati"):
        assert term in page.lower()


def test_channels_show_their_state_and_active_templates(as_viewer: Client) -> None:
    channel = world.a_channel()
    off = Template.objects.create(channel=channel, name="vecchio", active=False)
    on = Template.objects.create(channel=channel, name="novita")
    for template in (off, on):
        world.a_variant(template, "it")
        world.a_variant(template, "en")
    world.a_channel("24002", "Novità e offerte", state=ConnectionState.REFUSED)
    page = as_viewer.get("/").content.decode()
    assert "1 template attivo" in page
    assert "Novità e offerte" in page


def test_channels_that_were_never_connected_are_not_listed() -> None:
    world.a_channel(state=ConnectionState.AVAILABLE)
    assert overview.channels() == []


def test_more_of_everything_takes_the_same_queries(
    as_administrator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        a_communication(number, started_at=now())
        Channel.objects.create(provider_id=str(number), state=ConnectionState.CONNECTED)
    with django_assert_max_num_queries(9):
        assert as_administrator.get("/").status_code == 200


@pytest.mark.parametrize(("state", "colour"), [("paused", "yellow"), ("scheduled", "azure"), ("draft", "secondary")])
def test_a_state_has_the_colour_it_has_in_the_list(as_viewer: Client, state: str, colour: str) -> None:
    a_communication(1, state=state)
    page = as_viewer.get("/").content.decode()
    assert f'<span class="st {colour}">' in page
