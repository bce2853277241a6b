"""Sweeps: each at its interval, one worker at a time, none hindered by another's failure."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from staffetta.work import run_sweeps, sweep
from staffetta.work.clock import real_now
from staffetta.work.lanes import LaneContext
from staffetta.work.models import Lease, SetAside

pytestmark = pytest.mark.django_db
ANNA, BRUNO = LaneContext("anna"), LaneContext("bruno")


@pytest.fixture
def done() -> Iterator[list[str]]:
    """A failing and a good sweep, and what they did; the registry is as it was afterwards."""
    kept = dict(sweep._sweeps)
    sweep._sweeps.clear()
    deeds: list[str] = []

    def fails() -> None:
        deeds.append("fails")
        raise ValueError("no")

    sweep.register("fails", 60, fails)
    sweep.register("good", 60, lambda: deeds.append("good"))
    yield deeds
    sweep._sweeps.clear()
    sweep._sweeps.update(kept)


def test_a_failing_sweep_is_told_and_does_not_keep_the_others_from_running(done: list[str]) -> None:
    run_sweeps.sweep_due(ANNA)
    assert done == ["fails", "good"]
    [row] = SetAside.objects.all()
    assert (row.lane, row.name, row.reason) == ("sweep", "fails", "unexpected")


def test_within_the_interval_nobody_sweeps_again(done: list[str]) -> None:
    run_sweeps.sweep_due(ANNA)
    run_sweeps.sweep_due(ANNA)
    run_sweeps.sweep_due(BRUNO)
    assert done == ["fails", "good"]


def test_after_the_interval_one_worker_sweeps_again(done: list[str]) -> None:
    run_sweeps.sweep_due(ANNA)
    Lease.objects.filter(name="sweep:good").update(expires_at=real_now() - timedelta(seconds=1))
    run_sweeps.sweep_due(BRUNO)
    run_sweeps.sweep_due(ANNA)
    assert done == ["fails", "good", "good"]


def test_a_worker_that_stops_begins_no_sweep(done: list[str]) -> None:
    run_sweeps.sweep_due(LaneContext("carla", lambda: True))
    assert done == []
