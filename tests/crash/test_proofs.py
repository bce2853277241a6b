"""The long proofs in short form: the same programs as `make prove`, on the suite's database."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.processes import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]


def proved(*words: str) -> dict[str, Any]:
    """Run one proof; return what it found, which must not be a disproof."""
    server = os.environ.get("STAFFETTA_DATABASE_URL", "")
    where = ["--postgres", server] if server.startswith("postgres") else []
    done = subprocess.run(
        [sys.executable, "-m", *words, "--seed", "7", *where],
        capture_output=True, text=True, cwd=ROOT, timeout=400, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, told
    return told


def test_five_workers_killed_at_random_moments_lose_nobody_and_repeat_nobody() -> None:
    told = proved("prove.kills", "--kills", "5", "--channels", "3", "--people", "1500", "--workers", "2")
    assert told["kills"] == 5
    assert told["without_answer"] > 0


def test_a_frozen_worker_doubles_nobody_while_another_takes_over() -> None:
    told = proved("prove.troubles", "freeze", "--people", "1500")
    assert told["holders"] >= 2


def test_imports_syncs_and_writings_back_killed_five_times_each_end_as_if_undisturbed() -> None:
    told = proved("prove.people", "--kills", "15")
    assert told["kills"] == {"import": 5, "sync": 5, "write-back": 5}
    assert told["writes_answered"] == told["writes"]
