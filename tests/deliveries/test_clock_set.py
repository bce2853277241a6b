"""The machine's clock is set while messages wait or are in flight: everything goes on, nobody gets it twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger import note_sent, states
from staffetta.deliveries.ledger.marks import Holder
from staffetta.deliveries.models import Delivery, SentNoted
from staffetta.deliveries.planning import plan
from staffetta.deliveries.sending import dispatch, start_due, sweep
from staffetta.events import read_opt_outs
from staffetta.work import clock_step, lease
from staffetta.work.clock import now, real_now
from tests.deliveries import ledger

HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def clock(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the machine's clock by so many seconds from the right time, as a worker notices it."""
    file = tmp_path / "machine-clock"
    settings.MACHINE_CLOCK_FILE = str(file)
    file.write_text("0")
    monkeypatch.setattr(clock_step, "watch", clock_step.Watch())

    def move(seconds: float) -> None:
        file.write_text(str(seconds))
        clock_step.look_and_repair()

    return move


def marked(channel: Channel) -> int:
    """Claim a row as a worker does that is killed right after."""
    name = dispatch.lease_name(channel.pk)
    fence = lease.acquire(name, "killed", 10)
    assert fence
    [row] = states.turn(Holder(channel.pk, name, fence, "killed"), [], 1)
    return row.id


def test_set_back_by_an_hour_what_was_planned_as_now_leaves_now(
    channel: Channel, engage: Engage, clock: Callable[[float], None]
) -> None:
    ledger.people(5)
    communication = ledger.planned(channel, speed=6000)
    Communication.objects.filter(pk=communication.pk).update(paced_to=now())
    clock(-HOUR)
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 5}
    assert len(engage.ledger()) == 5


def test_planned_while_the_clock_was_a_day_ahead_it_leaves_once_that_is_corrected(
    channel: Channel, engage: Engage, clock: Callable[[float], None]
) -> None:
    ledger.people(5)
    clock(DAY)
    communication = ledger.planned(channel)
    clock(0)
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 5}
    assert len(engage.ledger()) == 5


def test_a_worker_that_starts_after_the_correction_finds_what_a_wrong_clock_left(
    channel: Channel, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.people(2)
    clock(DAY)
    communication = ledger.planned(channel)
    monkeypatch.setattr(clock_step, "_repairs", {})
    clock(0)
    monkeypatch.undo()
    clock_step.repair_moments()
    ledger.run()
    assert ledger.states_of(communication) == {"sent": 2}


def test_what_a_killed_worker_marked_in_the_future_becomes_uncertain_after_the_in_flight_time(
    channel: Channel, clock: Callable[[float], None], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.people(1)
    ledger.planned(channel)
    clock(DAY)
    each = marked(channel)
    clock(0)
    assert sweep.in_flight() == 0, "a living worker may still bring the answer"
    settings.IN_FLIGHT_TIMEOUT = 0.0
    assert sweep.in_flight() == 1
    assert Delivery.objects.get(pk=each).state == "uncertain"


def test_set_forward_by_a_day_nobody_in_flight_counts_as_abandoned_at_once(
    channel: Channel, clock: Callable[[float], None]
) -> None:
    ledger.people(1)
    ledger.planned(channel)
    each = marked(channel)
    clock(DAY)
    assert sweep.in_flight() == 0
    assert Delivery.objects.get(pk=each).state == "sending"


def test_a_communication_asked_to_start_before_the_step_waits_for_a_reading_that_can_come(
    channel: Channel, clock: Callable[[float], None]
) -> None:
    ledger.people(1)
    communication = ledger.draft(channel)
    clock(-HOUR)
    read_opt_outs.work(ledger.CONTEXT)
    plan.work(ledger.CONTEXT)
    plan.work(ledger.CONTEXT)
    communication.refresh_from_db()
    assert communication.state == CommunicationState.RUNNING


def test_a_clock_that_is_a_day_ahead_for_a_moment_starts_and_holds_nothing_that_is_scheduled(
    channel: Channel, clock: Callable[[float], None]
) -> None:
    draft = ledger.draft(channel)
    Communication.objects.filter(pk=draft.pk).update(
        state=CommunicationState.SCHEDULED, start_at=now() + (real_now() - real_now()), start_asked_at=None
    )
    clock(DAY)
    start_due.work(ledger.CONTEXT)
    clock(0)
    start_due.work(ledger.CONTEXT)
    draft.refresh_from_db()
    assert draft.state == CommunicationState.SCHEDULED


def test_what_was_sent_after_the_step_is_noted_on_the_contacts_too(
    channel: Channel, clock: Callable[[float], None]
) -> None:
    SentNoted.objects.create(pk=1, settled_at=now(), delivery=7)
    clock(-HOUR)
    note_sent.note()
    assert SentNoted.objects.get().settled_at <= now()
