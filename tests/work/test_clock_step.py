"""The machine's clock is set back by an hour, or forward by a day and corrected: leases and waits let go at once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from staffetta.notices import clock_incident
from staffetta.notices.models import Incident
from staffetta.reports.health import health
from staffetta.work import beats, clock_step, lease, set_aside, sweep
from staffetta.work.clock import real_now
from staffetta.work.lanes import LaneContext
from staffetta.work.models import LaneBeat, Lease
from staffetta.work.run_sweeps import sweep_due

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def clock(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the machine's clock by so many seconds from the right time."""
    file = tmp_path / "machine-clock"
    settings.MACHINE_CLOCK_FILE = str(file)

    def move(seconds: float) -> None:
        file.write_text(str(seconds))

    move(0)
    monkeypatch.setattr(clock_step, "watch", clock_step.Watch())
    return move


def test_set_back_by_an_hour_a_lease_is_free_and_its_former_holder_has_lost_it(clock: Callable[[float], None]) -> None:
    fence = lease.acquire("channel:1", "anna", 10)
    assert fence
    assert lease.acquire("channel:1", "bruno", 10) is None
    clock(-HOUR)
    assert not lease.holds("channel:1", fence)
    assert not lease.renew("channel:1", fence, 10)
    assert lease.held(["channel:1"]) == set()
    taken = lease.acquire("channel:1", "bruno", 10)
    assert taken == fence + 1
    assert lease.holds("channel:1", taken)
    assert lease.acquire("channel:1", "anna", 10) is None


def test_taken_while_the_clock_was_a_day_ahead_a_lease_is_free_once_it_is_corrected(
    clock: Callable[[float], None],
) -> None:
    clock(DAY)
    assert lease.acquire("channel:1", "anna", 10)
    clock(0)
    assert lease.acquire("channel:1", "bruno", 10)


def test_a_holder_on_a_machine_a_second_ahead_keeps_its_lease(clock: Callable[[float], None]) -> None:
    clock(1)
    fence = lease.acquire("channel:1", "anna", 10)
    assert fence
    clock(0)
    assert lease.holds("channel:1", fence)
    assert lease.acquire("channel:1", "bruno", 10) is None


def test_sweeps_go_on_at_their_interval_after_the_clock_was_set_back(clock: Callable[[float], None]) -> None:
    context = LaneContext("anna")
    sweep_due(context)
    fences = dict(Lease.objects.filter(name__startswith="sweep:").values_list("name", "fence"))
    assert set(fences) == {f"sweep:{one.name}" for one in sweep.registered()}
    clock(-HOUR)
    sweep_due(context)
    assert dict(Lease.objects.filter(name__startswith="sweep:").values_list("name", "fence")) == {
        name: fence + 1 for name, fence in fences.items()
    }


def test_a_heartbeat_in_the_future_is_none(clock: Callable[[float], None]) -> None:
    clock(DAY)
    LaneBeat.objects.create(lane="dispatch", worker="killed", beat_at=real_now())
    clock(0)
    assert not beats.alive(["dispatch"])
    assert beats.present_workers() == set()
    assert health().worker == "silent"
    LaneBeat.objects.create(lane="dispatch", worker="living", beat_at=real_now())
    assert beats.alive(["dispatch"])
    assert health().lanes["dispatch"] == "ok"


def test_what_was_set_aside_by_a_wrong_clock_is_tried_again_at_once(clock: Callable[[float], None]) -> None:
    clock(DAY)
    set_aside.keep("plan", "communication:1", KeyError())
    assert set_aside.Items("plan").rests("communication:1")
    clock(0)
    assert not set_aside.Items("plan").rests("communication:1")


def test_a_step_is_an_incident_in_words_until_the_clock_went_well_for_an_hour(
    clock: Callable[[float], None], as_administrator: Client
) -> None:
    assert not clock_step.look_and_repair()
    clock(-HOUR)
    assert not clock_step.settled(20)
    assert clock_step.look_and_repair()
    assert not clock_step.look_and_repair()
    assert "L’orologio del server è stato cambiato" in as_administrator.get("/").content.decode()
    Incident.objects.update(last_at=real_now() - timedelta(hours=2))
    clock_incident.close()
    assert Incident.objects.get().closed_at is None, "it was set a moment ago"
    clock_step.watch = clock_step.Watch()
    clock_incident.close()
    assert Incident.objects.get().closed_at is not None


def test_a_clock_that_is_steered_by_a_second_is_no_step(clock: Callable[[float], None]) -> None:
    for seconds in (0.5, 1.5, 3.0, 4.5):
        clock(seconds)
        assert not clock_step.look_and_repair()
