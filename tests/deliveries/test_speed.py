"""A communication's own speed: so many a minute, whatever the number of workers, and nobody fails by it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.deliveries.ledger import states
from staffetta.deliveries.ledger.marks import Holder, Marked
from staffetta.deliveries.models import Attempt
from staffetta.deliveries.sending import dispatch
from staffetta.work import lease
from staffetta.work.clock import real_now
from staffetta.work.pace import Spacing
from tests.deliveries import ledger

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def claim(channel: Channel, want: int = 50, worker: str = "test") -> list[Marked]:
    """Mark what may go now, as a worker of its own that remembers nothing."""
    name = dispatch.lease_name(channel.pk)
    fence = lease.acquire(name, worker, 10)
    assert fence
    rows = states.turn(Holder(channel.pk, name, fence, worker), [], want)
    lease.release(name, fence)
    return rows


def test_a_minute_is_shared_among_all_workers(channel: Channel) -> None:
    ledger.people(50)
    communication = ledger.planned(channel, speed=60)
    assert len(claim(channel)) == 1
    assert claim(channel, worker="another") == []
    assert not dispatch.has_due(channel.pk)
    Communication.objects.update(paced_to=real_now() - timedelta(hours=1))
    assert len(claim(channel)) <= 2, "an hour of rest is not made up for in one burst"
    assert ledger.states_of(communication)["waiting"] >= 47


def test_one_that_goes_slowly_leaves_the_channel_to_the_others(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    ledger.people(20)
    slow = ledger.planned(channel, speed=1)
    fast = ledger.planned(channel, "avviso")
    ledger.run()
    later(7)  # one person is in both
    ledger.run()
    assert ledger.states_of(slow) == {"sent": 1, "waiting": 19}
    assert ledger.states_of(fast) == {"sent": 20}
    assert len(engage.ledger()) == 21


def test_waiting_for_its_time_is_no_attempt(channel: Channel) -> None:
    ledger.people(3)
    ledger.planned(channel, speed=1)
    ledger.run()
    ledger.run()
    assert list(Attempt.objects.values_list("outcome", flat=True)) == ["accepted"]


@given(
    speed=st.integers(1, 600_000),
    steps=st.lists(st.tuples(st.floats(0, 30), st.integers(0, 100)), max_size=40),
)
def test_no_more_leaves_than_the_speed_allows_and_one_second_saved(speed: int, steps: list[tuple[float, int]]) -> None:
    present, next_at, left = NOON, None, 0
    for seconds, wanted in steps:
        present += timedelta(seconds=seconds)
        spacing = Spacing.of(speed, next_at, present)
        taken = min(wanted, spacing.allowed)
        if taken:
            next_at, left = spacing.after(taken), left + taken
    assert left <= ((present - NOON).total_seconds() + 1) * speed / 60 + 1


def test_the_form_keeps_the_speed(channel: Channel, as_operator: Client) -> None:
    draft = ledger.draft(channel, speed=90)
    Communication.objects.filter(pk=draft.pk).update(state="draft")
    assert "al massimo 90 messaggi al minuto" in as_operator.get(f"/communications/{draft.pk}/").content.decode()
    page = as_operator.get(f"/communications/{draft.pk}/edit/").content.decode()
    assert 'value="90"' in page
