"""A database of another version is refused in words; workers that run meanwhile rest; one that fits is carried over."""

import signal
import time
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from staffetta.work.database.schema import WAIT_FOR_WORKERS
from tests.processes import Installation, Started, installation, wait_until

pytestmark = pytest.mark.crash

NEWER = """
from django.conf import settings
settings.MIGRATION_MODULES = {"reports": "tests.work.newer.migrations"}
from staffetta.work.database import schema
print(schema.bring_up_to_date())
"""
"""The same code with one more migration, as a newer version would come."""
ENQUEUE = "from staffetta.work.tasks import prune_old_rows\nprint(prune_old_rows.enqueue().id)"
JOBS = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'SUCCESSFUL'"
SIGNS = "SELECT count(*) FROM work_lanebeat"
RECORDED = "SELECT name, digest FROM staffetta_migrations WHERE applied ORDER BY name"
ANNOUNCE = "INSERT INTO staffetta_migrations (name, digest, applied) VALUES ('work.9999_of_tomorrow', 'x', false)"
WITHDRAW = "DELETE FROM staffetta_migrations WHERE name = 'work.9999_of_tomorrow'"
COMMANDS = (("channels", "list"), ("worker",), ("jobs",), ("run", "--port", "0"), ("backup", "never.tar.gz"))


@pytest.fixture
def staffetta() -> Iterator[Installation]:
    with installation() as made:
        yield made


def assert_refused(staffetta: Installation, *words: str, commands: tuple[tuple[str, ...], ...] = COMMANDS[:1]) -> None:
    for command in commands:
        refused = staffetta.command(*command)
        assert refused.returncode == 1, command
        for word in (*words, "Nothing was changed"):
            assert word in refused.stderr, command
        assert "Traceback" not in refused.stderr


def waits_at_rest(worker: Started, staffetta: Installation) -> None:
    worker.wait_for("does no more work", 30)
    wait_until(lambda: staffetta.rows(SIGNS) == [(0,)], 30, what="for the worker's signs of life to go")


def test_a_database_of_a_newer_version_is_refused_by_every_command(staffetta: Installation) -> None:
    staffetta.rows("INSERT INTO django_migrations (app, name, applied) VALUES ('contacts', '9999_next', '2026-12-01')")
    staffetta.hire()
    assert_refused(staffetta, "newer version", "contacts.9999_next", "restore a backup", commands=COMMANDS)
    # What is not known may as well be a whole room.
    staffetta.rows("UPDATE django_migrations SET app = 'weather' WHERE name = '9999_next'")
    assert_refused(staffetta, "newer version", "weather.9999_next")


def test_a_database_made_with_a_migration_of_another_text_is_refused(staffetta: Installation) -> None:
    staffetta.rows("UPDATE staffetta_migrations SET digest = 'x' WHERE name = 'sync.0001_initial'")
    assert_refused(staffetta, "made it differently", "sync.0001_initial", "the version that made it")


def test_a_database_from_before_the_record_is_refused_where_its_columns_are_others(staffetta: Installation) -> None:
    staffetta.rows("DROP TABLE staffetta_migrations")
    staffetta.rows("DROP TABLE deliveries_sentnoted")
    staffetta.rows("ALTER TABLE sync_syncmet RENAME COLUMN key TO met")
    staffetta.rows("ALTER TABLE contacts_import ADD COLUMN weather varchar(20) NULL")
    named = "contacts_import.weather, deliveries_sentnoted, sync_syncmet.key, sync_syncmet.met"
    assert_refused(staffetta, "made it differently", named)
    assert staffetta.rows("SELECT count(*) FROM sync_syncmet WHERE met = ''") == [(0,)]


def test_a_database_from_before_the_record_is_adopted_where_it_fits(staffetta: Installation) -> None:
    before = staffetta.rows(RECORDED)
    staffetta.rows("DROP TABLE staffetta_migrations")
    staffetta.ok("channels", "list")
    assert staffetta.rows(RECORDED) == before
    assert len(dict(before)["sync.0001_initial"]) == 64
    assert dict(before)["sessions.0001_initial"] == ""


def test_an_announcement_that_a_killed_process_left_is_taken_away(staffetta: Installation) -> None:
    staffetta.rows(ANNOUNCE)
    staffetta.ok("channels", "list")
    assert staffetta.rows("SELECT * FROM staffetta_migrations WHERE NOT applied OR digest = 'x'") == []


def test_a_migration_applied_by_a_process_that_was_killed_behind_it_counts_with_its_text(
    staffetta: Installation,
) -> None:
    own = "UPDATE staffetta_migrations SET applied = false, digest = %s WHERE name = 'sync.0001_initial'"
    digest = dict(staffetta.rows(RECORDED))["sync.0001_initial"]
    staffetta.rows(own, digest)
    staffetta.ok("channels", "list")
    assert dict(staffetta.rows(RECORDED))["sync.0001_initial"] == digest
    staffetta.rows(own, "x")
    assert_refused(staffetta, "made it differently", "sync.0001_initial")


def test_a_running_worker_rests_while_another_version_is_announced_and_goes_on_after(staffetta: Installation) -> None:
    worker = staffetta.start_worker()
    staffetta.rows(ANNOUNCE)
    waits_at_rest(worker, staffetta)
    staffetta.rows(WITHDRAW)
    staffetta.python(ENQUEUE)
    worker.wait_for("goes on", 30)
    wait_until(lambda: staffetta.rows(JOBS) == [(1,)], 30, what="for the job")
    assert worker.popen.poll() is None
    assert worker.stop() == 0


def test_a_newer_version_waits_for_the_workers_and_then_the_former_ones_are_refused(staffetta: Installation) -> None:
    worker = staffetta.start_worker()
    begun = time.monotonic()
    assert staffetta.python(NEWER).strip() == "True"
    assert time.monotonic() - begun < WAIT_FOR_WORKERS  # it has not given up waiting
    waits_at_rest(worker, staffetta)
    time.sleep(4)
    assert "ERROR staffetta.work.loop" not in worker.log
    assert worker.log.count("does no more work") == 1
    assert worker.popen.poll() is None
    assert_refused(staffetta, "newer version", "reports.0001_of_tomorrow")
    assert staffetta.python(NEWER).strip() == "False"
    assert worker.stop() == 0


def test_an_upgrade_that_fails_takes_its_announcement_back(staffetta: Installation) -> None:
    worker = staffetta.start_worker()
    with pytest.raises(AssertionError, match="not today"):
        staffetta.python(NEWER.replace("newer", "broken"))
    worker.wait_for("goes on", 30)
    staffetta.ok("channels", "list")


def test_a_worker_of_a_task_engine_ends_when_another_version_is_announced(staffetta: Installation) -> None:
    engine = staffetta.start_python(
        "import time\nfrom staffetta.work import beats\nwith beats.kept('jobs', 'an-engine'):\n    time.sleep(60)"
    )
    wait_until(lambda: staffetta.rows(SIGNS) == [(1,)], 30)
    staffetta.rows(ANNOUNCE)
    assert engine.popen.wait(20) == -signal.SIGTERM
    assert "does no more work" in engine.log
    assert staffetta.rows(SIGNS) == [(0,)]


def test_pages_that_were_left_running_say_it_in_health(staffetta: Installation) -> None:
    address = staffetta.start_pages()
    staffetta.rows(ANNOUNCE)
    with pytest.raises(HTTPError) as told:
        urlopen(f"{address}/health", timeout=20)
    with told.value as answer:
        assert (answer.code, b'"other_version"' in answer.read()) == (503, True)
