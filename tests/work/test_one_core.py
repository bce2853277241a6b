"""Each worker has a core of its own, as long as there are some; the threads it starts stay there."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CROWD = f"test-{secrets.token_hex(8)}"
PROGRAM = """
import os, threading
from staffetta.work import one_core
core, told = one_core.settle(CROWD), []
thread = threading.Thread(target=lambda: told.append(sorted(os.sched_getaffinity(0))))
thread.start(); thread.join()
print(core, told[0], flush=True)
input()
"""


@pytest.fixture(autouse=True)
def two_cores() -> None:
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs Linux and two cores")


@contextmanager
def process(cores: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run one in a process that has these cores."""
    allowed = f"import os; os.sched_setaffinity(0, {{{cores}}})\nCROWD = {CROWD!r}\n"
    with subprocess.Popen(
        [sys.executable, "-c", allowed + PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout
        try:
            yield started, started.stdout.readline().strip()
        finally:
            started.kill()


def test_two_have_two_cores_and_a_third_none() -> None:
    first, second = sorted(os.sched_getaffinity(0))[-2:]
    with process(f"{first}, {second}") as (_one, told), process(f"{first}, {second}") as (_two, also):
        assert {told, also} == {f"{first} [{first}]", f"{second} [{second}]"}
        with process(f"{first}, {second}") as (_three, nothing):
            assert nothing == f"None [{first}, {second}]"


def test_a_killed_one_gives_its_core_back() -> None:
    first, second = sorted(os.sched_getaffinity(0))[-2:]
    with process(f"{first}, {second}") as (one, told):
        one.kill()
        one.wait()
    with process(f"{first}, {second}") as (_next, again):
        assert again == told


def test_on_one_core_nothing_is_done() -> None:
    only = max(os.sched_getaffinity(0))
    with process(str(only)) as (_one, told):
        assert told == f"None [{only}]"
