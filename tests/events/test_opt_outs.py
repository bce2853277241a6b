"""Who stopped, was blocked or wrote STOP at the provider is an opt-out here before anything is sent. Over the wire."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, ConnectionState
from staffetta.communications.models import CommunicationState
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Consent, ConsentState, Contact, ContactActivity
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning import plan
from staffetta.events import read_opt_outs
from staffetta.events.models import ProviderEvent, ReadMark
from staffetta.work.clock import now
from tests.deliveries.ledger import CONTEXT, draft, people, run
from tests.wire import refused_port

ONE = "393330000000"


def opt_in(contact: Contact, purpose: str = "marketing") -> tuple[str, str]:
    state = ConsentState.objects.get(contact=contact, platform="whatsapp", purpose=purpose)
    return state.value, state.source


@pytest.mark.parametrize("what", ["stopped", "blocked"])
def test_a_customer_stopped_or_blocked_there_is_an_opt_out_here(channel: Channel, engage: Engage, what: str) -> None:
    person, other = people(2)
    engage.put_customer(channel.provider_id, id=ONE, name="Anna", **{what: "1"})
    assert read_opt_outs.read(channel)
    assert opt_in(person) == opt_in(person, "service") == ("no", what)
    assert opt_in(other) == ("yes", "import")


def test_the_same_stop_told_twice_is_one_event(channel: Channel, engage: Engage) -> None:
    people(1)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    read_opt_outs.read(channel)
    read_opt_outs.read(channel)
    assert ProviderEvent.objects.filter(kind="stopped").count() == 1
    assert Consent.objects.filter(value="no").count() == 2  # one for each purpose


def test_a_start_there_lifts_nothing_and_a_second_stop_counts_again(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    read_opt_outs.read(channel)
    engage.change_customer(channel.provider_id, ONE, stopped="0")
    read_opt_outs.read(channel)
    assert opt_in(person) == ("no", "stopped")
    consent.record([person.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Sì, scrivetemi")
    engage.change_customer(channel.provider_id, ONE, stopped="1")
    read_opt_outs.read(channel)
    assert opt_in(person) == ("no", "stopped")
    assert list(ProviderEvent.objects.order_by("pk").values_list("kind", flat=True)) == [
        "stopped",
        "started",
        "stopped",
    ]


def test_a_new_explicit_yes_stands_against_the_old_stop(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    read_opt_outs.read(channel)
    consent.record([person.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Sì, scrivetemi")
    read_opt_outs.read(channel)
    assert opt_in(person) == ("yes", "hand")


def test_who_stopped_before_being_imported_is_an_opt_out_all_the_same(channel: Channel, engage: Engage) -> None:
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    read_opt_outs.read(channel)
    assert ProviderEvent.objects.get().applied_at is None
    [person] = people(1)
    read_opt_outs.read(channel)
    assert opt_in(person) == ("no", "stopped")


def test_an_unblocking_before_we_knew_them_leaves_the_stop(channel: Channel, engage: Engage) -> None:
    engage.put_customer(channel.provider_id, id=ONE, stopped="1", blocked="1")
    read_opt_outs.read(channel)
    engage.change_customer(channel.provider_id, ONE, blocked="0")
    read_opt_outs.read(channel)
    [person] = people(1)
    read_opt_outs.read(channel)
    assert opt_in(person) == ("no", "stopped")


def test_a_stop_word_is_an_opt_out_with_the_persons_own_words(channel: Channel, engage: Engage) -> None:
    person, other = people(2)
    engage.put_customer(channel.provider_id, id=ONE)
    engage.control("POST", f"/channels/{channel.provider_id}/messages", {"from": ONE, "text": " Basta! "})
    read_opt_outs.read(channel)
    assert opt_in(person) == ("no", "stop_word")
    wordings = set(Consent.objects.filter(contact=person, source="stop_word").values_list("wording", flat=True))
    assert {wording.strip() for wording in wordings} == {"Basta!"}
    assert ContactActivity.objects.get(contact=person).last_reply_at is not None
    assert opt_in(other) == ("yes", "import")


def test_a_reply_that_only_holds_such_a_word_is_a_reply(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    engage.put_customer(channel.provider_id, id=ONE)
    engage.control(
        "POST", f"/channels/{channel.provider_id}/messages", {"from": ONE, "text": "Basta che arrivi in tempo"}
    )
    read_opt_outs.read(channel)
    assert opt_in(person) == ("yes", "import")
    assert ProviderEvent.objects.get(kind="reply").applied_at is not None


def test_a_stop_word_older_than_a_new_consent_undoes_nothing(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    engage.put_customer(channel.provider_id, id=ONE)
    message = {"from": ONE, "text": "STOP", "created": int(now().timestamp()) - 86400}
    engage.control("POST", f"/channels/{channel.provider_id}/messages", message)
    consent.record([person.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Sì, di nuovo")
    read_opt_outs.read(channel)
    assert opt_in(person) == ("yes", "hand")


def test_another_channels_people_are_left_alone(channel: Channel, other_channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    engage.put_customer(other_channel.provider_id, id=ONE, stopped="1")
    read_opt_outs.read(channel)
    assert opt_in(person) == ("yes", "import")


def test_a_communication_is_planned_only_after_opt_outs_were_read(channel: Channel, engage: Engage) -> None:
    people(3)
    communication = draft(channel)
    ReadMark.objects.all().delete()
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    assert not plan.work(CONTEXT)
    assert Delivery.objects.count() == 0
    read_opt_outs.work(CONTEXT)
    while plan.work(CONTEXT):
        pass
    assert Delivery.objects.get(address=ONE).reason == "no_opt_in"
    run()
    assert ONE not in {row["recipient"] for row in engage.ledger()}
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE


def test_opt_outs_that_cannot_be_read_hold_the_start_and_a_person_resumes(
    channel: Channel, engage: Engage, settings: Settings
) -> None:
    from staffetta.communications.hold import resume

    people(1)
    communication = draft(channel)
    ReadMark.objects.all().delete()
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    read_opt_outs.work(CONTEXT)
    plan.work(CONTEXT)
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "opt_outs_unread")
    settings.ENGAGE_URL = engage.url
    resume(communication, None)
    assert read_opt_outs.due() == [channel], "resuming wants a reading of its own"
    read_opt_outs.work(CONTEXT)
    while plan.work(CONTEXT):
        pass
    assert Delivery.objects.count() == 1


def test_what_a_broken_reading_brought_is_kept(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    engage.put_customer(channel.provider_id, id=ONE, stopped="1")
    engage.fault("answer", match={"operation": "list_tickets"}, status=500)
    assert not read_opt_outs.read(channel)
    assert opt_in(person) == ("no", "stopped")
    mark = ReadMark.objects.get()
    assert (mark.at, mark.problem) == (None, "server_fault")


def test_a_refused_key_is_told(channel: Channel, engage: Engage) -> None:
    engage.revoke_key(channel.provider_id)
    assert not read_opt_outs.read(channel)
    channel.refresh_from_db()
    assert channel.state == ConnectionState.REFUSED


def test_a_channel_is_read_once_a_minute(channel: Channel, later: Callable[[float], None]) -> None:
    read_opt_outs.work(CONTEXT)
    assert read_opt_outs.due() == []
    later(61)
    assert read_opt_outs.due() == [channel]
