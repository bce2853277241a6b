"""What each answer of the provider does to row, channel, template and communication. Over the wire."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, ConnectionState
from staffetta.communications.models import CommunicationState
from staffetta.deliveries.ledger.counts import counts_of, reconcile
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.sending import dispatch
from staffetta.notices.incidents import open_now
from staffetta.notices.models import Incident
from tests.deliveries.ledger import outcomes, people, planned, run, states_of, the, transactional
from tests.wire import refused_port

SENDS = {"operation": "send_notification"}


def test_an_accepted_message_is_sent_once_with_the_id_the_provider_gave(channel: Channel, engage: Engage) -> None:
    people(1)
    communication = planned(channel)
    run()
    row = the(communication)
    assert (row.state, row.reason, row.settled_by) == ("sent", "", "answer")
    assert row.provider_message_id
    assert outcomes(row) == ["accepted"]
    [sent] = engage.ledger()
    assert (sent["recipient"], sent["text"]) == (row.address, "Ciao Nome0, benvenuto da noi.")
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"code": 400, "reason": "Parameter id"}, "refused"),
        (200, {"code": 517, "reason": "No such"}, "refused"),
        (412, {"code": 412, "reason": "User is stopped"}, "not_deliverable"),
    ],
)
def test_a_refusal_of_the_message_fails_it_with_the_providers_own_words(
    channel: Channel, engage: Engage, status: int, body: dict[str, object], reason: str
) -> None:
    people(1)
    communication = planned(channel)
    engage.fault("answer", match=SENDS, status=status, code=body["code"], reason=body["reason"])
    run()
    row = the(communication)
    assert (row.state, row.reason) == ("failed", reason)
    assert (row.provider_code, row.provider_reason) == (str(body["code"]), body["reason"])
    assert outcomes(row) == [reason]
    assert counts_of(communication.pk) == {("failed", reason): 1}


def test_a_refused_key_puts_the_message_back_and_holds_the_channel(
    channel: Channel, other_channel: Channel, engage: Engage
) -> None:
    people(20)
    communication, other = planned(channel), planned(other_channel)
    engage.revoke_key(channel.provider_id)
    run()
    channel.refresh_from_db()
    communication.refresh_from_db()
    assert channel.state == ConnectionState.REFUSED
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "key_refused")
    assert states_of(communication) == {"waiting": 20}
    assert Incident.objects.filter(closed_at=None).count() == 1
    assert states_of(other) == {"sent": 20}


def test_a_key_that_may_not_send_is_an_incident_until_a_message_is_accepted(
    channel: Channel, engage: Engage, as_administrator: Client
) -> None:
    [person] = people(1)
    fault = engage.fault("answer", match={"operation": "send_notification"}, status=403, code=403)
    delivery = transactional(channel, person)
    run()
    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    assert [each.kind for each in open_now()] == ["channel_send"]
    page = as_administrator.get("/").content.decode()
    assert "gli invii non sono permessi" in page
    engage.control("DELETE", f"/faults/{fault}")
    dispatch._resting.clear()  # a minute later
    run()
    delivery.refresh_from_db()
    assert (delivery.state, open_now()) == ("sent", [])


def test_an_unknown_template_fails_the_message_takes_the_template_out_and_holds_the_communication(
    channel: Channel, engage: Engage
) -> None:
    people(30)
    communication = planned(channel)
    engage.delete_template(channel.provider_id, "saluto")
    run()
    communication.refresh_from_db()
    variant = communication.variant
    assert variant is not None
    assert variant.gone_at is not None
    assert communication.state == CommunicationState.HELD
    found = states_of(communication)
    assert found["failed"] <= 16  # what was marked at that moment
    assert found["failed"] + found["waiting"] == 30
    assert set(Delivery.objects.filter(state="failed").values_list("reason", flat=True)) == {"not_found"}


def test_too_fast_slows_the_channel_and_fails_nobody(channel: Channel, engage: Engage) -> None:
    people(20)
    communication = planned(channel)
    engage.fault("rate_limit", match={**SENDS, "nth": [3, 4, 5]}, retry_after=1)
    run()
    assert states_of(communication) == {"sent": 20}
    assert engage.summary()["duplicates"] == []
    assert [outcome for row in Delivery.objects.all() for outcome in outcomes(row)].count("too_fast") == 3


@pytest.mark.parametrize(
    ("fault", "action", "reason"),
    [
        ("answer", {"status": 500, "accepted": True}, "server_fault"),
        ("answer", {"status": 503}, "server_fault"),
        ("reset", {"accepted": True}, "cut_off"),
        ("reset", {"accepted": False}, "cut_off"),
        ("hang", {"accepted": True}, "timed_out"),
        ("html", {"accepted": True}, "bad_answer"),
        ("truncate", {"accepted": True}, "cut_off"),
        ("garbage", {"accepted": True}, "bad_answer"),
    ],
)
def test_an_unknown_outcome_is_uncertain_and_never_repeated(
    channel: Channel, engage: Engage, fault: str, action: dict[str, Any], reason: str
) -> None:
    people(3)
    communication = planned(channel)
    engage.fault(fault, match={**SENDS, "nth": 2}, **action)
    run()
    run()
    assert states_of(communication) == {"sent": 2, "uncertain": 1}
    row = Delivery.objects.get(state="uncertain")
    assert (row.reason, row.attempt) == (reason, 1)
    answered = reason in ("server_fault", "bad_answer")
    assert bool(row.provider_code or row.provider_reason) <= answered  # the words of the provider, not of our client
    assert len([each for each in engage.requests() if each["operation"] == "send_notification"]) == 3
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE
    assert reconcile([communication.pk]) == []


def test_a_connection_that_was_never_made_is_tried_again_until_it_is(
    channel: Channel, engage: Engage, settings: Settings, later: Callable[[float], None]
) -> None:
    people(1)
    communication = planned(channel)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    run()
    row = the(communication)
    assert (row.state, outcomes(row)) == ("waiting", ["unreachable"])
    settings.ENGAGE_URL = engage.url
    run()
    assert the(communication).state == "waiting", "not before its time"
    later(60)
    run()
    row = the(communication)
    assert (row.state, outcomes(row)) == ("sent", ["unreachable", "accepted"])
    assert len(engage.ledger()) == 1


def test_nobody_is_given_up_before_a_whole_day_without_a_connection(
    channel: Channel, settings: Settings, engage: Engage, later: Callable[[float], None]
) -> None:
    people(1)
    communication = planned(channel)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    for hours in (0, 1, 23):
        later(hours * 3600)
        run()
        assert the(communication).state == "waiting"
    later(25 * 3600)
    run()
    row = the(communication)
    assert (row.state, row.reason, len(outcomes(row))) == ("failed", "unreachable", 4)


def test_an_address_this_installation_may_not_call_holds_everything(
    channel: Channel, engage: Engage, settings: Settings
) -> None:
    people(2)
    communication = planned(channel)
    settings.ALLOW_PRIVATE_ADDRESSES = False
    run()
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "address_forbidden")
    assert states_of(communication) == {"waiting": 2}
    assert engage.ledger() == []
