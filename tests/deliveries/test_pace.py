"""The pace of a channel as the provider sees it: burst, long run, and a change while it sends."""

import time

import pytest

from engage_simulator.testing import Engage
from staffetta.channels.calls.pace import set_pace
from staffetta.channels.models import Channel
from staffetta.deliveries.ledger import carried
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.sending import dispatch
from staffetta.work.lanes import LaneContext
from tests.deliveries.ledger import people, planned, run, transactional


def sent() -> int:
    return Delivery.objects.filter(state="sent").count()


def test_a_burst_leaves_at_once_only_after_a_rest(channel: Channel, engage: Engage) -> None:
    set_pace(channel, 20, 15)
    pace = carried.pace_of(channel, 1)
    assert pace.available() < 3  # what others sent a moment ago is not known
    assert carried.pace_of(channel, 2) is pace
    assert carried.pace_of(channel, 4) is not pace  # somebody else had the lease in between


def test_a_lease_that_ends_gives_no_new_burst(channel: Channel, engage: Engage) -> None:
    people(40)
    planned(channel)
    set_pace(channel, 20, 5)
    begun = time.monotonic()
    while (done := sent()) < 30:
        run(1)
    assert time.monotonic() - begun > (done - 5) / 20 - 0.2


@pytest.mark.parametrize(("slow", "quick"), [((2, None), (500, None)), ((2, 1), (2, 60))], ids=["pace", "burst"])
def test_a_sender_under_way_takes_up_a_change_within_two_seconds(
    channel: Channel, engage: Engage, slow: tuple[float, int | None], quick: tuple[float, int | None]
) -> None:
    people(60)
    planned(channel)
    set_pace(channel, *slow)
    begun = time.monotonic()
    told: list[float] = []

    def change() -> bool:
        if not told and time.monotonic() - begun > 1:
            set_pace(Channel.objects.get(pk=channel.pk), *quick)
            told.append(time.monotonic())
        return False

    dispatch.work(LaneContext("test", change))  # ends when the channel is not what it was
    assert time.monotonic() - told[0] < 2
    assert sent() < 10


@pytest.mark.parametrize("rate", [4, 40])
def test_a_transactional_message_waits_for_no_more_than_what_is_marked_ahead(
    channel: Channel, engage: Engage, rate: int
) -> None:
    contacts = people(200)
    planned(channel)
    set_pace(channel, rate, None)
    begun = time.monotonic()
    asked: list[Delivery] = []

    def ask() -> bool:
        spent = time.monotonic() - begun
        if spent > 0.5 + len(asked) * 0.6 and len(asked) < 4:
            asked.append(transactional(channel, contacts[-1 - len(asked)]))
        return spent > 4

    dispatch.work(LaneContext("test", ask))
    assert len(asked) == 4
    for each in asked:
        answered = Attempt.objects.get(delivery=each, outcome="accepted").answered_at
        assert answered is not None
        # It is marked once one of those ahead has left, and leaves as the next one after that.
        assert (answered - each.created_at).total_seconds() < dispatch.AHEAD + 1 / rate + 0.25
    assert Delivery.objects.filter(kind="communication", state="sent").count() > rate
