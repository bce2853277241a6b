"""What runs at set times: once per time, by one worker, also when the time was missed."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from staffetta.work import schedule
from staffetta.work.clock import real_now
from staffetta.work.lanes import LaneContext
from staffetta.work.models import Lease

pytestmark = pytest.mark.django_db
NAME = "schedule:staffetta.work.tasks.prune_old_rows"


def make_due() -> None:
    Lease.objects.filter(name=NAME).update(expires_at=real_now() - timedelta(days=3))


def fired() -> int:
    return DBTaskResult.objects.filter(task_path="staffetta.work.tasks.prune_old_rows").count()


def test_at_first_only_the_next_time_is_noted() -> None:
    schedule.fire_due(LaneContext("anna"))
    assert fired() == 0
    assert 0 < (Lease.objects.get(name=NAME).expires_at - real_now()).total_seconds() <= 3600


def test_what_was_missed_happens_once_whatever_the_number_of_workers() -> None:
    schedule.fire_due(LaneContext("anna"))
    make_due()
    for worker in ("anna", "bruno", "anna"):
        schedule.fire_due(LaneContext(worker))
    assert fired() == 1


def test_the_time_after_is_noted_when_it_fires() -> None:
    schedule.fire_due(LaneContext("anna"))
    make_due()
    schedule.fire_due(LaneContext("anna"))
    assert Lease.objects.get(name=NAME).expires_at > real_now()
