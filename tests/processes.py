"""Real processes of the platform, each installation with a data folder and a database of its own.

`with installation() as staffetta:` gives commands, workers and the whole platform in processes; on leaving, whatever
was started is ended. The database is SQLite, or a fresh one on the server of STAFFETTA_DATABASE_URL when the suite runs
on PostgreSQL.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.clerk import Clerk
from tests.template import administer, new_name, server, template

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0


def wait_until[T](true: Callable[[], T | None], seconds: float = 20.0, every: float = 0.02, what: str = "") -> T:
    """Return what `true()` gives as soon as it is true; AssertionError when it is not after `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < end, f"waited {seconds} s in vain {what or 'for it'}"
        time.sleep(every)
    return answer


def _stands_still(pid: int) -> bool:
    """Say whether every thread of a process is stopped."""
    stats = (task / "stat" for task in Path(f"/proc/{pid}/task").iterdir())
    return all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in stats)


def free_port() -> int:
    """Return a port nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def lives(process: int) -> bool:
    """Say whether a process exists and is not just waiting to be buried."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def children(process: int) -> list[int]:
    """Return the numbers of all processes below one, at any depth."""
    found: list[int] = []
    for path in Path("/proc").glob(f"{process}/task/*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, path.read_text().split()):
                found += [child, *children(child)]
    return found


class Started:
    """A process that was started here, in a process group of its own; its output goes to a file."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as out:
            self.popen = subprocess.Popen(
                arguments, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, cwd=ROOT
            )
        self.pid = self.popen.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process alone."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End this process alone, as a crash would."""
        self.popen.kill()
        self.popen.wait()

    def stop(self, within: float = 20.0) -> int:
        """Ask to stop and return the exit status; subprocess.TimeoutExpired when it takes longer."""
        self.popen.terminate()
        return self.popen.wait(within)

    def wait_for(self, text: str, seconds: float = START_SECONDS) -> None:
        """Wait until the output holds `text`; AssertionError with the output if it ends or stays silent."""
        try:
            wait_until(lambda: text in self.log or self.popen.poll() is not None, seconds)
        except AssertionError:
            raise AssertionError(f"{text!r} was not said within {seconds} s, but:\n{self.log}") from None
        assert text in self.log, f"ended with {self.popen.poll()} before saying {text!r}:\n{self.log}"

    def end(self) -> None:
        """End the whole group, whatever state it is in."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGCONT)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()


class Platform(Started):
    """A whole `staffetta run`: `address` is where its pages are."""

    @property
    def address(self) -> str:
        found = re.search(r"http://[\w.\[\]:]+\d", self.log)
        assert found, self.log
        return found.group()

    @property
    def setup_link(self) -> str:
        """The administrator's link; "" if none was printed."""
        found = re.search(r"http://\S+/setup/\S+", self.log)
        return found.group() if found else ""


SET_UP = """
import django
from staffetta.config.loading import without_rubbish
with without_rubbish():
    django.setup()
"""
LEAVE = """
import os, sys
from django.db import connections
connections.close_all()
sys.stdout.flush()
os._exit(0)
"""


class Installation:
    """A data folder and a database, and the commands that use them."""

    def __init__(self, folder: Path, database_url: str, settings: dict[str, str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.database_url = database_url
        own = {name: value for name, value in os.environ.items() if not name.startswith(("STAFFETTA_", "DJANGO_"))}
        self.environment = {
            **own,
            "STAFFETTA_DATA_DIR": str(self.data),
            "STAFFETTA_DATABASE_URL": database_url,
            "STAFFETTA_LANGUAGE": "en",
            "STAFFETTA_ALLOW_PRIVATE_ADDRESSES": "1",
            "STAFFETTA_ENGAGE_URL": "http://127.0.0.1:9",
            "PYTHONPATH": str(ROOT / "src"),
            **settings,
        }
        self.clerk: Clerk | None = None
        self._started: list[Started] = []

    def hire(self) -> None:
        """Have all further commands run by a clerk: for many of them, none of which changes the settings."""
        self.clerk = Clerk(self._with_django(), ROOT)

    @property
    def on_sqlite(self) -> bool:
        return not self.database_url

    def command(
        self, *arguments: str, typed: str | None = None, seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end; whatever its status."""
        if self.clerk:
            return self.clerk.command([*arguments], typed, seconds)
        return subprocess.run(
            [sys.executable, "-m", "staffetta", *arguments],
            env=self.environment, input=typed, capture_output=True, text=True, timeout=seconds, cwd=ROOT, check=False,
        )  # fmt: skip

    def ok(self, *arguments: str, typed: str | None = None, seconds: float = 120) -> str:
        """Run one command that must succeed and return what it said on standard output."""
        done = self.command(*arguments, typed=typed, seconds=seconds)
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments: str, typed: str | None = None) -> Any:
        """Run one command with --json and return what its standard output holds."""
        return json.loads(self.ok(*arguments, "--json", typed=typed))

    def python(self, code: str, *arguments: str, seconds: float = 120) -> str:
        """Run code with Django set up, in a process, and return what it printed.

        The process ends at once, as every command does (`cli.main.program`): the HTTP client's threads may still touch
        an interpreter that is being taken down; measured, 2 of 100 such processes ended with SIGSEGV.
        """
        whole = f"{SET_UP}\n{code}\n{LEAVE}"
        if self.clerk:
            done = self.clerk.python(whole, [*arguments], seconds)
        else:
            done = subprocess.run(
                [sys.executable, "-c", whole, *arguments],
                env=self._with_django(), capture_output=True, text=True, timeout=seconds, cwd=ROOT, check=False,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_python(self, code: str, *arguments: str, name: str = "python") -> Started:
        """Start code with Django set up and leave it running."""
        whole = [sys.executable, "-u", "-c", f"{SET_UP}\n{code}", *arguments]
        return self._keep(Started(whole, self._with_django(), self._log(name)))

    def start_command(self, *arguments: str) -> Started:
        """Start one command and leave it running."""
        whole = [sys.executable, "-m", "staffetta", *arguments]
        return self._keep(Started(whole, self.environment, self._log(arguments[0])))

    def start_worker(self, *arguments: str, **settings: str) -> Started:
        """Start `staffetta worker` and wait until its lanes run."""
        whole = [sys.executable, "-m", "staffetta", "worker", *arguments]
        started = self._keep(Started(whole, {**self.environment, **settings}, self._log("worker")))
        started.wait_for(" runs ")
        return started

    def start_sender(self) -> Started:
        """Start a worker of the lanes that sending needs, where a test wants several: 15 connections, and not 25."""
        return self.start_worker("--lanes", "plan,dispatch,watch,look_up,sweep")

    def start_run(self, *arguments: str, **settings: str) -> Platform:
        """Start `staffetta run` on a free port and wait until its pages answer."""
        whole = [sys.executable, "-m", "staffetta", "run", "--port", "0", *arguments]
        started = Platform(whole, {**self.environment, **settings}, self._log("run"))
        self._keep(started)
        started.wait_for("http://")  # whatever the language
        return started

    def start_pages(self) -> str:
        """Start one more server of the pages, without lanes, and return its address once it listens.

        Lanes hold 25 connections, and PostgreSQL gives 100 to everybody who tests at the same time.
        """
        port = free_port()
        whole = [sys.executable, "-m", "staffetta.work.web", "127.0.0.1", str(port)]
        started = self._keep(Started(whole, self._with_django(), self._log("pages")))
        wait_until(lambda: started.popen.poll() is not None or _listens(port), START_SECONDS, what="for the pages")
        return f"http://127.0.0.1:{port}"

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a statement (placeholders: %s); a write is committed."""
        if not self.on_sqlite:
            with psycopg.connect(self.database_url) as link:
                cursor = link.execute(query.encode(), values)
                return cursor.fetchall() if cursor.description else []
        plain = sqlite3.connect(self.data / "staffetta.sqlite3", timeout=20)
        try:
            with plain:
                return plain.execute(query.replace("%s", "?"), values).fetchall()
        finally:
            plain.close()

    def freeze(self, started: Started) -> None:
        """Stop a process where it stands, outside of a transaction; nobody else may be writing.

        A process stopped in the middle of a write holds the write lock of SQLite, or rows of PostgreSQL, until it goes
        on: then nobody can take over, on any system.
        """

        def stopped_outside() -> bool:
            started.send(signal.SIGSTOP)
            # A thread in the middle of a call of the system ends it first, and may take the lock by it.
            wait_until(lambda: _stands_still(started.pid), 10, 0.001, "for a process to stand still")
            if self._nobody_writes():
                return True
            started.send(signal.SIGCONT)
            return False

        wait_until(stopped_outside, 20, 0.01, "for a moment between two transactions")

    def end(self) -> None:
        """End whatever was started here."""
        if self.clerk:
            self.clerk.end()
            self.clerk = None
        while self._started:
            self._started.pop().end()

    def _nobody_writes(self) -> bool:
        if not self.on_sqlite:
            busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
            return int(self.rows(f"{busy} AND pid <> pg_backend_pid()")[0][0]) == 0
        link = sqlite3.connect(self.data / "staffetta.sqlite3", timeout=0.2, isolation_level=None)
        try:
            link.execute("BEGIN IMMEDIATE")
            link.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            link.close()
        return True

    def _with_django(self) -> dict[str, str]:
        return {**self.environment, "DJANGO_SETTINGS_MODULE": "staffetta.config.settings"}

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}-{secrets.token_hex(3)}.log"

    def _keep[S: Started](self, started: S) -> S:
        self._started.append(started)
        return started


@contextmanager
def installation(*, empty: bool = False, **settings: str) -> Iterator[Installation]:
    """Give a fresh installation; `empty` has not even tables. Take everything away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="staffetta-installation-"))
    try:
        with _database(empty=empty) as url:
            made = Installation(folder, url, settings)
            if not empty and not url:
                made.data.mkdir(mode=0o700)
                shutil.copy(template(), made.data / "staffetta.sqlite3")
            try:
                yield made
            finally:
                made.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(*, empty: bool) -> Iterator[str]:
    """Give the URL of a fresh database on the suite's PostgreSQL; "" means SQLite in the data folder."""
    if not server():
        yield ""
        return
    name = new_name()
    pattern = "" if empty else f' TEMPLATE "{template()}"'
    administer(f'CREATE DATABASE "{name}"{pattern}')
    try:
        yield f"{server().rpartition('/')[0]}/{name}"
    finally:
        administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
