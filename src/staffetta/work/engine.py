"""The task engine that carries the jobs, where it is not our own database: its worker, run with our settings."""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from staffetta.work import beats
from staffetta.work.worker import new_name

LANE = "jobs"
"""The name under which the engine's worker is seen, as the lane is that runs jobs of the database."""
RECONNECT_WITHIN = 5
"""Seconds between two tries of a worker whose broker is away; RQ's own choice goes up to a minute."""


def name() -> str:
    """Return `database`, `rq` or `celery`."""
    return str(settings.TASK_ENGINE)


def in_database() -> bool:
    """Say whether jobs are rows of our own database, which a lane of our workers runs."""
    return name() == "database"


def serve() -> int:
    """Run the engine's own worker in this process until SIGTERM or SIGINT; return the exit status.

    Raises KeyError when the database is the engine: a lane of our own workers runs the jobs then.
    """
    work = WORKERS[name()]
    autodiscover_modules("tasks")
    with beats.kept(LANE, new_name()):
        return work()


def _rq() -> int:
    """One process that forks for each job; start it several times to have several jobs at once."""
    import django_rq
    from django_tasks_rq import Job
    from rq import Worker
    from rq.serializers import JSONSerializer

    queue = django_rq.get_queue("default", job_class=Job)
    worker = Worker([queue], connection=queue.connection, job_class=Job, serializer=JSONSerializer)
    worker.max_connection_wait_time = RECONNECT_WITHIN
    worker.work(logging_level="WARNING")
    return 0


def _celery() -> int:
    """One process whose threads run jobs; the flags spare queues and messages that only monitors of Celery need."""
    from staffetta.work.celery_app import app

    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    app.worker_main(["worker", *quiet, f"--loglevel={settings.LOG_LEVEL}"])
    return 0


WORKERS: dict[str, Callable[[], int]] = {"rq": _rq, "celery": _celery}
