"""The whole platform as processes: it starts, stops, mends itself and leaves nothing behind."""

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Installation, Platform, children, installation, lives, wait_until

pytestmark = pytest.mark.crash


@pytest.fixture(scope="module")
def staffetta() -> Iterator[Installation]:
    with installation() as made:
        yield made


@pytest.fixture(autouse=True)
def alone(staffetta: Installation) -> Iterator[None]:
    """What one test started does not run into the next."""
    yield
    staffetta.end()


def lanes_of(staffetta: Installation) -> set[str]:
    return {worker for (worker,) in staffetta.rows("SELECT DISTINCT worker FROM work_lanebeat")}


def answers(platform: Platform) -> bool:
    try:
        with urllib.request.urlopen(f"{platform.address}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def worker_of(platform: Platform) -> int:
    """Return the number of the worker process: the child that granian did not start."""
    for child in children(platform.pid):
        if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
            return child
    raise AssertionError("no worker runs")


def test_from_nothing_its_pages_answer_where_it_says() -> None:
    with installation(empty=True) as fresh:
        platform = fresh.start_run()
        assert answers(platform)


def test_the_link_for_the_first_administrator_is_printed_once_and_only_while_there_is_none(
    staffetta: Installation,
) -> None:
    platform = staffetta.start_run()
    platform.wait_for("/setup/", 20)
    assert platform.log.count("/setup/") == 1
    platform.stop()
    staffetta.python(
        "from staffetta.accounts.models import User, Role\n"
        "User.objects.create_user('anna', 'una-password-lunga', Role.ADMINISTRATOR)"
    )
    again = staffetta.start_run()
    time.sleep(0.5)
    assert again.setup_link == ""


def test_asked_to_stop_the_whole_group_is_gone_within_twenty_seconds(staffetta: Installation) -> None:
    platform = staffetta.start_run()
    group = children(platform.pid)
    assert len(group) >= 2
    begun = time.monotonic()
    assert platform.stop(20) == 0
    assert time.monotonic() - begun < 20
    assert not [process for process in group if lives(process)]


def test_a_killed_supervisor_leaves_no_process_behind(staffetta: Installation) -> None:
    platform = staffetta.start_run()
    group = children(platform.pid)
    platform.kill()
    wait_until(lambda: not [process for process in group if lives(process)], 20)


def test_a_killed_worker_is_started_again(staffetta: Installation) -> None:
    platform = staffetta.start_run()
    wait_until(lambda: lanes_of(staffetta), 20)
    before = lanes_of(staffetta)
    os.kill(worker_of(platform), signal.SIGKILL)
    wait_until(lambda: lanes_of(staffetta) - before, 20)
    assert "started again" in platform.log


def test_killed_web_processes_are_started_again_at_the_same_address(staffetta: Installation) -> None:
    platform = staffetta.start_run()
    worker = worker_of(platform)
    web = [process for process in children(platform.pid) if process != worker]
    for process in web:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not [process for process in web if lives(process)], 10)
    wait_until(lambda: answers(platform), 30)


def test_a_port_in_use_is_an_error_in_words(staffetta: Installation) -> None:
    platform = staffetta.start_run()
    port = platform.address.rpartition(":")[2]
    second = staffetta.command("run", "--port", port)
    assert second.returncode == 1
    assert "Cannot listen" in second.stderr
    assert "Traceback" not in second.stderr
