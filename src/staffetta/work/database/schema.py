"""Bring the database to the shape this version wants: by one process at a time, without asking anything.

A database that this version does not know, or that was made with migrations of another text, is refused before
anything is changed. Workers of the former version are told first, and waited for (version_watch.py).
"""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from staffetta.work.clock import monotonic
from staffetta.work.database import fingerprint, table_columns

LOCK_NUMBER = 7_822_332_088
"""Any fixed number: names our lock among PostgreSQL's advisory locks."""
WAIT_FOR_WORKERS = 20.0
"""Seconds for workers of the former version to notice (3) and to get their last answers (12)."""
logger = logging.getLogger(__name__)


class WrongSchema(Exception):
    """This version cannot use the database; nothing was changed. `names` are the migrations or columns at fault."""

    NEWER = "newer"
    """It has migrations that this version does not know."""
    REMADE = "remade"
    """It was made by a version whose migrations had another text."""

    def __init__(self, reason: str, names: list[str]) -> None:
        super().__init__(f"{reason}: {', '.join(names)}")
        self.reason = reason
        self.names = names


def pending() -> bool:
    """Say whether the database lacks a migration of this version."""
    return bool(_plan())


def bring_up_to_date() -> bool:
    """Apply what is missing, under a lock; True if there was something to apply. Raises WrongSchema."""
    if _recorded_as_ours() and not pending():
        return False
    with alone():
        _check()
        fingerprint.settle()
        fingerprint.adopt(fingerprint.applied() - fingerprint.recorded().keys())
        if not (plan := _plan()):
            return False
        fingerprint.announce(plan)
        try:
            _wait_for_workers()
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            fingerprint.settle()
    return True


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of the database's shape: it must work before the first table exists."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])
        return
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _plan() -> list[str]:
    """Return the names of the migrations that are missing."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _recorded_as_ours() -> bool:
    made_with = fingerprint.recorded()
    ours = {name: digest for name, digest in fingerprint.ours().items() if name in made_with}
    return made_with == ours and made_with.keys() == fingerprint.applied() and not fingerprint.announced()


def _check() -> None:
    """Raise WrongSchema unless this version can use the database and bring it up to date."""
    done, made_with = fingerprint.applied(), fingerprint.recorded()
    if names := fingerprint.unknown(done):
        raise WrongSchema(WrongSchema.NEWER, names)
    # What is only announced, by a process that was killed, was not applied: it does not count.
    if names := fingerprint.differing({name: digest for name, digest in made_with.items() if name in done}):
        raise WrongSchema(WrongSchema.REMADE, names)
    if done - made_with.keys():
        wanted = table_columns.made_by(done)
        if names := table_columns.differences(table_columns.of_database(), wanted):
            raise WrongSchema(WrongSchema.REMADE, names)


def has_workers() -> bool:
    """Say whether somebody works on this database, whatever its version."""
    return bool(_workers())


def _workers() -> set[str]:
    # Models: the command line names this module before Django is set up.
    from staffetta.work import beats
    from staffetta.work.models import LaneBeat

    there = LaneBeat._meta.db_table in connection.introspection.table_names()
    return beats.alive_workers() if there else set()


def _wait_for_workers() -> None:
    """Let workers of the former version come to rest: they have been told what is about to be applied."""
    deadline = monotonic() + WAIT_FOR_WORKERS
    said = False
    while workers := _workers():
        if monotonic() > deadline:
            logger.warning("workers of another version are still running, stop them: %s", ", ".join(sorted(workers)))
            return
        if not said:
            logger.warning("waiting for workers of the former version to stop: %s", ", ".join(sorted(workers)))
        said = True
        time.sleep(0.2)
