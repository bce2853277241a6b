"""A template no longer approved at the provider is not sendable and, from the refresh on, holds what uses it."""

import pytest

from engage_simulator.testing import Engage
from staffetta.channels.connection import connect
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.channels.refreshing import ask, refresh
from staffetta.communications import start
from staffetta.communications.models import Communication, CommunicationState
from tests.deliveries import ledger

pytestmark = pytest.mark.django_db


def connected(engage: Engage) -> Channel:
    """Connect and download as the product does."""
    refresh.run(connect.connect(engage.key(ledger.FIRST)).pk)
    return Channel.objects.get(provider_id=ledger.FIRST)


def withdraw(engage: Engage, channel: Channel) -> TemplateVariant:
    engage.change_template(ledger.FIRST, "saluto", status="paused")
    refresh.run(ask.ask(channel).pk)
    return TemplateVariant.objects.get(template__channel=channel, template__name="saluto")


def test_a_running_communication_is_held_and_nobody_is_sent_anything(engage: Engage) -> None:
    channel = connected(engage)
    ledger.people(3)
    communication = ledger.planned(channel)
    assert not withdraw(engage, channel).sendable
    ledger.run()
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "template_not_approved")
    assert ledger.states_of(communication) == {"waiting": 3}
    assert engage.ledger() == []


def test_a_draft_cannot_be_started(engage: Engage) -> None:
    channel = connected(engage)
    ledger.people(1)
    communication = ledger.draft(channel)
    Communication.objects.update(state=CommunicationState.DRAFT)
    withdraw(engage, channel)
    communication.refresh_from_db()
    with pytest.raises(start.StartRefused) as refused:
        start.start(communication, None)
    assert refused.value.code == "template_not_approved"


def test_another_template_of_the_channel_is_sent_all_the_same(engage: Engage) -> None:
    channel = connected(engage)
    ledger.people(2)
    withdraw(engage, channel)
    communication = ledger.planned(channel, "avviso")
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 2}
    assert len(engage.ledger()) == 2
