"""What runs at set times: tasks declared with django-crontask's `@cron`, fired by a lane of the workers.

The declarations and triggers are django-crontask's; its `crontab` command is not used, because it keeps the time in
memory only (what was due while the machine was off never happens), wants Redis so that only one scheduler runs, and
takes over the process' signals. Here the next time of each job stands in a lease row: whoever gets the lease when it
runs out fires the job, in the same transaction, so each time fires once whatever the number of workers, and what was
missed while all was off happens once at the start.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from django.db import transaction
from django.tasks import Task
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from staffetta.work import lease
from staffetta.work.clock import real_now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items

LOOK_EVERY = 10.0


class Trigger(Protocol):
    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None: ...


class Job(Protocol):
    """What django-crontask keeps of one declaration."""

    trigger: Trigger
    func: Callable[[], object]
    name: str


def cron[**P, R](schedule: str) -> Callable[[Task[P, R]], Task[P, R]]:
    """Enqueue the decorated task at the times of a five-field cron line (days of the week by name), local time."""
    import crontask  # type: ignore[import-untyped]  # the package ships no types; only where tasks are declared: 50 ms

    decorate: Callable[[Task[P, R]], Task[P, R]] = crontask.cron(schedule)
    return decorate


def fire_due(context: LaneContext) -> bool:
    """Enqueue each declared task whose time has come."""
    jobs, items = {_name(job): job for job in _declared()}, Items("schedule")
    for name in sorted(jobs.keys() - lease.held(jobs)):
        items.handle(name, partial(_fire, name, jobs[name], context.worker), name=name.partition(":")[2])
    return False


def _declared() -> list[Job]:
    # Declarations stand beside the tasks: each room's tasks are imported, once, to hear of them.
    autodiscover_modules("tasks")
    import crontask

    jobs: list[Job] = crontask.scheduler.get_jobs()
    return jobs


def _name(job: Job) -> str:
    """Return the lease that stands for the job's next time; its name holds the end of the task's path."""
    return f"schedule:{job.func.__self__.module_path[-90:]}"  # type: ignore[attr-defined]  # a bound Task.enqueue


def _fire(name: str, job: Job, worker: str) -> None:
    present = timezone.localtime(real_now())
    following = job.trigger.get_next_fire_time(None, present)
    if following is None:
        return
    with transaction.atomic():
        fence = lease.acquire(name, worker, (following - present).total_seconds())
        # The first holder ever only sets the time: a new installation has missed nothing.
        if fence is not None and fence > 1:
            job.func()
