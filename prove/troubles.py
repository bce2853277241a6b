"""What else goes wrong in the middle of sending: one trouble at a time, then the provider's ledger against ours.

    python -m prove.troubles storm|freeze|provider|database|disk [--people N] [--seed N] [--postgres URL]

storm     cut connections (accepted or not), no answer, too fast with and without Retry-After, server errors
freeze    a worker stopped past its lease while another takes over, then woken
provider  the provider ends and comes back at the same address
database  PostgreSQL, a cluster of its own: ended at once (a crash), and in order, under full speed
disk      SQLite on a small file system that becomes full and has room again
"""

import argparse
import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engage_simulator.testing import Engage, running
from prove import stand
from tests.processes import Installation, free_port, installation, wait_until

SENDS = {"operation": "send_notification"}
LATENCY = 20
"""Milliseconds the provider takes."""
SMALL = 96
"""Megabytes of the file system that becomes full."""
FULL_SECONDS = 6.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trouble", choices=TROUBLES)
    parser.add_argument("--people", type=int, default=2000, help="of each channel's communication")
    parser.add_argument("--channels", type=int, default=2)
    return stand.run(parser, lambda asked: TROUBLES[asked.trouble](asked))


def storm(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything the way and the provider may do to a request, in a random order, while two workers send."""
    dice = random.Random(asked.seed)
    with _sending(asked, workers=2) as (engage, staffetta, _):
        for kind, action in dice.sample(STORM, len(STORM)):
            engage.fault(kind, match={**SENDS, "every": dice.randint(90, 110)}, times=4, **action)
        engage.fault("rate_limit", match={**SENDS, "after": dice.randint(200, 600)}, times=30, retry_after=1)
        engage.fault("rate_limit", match={**SENDS, "after": dice.randint(900, 1200)}, times=30)
        told = _settled(staffetta, engage, asked)
        hit = sum(row["hits"] for row in engage.faults() if row["action"]["kind"] != "latency")
    if not told["states"].get("uncertain") and not told["settled_by_history"]:
        raise stand.Disproved("nothing became uncertain")
    return {**told, "requests_hit": hit}


STORM: list[tuple[str, dict[str, Any]]] = [
    ("reset", {"accepted": True}),
    ("reset", {"accepted": False}),
    ("hang", {"accepted": True, "seconds": 5}),
    ("hang", {"accepted": False, "seconds": 5}),
    ("answer", {"status": 503, "accepted": False}),
    ("truncate", {"accepted": True}),
    ("garbage", {"accepted": True}),
]


def freeze(asked: argparse.Namespace) -> dict[str, Any]:
    """SIGSTOP past lease and sweep, another worker takes over, SIGCONT: what the first learns then is recorded."""
    with _sending(asked, workers=1) as (engage, staffetta, workers):
        _wait_for_marks(staffetta, 200)
        staffetta.freeze(workers[0])
        first = str(staffetta.rows("SELECT worker FROM deliveries_attempt LIMIT 1")[0][0])
        open_when_frozen = staffetta.rows(OPEN, first)[0][0]
        frozen_at = stand.marked(staffetta)
        stand.start_worker(staffetta)
        _wait_for_marks(staffetta, frozen_at + asked.people // 2)
        wait_until(lambda: not staffetta.rows(IN_FLIGHT, first)[0][0], 60, 0.1, "for the sweep")
        swept = staffetta.rows(OPEN, first)[0][0]
        workers[0].send(signal.SIGCONT)
        engage.clear_faults()
        told = _settled(staffetta, engage, asked)
        known, lost = open_when_frozen - staffetta.rows(OPEN, first)[0][0], staffetta.rows(LOST, first)[0][0]
    if told["holders"] < 2 or not swept:
        raise stand.Disproved("nobody took over, or nothing of the frozen worker was under way")
    if lost:
        raise stand.Disproved(f"{lost} people are not `sent` of whom the frozen worker knew that they were accepted")
    return {**told, "open_when_frozen": open_when_frozen, "recorded_after_waking": known}


OPEN = "SELECT count(*) FROM deliveries_attempt WHERE worker = %s AND answered_at IS NULL"
IN_FLIGHT = """SELECT count(*) FROM deliveries_attempt a JOIN deliveries_delivery d ON d.id = a.delivery_id
WHERE a.worker = %s AND a.answered_at IS NULL AND d.state = 'sending' AND d.attempt = a.number"""
LOST = """SELECT count(*) FROM deliveries_attempt a JOIN deliveries_delivery d ON d.id = a.delivery_id
WHERE a.worker = %s AND a.outcome = 'accepted' AND d.state <> 'sent'"""


def provider(asked: argparse.Namespace) -> dict[str, Any]:
    """The provider is held, its ledger read, it ends; another one comes up at the same address."""
    port = free_port()
    world = stand.world(asked.channels)
    with (
        running(world, port=port) as engage,
        stand.house(engage, asked.channels, asked.people, asked.postgres) as staffetta,
    ):
        stand.start_worker(staffetta)
        _wait_for_marks(staffetta, asked.people // 2)
        engage.fault("hang", match=SENDS, accepted=False)
        engage.wait_until_held(stand.CONCURRENCY)
        before = stand.received(engage)
        os.kill(engage.pid, signal.SIGKILL)
        time.sleep(2)
        with running(world, port=port) as again:
            stand.wait_until_settled(staffetta, 120 + asked.people * asked.channels / 100)
            told = stand.judge(staffetta, before + stand.received(again), asked.people * asked.channels)
    if not told["states"].get("uncertain"):
        raise stand.Disproved("nothing became uncertain")
    return {**told, "accepted_before": before.total()}


def database(asked: argparse.Namespace) -> dict[str, Any]:
    """A cluster of our own ends as in a crash, comes back, ends in order, comes back, while two workers send."""
    dice = random.Random(asked.seed)
    with _cluster() as (url, restart):
        asked.postgres = url
        with _sending(asked, workers=2) as (engage, staffetta, _):
            for mode in ("immediate", "fast", "immediate"):
                _wait_for_marks(staffetta, stand.marked(staffetta) + dice.randint(50, asked.people // 3))
                restart(mode)
            return _settled(staffetta, engage, asked)


def disk(asked: argparse.Namespace) -> dict[str, Any]:
    """The data folder lies on a file system of a few megabytes, which somebody else fills for some seconds."""
    os.environ["STAFFETTA_DATABASE_URL"] = ""
    with (
        running(stand.world(asked.channels)) as engage,
        installation(STAFFETTA_ENGAGE_URL=engage.url, **stand.SETTINGS) as staffetta,
        _small_disk(staffetta.data) as how,
    ):
        stand.start(staffetta, asked.channels, asked.people)
        worker = stand.start_worker(staffetta)
        _wait_for_marks(staffetta, asked.people // 4)
        _fill(staffetta.data)
        left = stand.unsettled(staffetta)
        if not left:
            raise stand.Disproved("everybody was settled before the disk was full")
        (staffetta.data / "filler").unlink()
        told = _settled(staffetta, engage, asked)
        if "full" not in worker.log:
            raise stand.Disproved("the worker never met a full disk")
    return {**told, "how": how, "left_when_full": left}


def _fill(folder: Path) -> None:
    """Take every free block for some seconds."""
    end = time.monotonic() + FULL_SECONDS
    with (folder / "filler").open("ab", buffering=0) as filler:
        while time.monotonic() < end:
            try:
                filler.write(b"\0" * 4096)
            except OSError:
                time.sleep(0.02)


@contextmanager
def _small_disk(folder: Path) -> Iterator[str]:
    """Lay a small file system over the folder; what lies in it is copied."""
    kept = folder.with_name("kept")
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        raise SystemExit("a small file system wants the right to mount one (root)")
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield f"tmpfs of {SMALL} MB"
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@contextmanager
def _cluster() -> Iterator[tuple[str, Callable[[str], None]]]:
    """Give the URL of a PostgreSQL cluster of our own and what restarts it; run by an unprivileged user."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="staffetta-cluster-") as folder:
        user = None if os.geteuid() else "postgres"
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data, port = f"{folder}/data", free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"

        def ask(*words: str) -> None:
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)

        def control(*words: str) -> None:
            ask(f"{programs}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", *words)

        ask(f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "root")
        control("-o", options, "start")
        try:
            address = f"postgresql://root@127.0.0.1:{port}/postgres"
            yield address, lambda mode: control("-m", mode, "-o", options, "restart")
        finally:
            control("-m", "immediate", "stop")


def _programs() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "")]
    if not found[-1].name:
        raise SystemExit("no initdb here: PostgreSQL's server programs are wanted")
    return str(found[-1].parent)


@contextmanager
def _sending(asked: argparse.Namespace, workers: int) -> Iterator[tuple[Engage, Installation, list[Any]]]:
    with (
        running(stand.world(asked.channels)) as engage,
        stand.house(engage, asked.channels, asked.people, asked.postgres) as staffetta,
    ):
        engage.fault("latency", match=SENDS, ms=LATENCY)
        yield engage, staffetta, [stand.start_worker(staffetta) for _ in range(workers)]


def _settled(staffetta: Installation, engage: Engage, asked: argparse.Namespace) -> dict[str, Any]:
    everybody = asked.people * asked.channels
    stand.wait_until_settled(staffetta, 120 + everybody / 100)
    told = stand.judge(staffetta, stand.received(engage), everybody)
    history = staffetta.rows("SELECT count(*) FROM deliveries_delivery WHERE settled_by = 'history'")[0][0]
    holders = staffetta.rows("SELECT count(DISTINCT fence) FROM deliveries_attempt")[0][0]
    return {**told, "settled_by_history": int(history), "holders": int(holders)}


def _wait_for_marks(staffetta: Installation, number: int) -> None:
    def reached() -> bool:
        return stand.marked(staffetta) >= number or not stand.unsettled(staffetta)

    wait_until(reached, 120, 0.02, f"for {number} marks")


TROUBLES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "storm": storm,
    "freeze": freeze,
    "provider": provider,
    "database": database,
    "disk": disk,
}

if __name__ == "__main__":
    sys.exit(main())
