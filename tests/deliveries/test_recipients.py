"""One person gets no two messages of a channel within six seconds (WhatsApp) or one (Telegram): nobody fails by it."""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.deliveries.ledger import carried, states
from staffetta.deliveries.ledger.marks import Holder, Marked
from staffetta.deliveries.ledger.recipients import SPARE, Recipients, from_ledger, gap_of, present
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.sending import dispatch
from staffetta.work import lease
from tests.deliveries.ledger import CONTEXT, outcomes, people, planned, run, states_of, the, transactional


def row(address: str) -> Marked:
    return Marked(1, 1, "transactional", None, None, address, "", "", {})


def test_the_gap_is_the_platforms(channel: Channel) -> None:
    assert gap_of(channel) == 6
    channel.platform = "telegram"
    assert gap_of(channel) == 1
    channel.platform = "unknown"
    assert gap_of(channel) == 0


def test_two_communications_to_the_same_people_keep_the_distance(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    people(10)
    first, second = planned(channel), planned(channel, "avviso")
    run()
    sent = [states_of(each).get("sent", 0) for each in (first, second)]
    assert sum(sent) == 10
    later(5.5)
    run()
    assert len(engage.ledger()) == 10
    later(7)
    run()
    assert states_of(first) == states_of(second) == {"sent": 10}
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"accepted", "released"}


def test_another_channel_is_another_pair(channel: Channel, other_channel: Channel, engage: Engage) -> None:
    people(3)
    both = planned(channel), planned(other_channel)
    run()
    assert [states_of(each) for each in both] == [{"sent": 3}, {"sent": 3}]


def test_a_flood_to_one_person_takes_its_turns_and_lets_the_others_pass(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    flooded, other = people(2)
    rows = [transactional(channel, flooded, f"A{n}") for n in range(30)]
    quick = transactional(channel, other)
    run()
    quick.refresh_from_db()
    assert quick.state == "sent"
    assert Delivery.objects.filter(state="sent").count() == 2
    moment = 0.0
    while Delivery.objects.filter(state="waiting").exists():
        moment += 6 + SPARE + 0.05
        later(moment)
        run()
    assert moment < 31 * 6.5
    assert {each.state for each in Delivery.objects.filter(pk__in=[one.pk for one in rows])} == {"sent"}
    assert Attempt.objects.count() < 3 * 31  # each turn is kept: nobody is claimed again and again


def test_who_takes_over_knows_whom_the_former_sender_wrote_to(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    (person,) = people(1)
    planned(channel)
    run()
    second = transactional(channel, person)
    carried._recipients.clear()  # another worker
    assert dispatch.work(CONTEXT)
    second.refresh_from_db()
    assert second.state == "waiting"
    assert outcomes(second) == ["released"]
    later(6.5)
    run()
    second.refresh_from_db()
    assert second.state == "sent"


def test_what_is_in_flight_when_a_worker_dies_counts_too(channel: Channel, engage: Engage) -> None:
    people(1)
    communication = planned(channel)
    fence = lease.acquire("channel:x", "dead", 10)
    assert fence is not None
    assert len(states.turn(Holder(channel.pk, "channel:x", fence, "dead"), [], 5)) == 1
    admitted, early = from_ledger(channel).admit([row(the(communication).address)])
    assert not admitted
    assert early[0].not_before is not None


def test_a_refusal_and_a_limit_leave_the_person_free(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    (person,) = people(1)
    planned(channel)
    engage.fault("rate_limit", match={"operation": "send_notification"}, retry_after=1, times=1)
    run(1)
    later(2)
    carried._paces.clear()
    second = transactional(channel, person)
    run()
    second.refresh_from_db()
    assert "released" not in outcomes(second)


@given(steps=st.lists(st.tuples(st.floats(0, 4), st.sampled_from("abc"), st.booleans()), max_size=80))
def test_no_two_within_the_gap_whatever_comes(steps: list[tuple[float, str, bool]]) -> None:
    recipients, offset = Recipients(6.0), 0.0
    left: dict[str, list[float]] = defaultdict(list)
    for pause, address, reaches in steps:
        offset += pause
        moment = present() + offset
        admitted, early = recipients.admit([row(address), row(address)], moment)
        assert len(admitted) + len(early) == 2
        assert len(admitted) <= 1
        if admitted and reaches:
            left[address].append(moment)
        elif admitted:
            recipients.forget(address)
    for moments in left.values():
        assert all(later - earlier >= 6 for earlier, later in pairwise(moments))
