"""`--wait`: with lanes running elsewhere, without, and with lanes that die meanwhile."""

from collections.abc import Iterator

import pytest

from tests.processes import Installation, installation

pytestmark = pytest.mark.crash

WAIT = """
import sys
from django_tasks_db.models import DBTaskResult
from staffetta.cli.waiting import wait_for
from staffetta.work.tasks import prune_old_rows
job = prune_old_rows.enqueue().id
done = lambda: DBTaskResult.objects.get(id=job).status == "SUCCESSFUL"
print(wait_for(done, ("jobs",), seconds=float(sys.argv[1])))
print(len(set(DBTaskResult.objects.get(id=job).worker_ids)), *DBTaskResult.objects.get(id=job).worker_ids)
"""


@pytest.fixture(scope="module")
def staffetta() -> Iterator[Installation]:
    with installation() as made:
        yield made


def test_without_a_worker_the_command_does_the_work_itself(staffetta: Installation) -> None:
    assert staffetta.python(WAIT, "20").splitlines()[0] == "True"
    assert staffetta.rows("SELECT * FROM work_lanebeat") == [], "nothing stays behind that looks like a running lane"


def test_with_a_worker_the_work_is_left_to_it(staffetta: Installation) -> None:
    worker = staffetta.start_worker()
    said = staffetta.python(WAIT, "20")
    worker.stop()
    assert f"-{worker.pid}-" in said


def test_a_worker_that_was_killed_is_not_waited_for(staffetta: Installation) -> None:
    worker = staffetta.start_worker()
    worker.kill()
    assert staffetta.python(WAIT, "40").splitlines()[0] == "True"


def test_it_gives_up_after_its_time(staffetta: Installation) -> None:
    said = staffetta.python(
        "from staffetta.cli.waiting import wait_for\nprint(wait_for(lambda: False, ('jobs',), 0.5))"
    )
    assert said.strip() == "False"
