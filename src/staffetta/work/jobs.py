"""The lane that runs one-off jobs (`django.tasks`) kept in the database by django-tasks-db, and its sweep."""

import logging
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as DatabaseWorker
from django_tasks_db.models import DBTaskResult

from staffetta.work import beats, clock_step
from staffetta.work.clock import real_now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items
from staffetta.work.wake import wake

THREADS = 3
"""A long job (planning, an import) must not keep a person's refresh waiting."""
MOST_TRIES = 3
"""A task whose worker died so often is given up: it may be what kills them."""
LOST_AFTER = timedelta(seconds=beats.GONE_SECONDS)
logger = logging.getLogger(__name__)


def run_one(context: LaneContext) -> bool:
    """Run the next job that is due, if any."""
    # Looked for by a plain read first: the claim below locks a whole SQLite database, even when there is nothing.
    due = None if context.stopping() else _due().values_list("pk", "task_path").first()
    if due is None:
        return False
    items, (job, path) = Items("jobs"), due
    subject = f"job:{job}"
    if items.handle(subject, partial(_run, context), name=path) is None:
        # The engine always takes the first that is due: this one lets the others pass until it is tried again.
        _due().filter(pk=job).update(run_after=items.tried_again_at(subject))
    return True


def _run(context: LaneContext) -> bool:
    DatabaseWorker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=1,
        worker_id=context.worker,
    ).run()
    return True


def rescue() -> int:
    """Put jobs whose worker is gone back in the queue (they may run twice), or give them up; return how many."""
    if not clock_step.settled(beats.GONE_SECONDS):
        return 0  # the living have given no sign of life by the new time yet
    present = beats.present_workers()
    begun = Q(started_at__lt=real_now() - LOST_AFTER) | Q(started_at__gt=clock_step.latest_believed())
    running = DBTaskResult.objects.running().filter(begun)
    lost = [row for row in running if not row.worker_ids or row.worker_ids[-1] not in present]
    for row in lost:
        _put_back(row)
    if lost:
        wake()
    return len(lost)


def _put_back(row: "DBTaskResult[..., object]") -> None:
    again = len(row.worker_ids) < MOST_TRIES
    logger.warning("job %s (%s) lost its worker: %s", row.id, row.task_path, "again" if again else "given up")
    # Conditional: a worker that was only asleep may just now have finished it.
    mine = DBTaskResult.objects.running().filter(id=row.id, started_at=row.started_at)
    with transaction.atomic():
        if again:
            mine.update(status=TaskResultStatus.READY, started_at=None)
        else:
            mine.update(status=TaskResultStatus.FAILED, finished_at=real_now(), traceback="its workers died")


def waiting() -> "QuerySet[DBTaskResult[..., object]]":
    """Return the jobs that no worker has taken yet: for the system page."""
    return DBTaskResult.objects.ready()


def _due() -> "QuerySet[DBTaskResult[..., object]]":
    return DBTaskResult.objects.ready().filter(backend_name=DEFAULT_TASK_BACKEND_ALIAS).order_by(F("pk"))
