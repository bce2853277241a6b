"""What Django must be told for each task engine that can carry the jobs; an engine's packages are needed by it only.

Whoever hands a job over waits a few seconds at most: while the broker is away the job's row stays, and a sweeper hands
it over again (docs/decisions/0006-task-engines.md).
"""

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from staffetta.config.environment import WrongSetting

type Options = dict[str, object]

BROKER = "STAFFETTA_BROKER_URL"
JOB_SECONDS = 300
"""A job that takes longer is ended by the engine; ours return within a minute."""
CONNECT_SECONDS = 2
ANSWER_SECONDS = 5
JOBS_AT_ONCE = 3


class Settings(NamedTuple):
    """Django's TASKS, django-rq's RQ_QUEUES, and what our Celery application is configured with."""

    tasks: dict[str, Options]
    rq_queues: dict[str, Options]
    celery: Options


def _require(name: str, *packages: str) -> None:
    if missing := [package for package in packages if find_spec(package) is None]:
        raise WrongSetting("STAFFETTA_TASKS", f"{name} needs {', '.join(missing)}: pip install 'staffetta[{name}]'")


def database(_url: str, _secret: str) -> Settings:
    """Jobs are rows of our own database, run by a lane of our workers."""
    return Settings({"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}, {}, {})


def rq(url: str, _secret: str) -> Settings:
    """Jobs are handed to RQ on Redis. An installation needs a Redis database (the number) of its own."""
    _require("rq", "redis", "rq", "django_tasks_rq")
    from redis.backoff import ConstantBackoff
    from redis.retry import Retry

    parts = urlsplit(url or "redis://127.0.0.1:6379/0")
    number = parts.path.strip("/") or "0"
    if parts.scheme not in ("redis", "rediss") or not number.isdecimal():
        raise WrongSetting(BROKER, "redis://user:password@host:port/number is wanted")
    queue: Options = {
        "HOST": parts.hostname or "127.0.0.1",
        "PORT": parts.port or 6379,
        "DB": int(number),
        "USERNAME": unquote(parts.username or "") or None,
        "PASSWORD": unquote(parts.password or "") or None,
        "SSL": parts.scheme == "rediss",
        "DEFAULT_TIMEOUT": JOB_SECONDS,
        # RQ's own choice, pickle, would let whoever writes to that Redis run code here.
        "SERIALIZER": "rq.serializers.JSONSerializer",
        "REDIS_CLIENT_KWARGS": {
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            "socket_keepalive": True,
            "retry": Retry(ConstantBackoff(0.2), 1),
        },
    }
    return Settings(
        {"default": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": ["default"]}}, {"default": queue}, {}
    )


def celery(url: str, secret: str) -> Settings:
    """Jobs are handed to Celery on RabbitMQ, in a queue named after the secret key: one broker may serve several."""
    _require("celery", "celery", "django_tasks_celery")
    url = url or "amqp://guest:guest@127.0.0.1:5672//"
    if urlsplit(url).scheme not in ("amqp", "amqps"):
        raise WrongSetting(BROKER, "amqp://user:password@host:port/vhost is wanted")
    backend: Options = {
        "BACKEND": "django_tasks_celery.CeleryBackend",
        "QUEUES": [],
        "OPTIONS": {"CELERY_APP": "staffetta.work.celery_app.app"},
    }
    configuration: Options = {
        "broker_url": url,
        "task_default_queue": f"staffetta-{hashlib.sha256(b'queue:' + secret.encode()).hexdigest()[:12]}",
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
        "broker_connection_timeout": CONNECT_SECONDS,
        "broker_transport_options": {
            # Without it a job written to a connection that was cut is lost without an error.
            "confirm_publish": True,
            "read_timeout": ANSWER_SECONDS,
            "write_timeout": ANSWER_SECONDS,
        },
        "broker_connection_max_retries": None,
        "broker_connection_retry_on_startup": True,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_concurrency": JOBS_AT_ONCE,
        "worker_pool": "threads",
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,  # our formatter keeps keys out of the log
        "worker_redirect_stdouts": False,
        "timezone": "UTC",
    }
    return Settings({"default": backend}, {}, configuration)


SETTINGS: dict[str, Callable[[str, str], Settings]] = {"database": database, "rq": rq, "celery": celery}
"""The first is used where nothing is set."""
