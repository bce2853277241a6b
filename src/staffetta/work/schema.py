"""Bring the database to the shape this version wants: by one process at a time, without asking anything."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

LOCK_NUMBER = 7_822_332_088
"""Any fixed number: names our lock among PostgreSQL's advisory locks."""


def pending() -> bool:
    """Say whether the database lacks a migration of this version."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date() -> bool:
    """Apply what is missing, under a lock; True if there was something to apply."""
    if not pending():
        return False
    with alone():
        if not pending():
            return False
        call_command("migrate", interactive=False, verbosity=0)
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
