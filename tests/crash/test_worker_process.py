"""Workers as processes: quick to wake, hard to stop, never two with one lease."""

import itertools
import json
import signal
import sqlite3
import time
from collections.abc import Iterator

import pytest

from tests.processes import Installation, installation, wait_until

pytestmark = pytest.mark.crash

ENQUEUE = "from staffetta.work.tasks import prune_old_rows\nprint(prune_old_rows.enqueue().id)"
CONTEND = """
import json, random, sys, time
from staffetta.work import lease
name, end = sys.argv[1], time.time() + 3
while time.time() < end:
    fence = lease.acquire("one", name, 5)
    if fence is None:
        time.sleep(0.002)
        continue
    begun = time.time()
    time.sleep(random.random() * 0.01)
    print(json.dumps([begun, time.time(), fence]))
    lease.release("one", fence)
"""
HOLD = """
import time
from staffetta.work import lease
fence = lease.acquire("frozen", "anna", 1)
print("fence", fence)
while True:
    time.sleep(0.1)
    print("kept" if lease.renew("frozen", fence, 1) else "lost")
"""
TAKE = """
import time
from staffetta.work import lease
fence = None
while fence is None:
    fence = lease.acquire("frozen", "bruno", 60)
    time.sleep(0.05)
print(fence)
"""


@pytest.fixture(scope="module")
def staffetta() -> Iterator[Installation]:
    with installation() as made:
        yield made


@pytest.fixture(autouse=True)
def alone(staffetta: Installation) -> Iterator[None]:
    """What one test started does not run into the next."""
    yield
    staffetta.end()


def finished(staffetta: Installation, job: str) -> bool:
    rows = staffetta.rows("SELECT status FROM django_tasks_database_dbtaskresult WHERE id = %s", key(staffetta, job))
    return rows == [("SUCCESSFUL",)]


def key(staffetta: Installation, job: str) -> str:
    return job.strip().replace("-", "") if staffetta.on_sqlite else job.strip()


def test_two_workers_never_hold_one_lease(staffetta: Installation) -> None:
    rivals = [staffetta.start_python(CONTEND, name) for name in ("anna", "bruno", "carla")]
    for rival in rivals:
        assert rival.popen.wait(60) == 0, rival.log
    held = sorted(json.loads(line) for rival in rivals for line in rival.log.splitlines())
    assert len(held) > 20
    assert all(one[1] <= following[0] for one, following in itertools.pairwise(held))
    fences = [fence for _begun, _ended, fence in held]
    assert fences == sorted(set(fences))


def test_a_holder_that_was_frozen_has_lost_its_lease_and_its_fence(staffetta: Installation) -> None:
    frozen = staffetta.start_python(HOLD)
    frozen.wait_for("kept")
    assert "fence 1" in frozen.log
    frozen.send(signal.SIGSTOP)
    assert staffetta.python(TAKE).strip() == "2"
    frozen.send(signal.SIGCONT)
    frozen.wait_for("lost")
    assert frozen.log.rstrip().endswith("lost")


def test_a_worker_wakes_at_once_for_a_job_of_another_process(staffetta: Installation) -> None:
    staffetta.start_worker()
    time.sleep(1.5)
    enqueue = f"import time\nfor _ in range(8):\n    time.sleep(0.37)\n    {ENQUEUE.replace(chr(10), chr(10) + '    ')}"
    jobs = staffetta.python(enqueue).split()
    wait_until(lambda: all(finished(staffetta, job) for job in jobs), 10)
    waits = staffetta.python(
        "from django_tasks_db.models import DBTaskResult\n"
        "for r in DBTaskResult.objects.all():\n"
        "    print((r.started_at - r.enqueued_at).total_seconds())"
    )
    middle = sorted(map(float, waits.split()))[len(jobs) // 2]
    assert middle < 0.25, waits


def test_a_lane_outlives_a_locked_database(staffetta: Installation) -> None:
    if not staffetta.on_sqlite:
        pytest.skip("only SQLite locks the whole database")
    impatient = (
        "from django.db import connection\nconnection.settings_dict['OPTIONS']['timeout'] = 0.1\n"
        "import logging\nfrom staffetta.work.worker import serve\nserve()"
    )
    worker = staffetta.start_python(impatient)
    worker.wait_for(" runs ")
    job = staffetta.python(ENQUEUE)
    wait_until(lambda: finished(staffetta, job), 20)
    plain = sqlite3.connect(staffetta.data / "staffetta.sqlite3", isolation_level=None)
    plain.execute("BEGIN EXCLUSIVE")
    wait_until(lambda: "locked" in worker.log, 30)
    plain.execute("COMMIT")
    plain.close()
    job = staffetta.python(ENQUEUE)
    wait_until(lambda: finished(staffetta, job), 30)


def test_a_worker_outlives_its_database_server(staffetta: Installation) -> None:
    if staffetta.on_sqlite:
        pytest.skip("SQLite has no server")
    worker = staffetta.start_worker()
    name = staffetta.database_url.rpartition("/")[2]
    server = Installation(staffetta.folder, staffetta.database_url.rpartition("/")[0] + "/postgres", {})
    server.rows(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    server.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name)
    time.sleep(4)
    assert worker.popen.poll() is None, worker.log
    server.rows(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    job = staffetta.python(ENQUEUE)
    wait_until(lambda: finished(staffetta, job), 40)


def test_a_job_whose_worker_was_killed_is_run_by_another(staffetta: Installation) -> None:
    job = staffetta.python(ENQUEUE)
    staffetta.rows(
        "UPDATE django_tasks_database_dbtaskresult SET status = 'RUNNING', worker_ids = %s, started_at = %s "
        "WHERE id = %s",
        json.dumps(["a-worker-that-was-killed"]),
        "2020-01-01 00:00:00",
        key(staffetta, job),
    )
    staffetta.start_worker()
    wait_until(lambda: finished(staffetta, job), 30)


def test_asked_to_stop_a_worker_ends_in_order_and_leaves_no_sign_of_life(staffetta: Installation) -> None:
    worker = staffetta.start_worker()
    assert worker.stop(15) == 0
    assert staffetta.rows("SELECT * FROM work_lanebeat WHERE worker LIKE %s", f"%-{worker.pid}-%") == []


def test_a_lane_nobody_knows_is_refused(staffetta: Installation) -> None:
    refused = staffetta.command("worker", "--lanes", "jobs,nonsense")
    assert refused.returncode == 1
    assert "nonsense" in refused.stderr
