"""One-off jobs kept in the database: run once each, and not lost with their worker."""

from datetime import timedelta

import pytest
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from staffetta.work import beats, jobs, old_rows
from staffetta.work.clock import real_now
from staffetta.work.lanes import LaneContext
from staffetta.work.models import LaneBeat
from staffetta.work.tasks import prune_old_rows

CONTEXT = LaneContext("anna")


def lost_job(workers: list[str], seconds: float = 60) -> str:
    row = prune_old_rows.enqueue()
    DBTaskResult.objects.filter(id=row.id).update(
        status=TaskResultStatus.RUNNING, started_at=real_now() - timedelta(seconds=seconds), worker_ids=workers
    )
    return str(row.id)


def status(job: str) -> str:
    return str(DBTaskResult.objects.get(id=job).status)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_due_is_run() -> None:
    row = prune_old_rows.enqueue()
    assert jobs.run_one(CONTEXT)
    assert status(row.id) == TaskResultStatus.SUCCESSFUL
    assert not jobs.run_one(CONTEXT)


@pytest.mark.django_db
def test_looking_for_a_job_when_there_is_none_locks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1) as seen:
        assert not jobs.run_one(CONTEXT)
    assert seen.captured_queries[0]["sql"].startswith("SELECT")


@pytest.mark.django_db
def test_a_worker_that_stops_begins_no_job() -> None:
    row = prune_old_rows.enqueue()
    assert not jobs.run_one(LaneContext("anna", lambda: True))
    assert status(row.id) == TaskResultStatus.READY


@pytest.mark.django_db
def test_a_job_whose_worker_is_gone_is_put_back() -> None:
    job = lost_job(["gone"])
    assert jobs.rescue() == 1
    assert status(job) == TaskResultStatus.READY


@pytest.mark.django_db
def test_a_job_whose_worker_lives_is_left_alone_however_long_it_takes() -> None:
    LaneBeat.objects.create(lane="jobs", worker="anna")
    job = lost_job(["gone", "anna"], seconds=9000)
    assert jobs.rescue() == 0
    assert status(job) == TaskResultStatus.RUNNING


@pytest.mark.django_db
def test_a_job_just_begun_is_left_alone() -> None:
    job = lost_job(["new"], seconds=5)
    assert jobs.rescue() == 0
    assert status(job) == TaskResultStatus.RUNNING


@pytest.mark.django_db
def test_a_job_that_lost_three_workers_is_given_up() -> None:
    job = lost_job(["one", "two", "three"])
    assert jobs.rescue() == 1
    assert status(job) == TaskResultStatus.FAILED


@pytest.mark.django_db
def test_only_what_ended_long_ago_is_pruned() -> None:
    old, young, waiting = (prune_old_rows.enqueue().id for _ in range(3))
    for job, days in ((old, 8), (young, 6)):
        DBTaskResult.objects.filter(id=job).update(
            status=TaskResultStatus.SUCCESSFUL, finished_at=real_now() - timedelta(days=days)
        )
    assert old_rows.finished_jobs() == 1
    assert {str(row.id) for row in DBTaskResult.objects.all()} == {young, waiting}


@pytest.mark.django_db
def test_beats_of_workers_long_gone_are_pruned() -> None:
    LaneBeat.objects.create(lane="x", worker="old", beat_at=real_now() - timedelta(days=2))
    LaneBeat.objects.create(lane="x", worker="new")
    assert old_rows.silent_beats() == 1


@pytest.mark.django_db
def test_lanes_count_as_running_only_if_each_of_them_gave_a_sign_of_life() -> None:
    LaneBeat.objects.create(lane="a", worker="w")
    LaneBeat.objects.create(lane="b", worker="w", beat_at=real_now() - timedelta(seconds=beats.ALIVE_SECONDS + 1))
    assert beats.alive(["a"])
    assert not beats.alive(["a", "b"])
