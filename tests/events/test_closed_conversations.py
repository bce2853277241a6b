"""An agent closes a conversation between two readings: it is no longer listed, its person is asked for alone."""

import pytest

from engage_simulator.testing import Engage
from staffetta.channels.calls import gateway
from staffetta.channels.models import Channel
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.opt_outs import decide
from staffetta.contacts.opt_outs.models import Decision
from staffetta.deliveries.models import Delivery
from staffetta.events import read_opt_outs
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
from staffetta.work.models import SetAside
from tests.deliveries.ledger import people, planned
from tests.events.test_stop_in_words import ONE, TWO, says, write


def close(engage: Engage, channel: Channel, sender: str = ONE) -> None:
    engage.control("DELETE", f"/channels/{channel.provider_id}/tickets/{sender}")


def asked_alone(engage: Engage) -> int:
    return sum(row["operation"] == "read_history" for row in engage.requests())


def test_a_stop_written_and_closed_between_two_readings_is_read_from_the_persons_history(
    channel: Channel, engage: Engage
) -> None:
    person, other = people(2)
    write(engage, channel, "Buongiorno")
    write(engage, channel, "Buongiorno", TWO)
    read_opt_outs.read(channel)
    assert asked_alone(engage) == 0
    write(engage, channel, "STOP")
    write(engage, channel, "Annulla", TWO)
    close(engage, channel)
    close(engage, channel, TWO)
    assert read_opt_outs.read(channel)
    assert asked_alone(engage) == 2
    assert says(person) == {"marketing": "no", "service": "no"}
    assert decide.decide(decide.to_decide(), Decision.NONE, None) == 1
    read_opt_outs.read(channel)
    assert asked_alone(engage) == 2, "once is enough"
    write(engage, channel, "Grazie", TWO)
    read_opt_outs.read(channel)
    assert decide.number_to_decide() == 0, "the same line, read by another way, is not asked about again"
    assert says(other)["marketing"] == "yes"


def test_one_history_that_cannot_be_read_keeps_its_person_waiting_and_nobody_else(
    channel: Channel, engage: Engage
) -> None:
    person, other = people(2)
    for sender in (ONE, TWO):
        write(engage, channel, "Buongiorno", sender)
    read_opt_outs.read(channel)
    for sender in (ONE, TWO):
        write(engage, channel, "STOP", sender)
        close(engage, channel, sender)
    fault = engage.fault("answer", match={"operation": "read_history", "recipient": ONE}, status=500)
    assert read_opt_outs.read(channel)
    assert says(other)["marketing"] == "no"
    assert SetAside.objects.get(lane="events").address == ONE
    planned(channel)
    assert Delivery.objects.get(address=ONE).reason == "set_aside"
    engage.control("DELETE", f"/faults/{fault}")
    SetAside.objects.update(not_before=now())
    read_opt_outs.read(channel)
    assert not SetAside.objects.exists()
    assert says(person)["marketing"] == "no"


@pytest.mark.parametrize("status", [403, 429])
def test_who_was_not_read_because_of_the_key_or_a_limit_is_read_at_the_next_reading(
    channel: Channel, engage: Engage, status: int
) -> None:
    (person,) = people(1)
    write(engage, channel, "Buongiorno")
    read_opt_outs.read(channel)
    write(engage, channel, "STOP")
    close(engage, channel)
    fault = engage.fault("answer", match={"operation": "read_history"}, status=status, code=status)
    read_opt_outs.read(channel)
    assert ReadMark.objects.get().open == [ONE]
    engage.control("DELETE", f"/faults/{fault}")
    assert read_opt_outs.read(channel)
    assert says(person) == {"marketing": "no", "service": "no"}


def test_an_account_without_histories_reads_on(channel: Channel, engage: Engage) -> None:
    people(1)
    write(engage, channel, "Buongiorno")
    read_opt_outs.read(channel)
    close(engage, channel)
    engage.fault("answer", match={"operation": "read_history"}, status=404, code=404)
    assert read_opt_outs.read(channel)
    assert ReadMark.objects.get().open == []


def test_of_a_history_only_lines_count_that_say_who_wrote_them_and_when(channel: Channel, engage: Engage) -> None:
    told = [
        {"chat": "STOP"},
        {"chat": "STOP", "created": 1_790_000_000},
        {"chat": "STOP", "outgoing": False},
        {"chat": "STOP", "outgoing": True, "created": 1_790_000_000},
        {"chat": "Basta", "outgoing": False, "created": 1_790_000_000},
    ]
    engage.fault("answer", match={"operation": "read_history"}, status=200, body={"chats": told})
    found = gateway.call(channel, lambda connector: connector.replies_of(ONE))
    assert [reply.text for reply in found] == ["Basta"]


def test_an_erased_person_is_no_longer_among_the_open_conversations(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    write(engage, channel, "Buongiorno")
    read_opt_outs.read(channel)
    assert ReadMark.objects.get().open == [ONE]
    erase(person, "", None)
    assert ReadMark.objects.get().open == []
    read_opt_outs.read(channel)
    assert ReadMark.objects.get().open == []
