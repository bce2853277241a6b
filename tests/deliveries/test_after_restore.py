"""A restored backup does not know what was sent since it was made: nothing goes out again by itself."""

import pytest
from django.test import Client

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.cli.backup import held
from staffetta.cli.main import main
from staffetta.communications import hold
from staffetta.communications.models import CommunicationState
from staffetta.deliveries.models import DeliveryState
from staffetta.work.backups import restored
from tests.deliveries import ledger

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_communication_under_way_waits_for_a_person(engage: Engage, channel: Channel) -> None:
    ledger.people(3)
    communication = ledger.planned(channel)
    restored.tell()
    ledger.run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.HELD
    assert communication.held_reason == "restored"
    assert ledger.states_of(communication) == {"waiting": 3}
    assert engage.summary()["accepted"] == 0


def test_a_person_may_let_it_go_on(engage: Engage, channel: Channel) -> None:
    ledger.people(3)
    communication = ledger.planned(channel)
    restored.tell()
    communication.refresh_from_db()
    hold.resume(communication, None)
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 3}


def test_the_command_line_says_how_many_may_get_it_twice_and_wants_a_yes(
    engage: Engage, channel: Channel, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.people(3)
    communication = ledger.planned(channel)
    ledger.transactional(channel, ledger.people(1, 10)[0])
    restored.tell()
    assert held() == {"held_communications": 1, "held_people": 3, "held_back_messages": 1}
    assert main(["communications", "resume", str(communication.pk)]) != 0
    told = capsys.readouterr().err
    assert "3" in told
    assert "--yes" in told
    ledger.run()
    assert engage.summary()["accepted"] == 0
    assert main(["communications", "resume", str(communication.pk), "--yes"]) == 0
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 3}


def test_the_page_says_how_many_may_get_it_twice_and_wants_a_confirmation(
    engage: Engage, channel: Channel, as_operator: Client
) -> None:
    ledger.people(3)
    communication = ledger.planned(channel)
    restored.tell()
    address = f"/communications/{communication.pk}/resume/"

    def state() -> str:
        communication.refresh_from_db()
        return communication.state

    asked = as_operator.post(address)
    text = asked.content.decode()
    assert "<strong>3 persone</strong> potrebbero ricevere" in text
    assert 'name="confirmed" value="3"' in text
    assert state() == CommunicationState.HELD
    assert "<strong>3 persone" in as_operator.post(address, {"confirmed": "2"}).content.decode(), "not what was shown"
    assert state() == CommunicationState.HELD
    assert as_operator.post(address, {"confirmed": "3"}).status_code == 302
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 3}


def test_one_that_was_not_planned_yet_counts_everybody_who_would_get_it(channel: Channel, as_operator: Client) -> None:
    ledger.people(4)
    communication = ledger.draft(channel)
    restored.tell()
    asked = as_operator.post(f"/communications/{communication.pk}/resume/").content.decode()
    assert "<strong>4 persone</strong> potrebbero ricevere" in asked
    communication.refresh_from_db()
    assert communication.state == CommunicationState.HELD


def test_a_single_message_that_waited_is_held_back_with_the_reason(engage: Engage, channel: Channel) -> None:
    delivery = ledger.transactional(channel, ledger.people(1)[0])
    restored.tell()
    ledger.run()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (DeliveryState.NOT_SENT, "restored")
    assert engage.summary()["accepted"] == 0
