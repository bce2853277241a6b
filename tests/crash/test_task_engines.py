"""The main job on another task engine: the real product, the engine's own worker, its real broker cut in the middle.

Redis is started here, on a free port. RabbitMQ takes seconds to start: the machine's is used, in a queue of our own.
"""

import contextlib
import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from engage_simulator.testing import Engage, running
from tests import parts
from tests.processes import Installation, Platform, free_port, installation, wait_until
from tests.proxy import Proxy, proxy_to

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]

CHANNEL = "24001"
ROWS = [f"Anna{number};+3934720{number:05};Sì" for number in range(60)]
HEADINGS = ("--map", "nome=first_name", "--map", "cellulare=phone", "--consent", "Opt-in WhatsApp")
MINUTE_LATER = (
    "UPDATE channels_refresh SET beat_at = %s WHERE state = 'waiting'",
    "UPDATE work_lease SET expires_at = %s WHERE name = 'sweep:stuck refreshes'",
)
LONG_AGO = "2020-01-01 00:00:00"


@contextmanager
def redis() -> Iterator[Proxy]:
    """Give the way to a Redis server of our own."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="staffetta-redis-") as folder:
        words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        try:
            wait_until(lambda: parts.listens("127.0.0.1", port), 10)
            with proxy_to(port) as proxy:
                yield proxy
        finally:
            server.terminate()
            server.wait(10)


@contextmanager
def rabbitmq() -> Iterator[Proxy]:
    """Give the way to the machine's RabbitMQ."""
    host, port = parts.rabbitmq_address()
    with proxy_to(port, host) as proxy:
        yield proxy


def forget_queue(staffetta: Installation) -> None:
    """Take our queue away from the machine's RabbitMQ."""
    staffetta.environment["STAFFETTA_BROKER_URL"] = parts.rabbitmq_url()
    staffetta.python(
        "from staffetta.work.celery_app import app\n"
        "with app.connection_for_write() as link:\n"
        "    channel = link.default_channel\n"
        "    channel.queue_delete(app.conf.task_default_queue)\n"
        "    channel.exchange_delete(app.conf.task_default_queue)"
    )


def healthy(platform: Platform) -> bool:
    """Say whether every lane runs, the jobs' among them, by the address that monitors ask."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{platform.address}/health", timeout=5) as answer:
        return bool(json.load(answer)["lanes"]["jobs"] == "ok")
    return False


class Journey:
    """Connect, refresh, import, send, report: each step a command, as a person would give it."""

    def __init__(self, staffetta: Installation, engage: Engage, folder: Path) -> None:
        self.staffetta = staffetta
        self.engage = engage
        self.folder = folder

    def connect(self) -> None:
        key = next(row["apikey"] for row in self.engage.control("GET", "/channels") if row["id"] == CHANNEL)
        self.staffetta.ok("channels", "connect", "--key-file", "-", typed=key)
        assert self.channel()["state"] == "connected"
        assert self.channel()["templates_available"] > 0

    def channel(self) -> dict[str, Any]:
        rows: list[dict[str, Any]] = self.staffetta.json("channels", "list")
        return next(row for row in rows if row["id"] == CHANNEL)

    def bring_contacts(self) -> str:
        file = self.folder / "people.csv"
        file.write_text("\n".join(["nome;cellulare;Opt-in WhatsApp", *ROWS]))
        done = self.staffetta.json("contacts", "import", str(file), *HEADINGS, "--wait")
        assert done["imported"] == len(ROWS)
        return str(done["id"])

    def send(self, source: str) -> None:
        made = self.staffetta.json(
            "communications", "create", "--name", "Saldi", "--channel", CHANNEL, "--template", "novita_foto",
            "--language", "it", "--variable", "1=field:first_name|fallback:cliente",
            "--header-media", "https://example.com/novita.jpg", "--audience", f"import:{source}",
        )  # fmt: skip
        self.staffetta.ok("communications", "start", str(made["id"]), "--wait", "--yes")
        report = self.staffetta.json("communications", "show", str(made["id"]))
        assert report["counts"]["sent"] == report["audience"] == len(ROWS)
        assert len(self.engage.ledger(channel=CHANNEL)) == len(ROWS)

    def refreshes(self, state: str) -> int:
        return int(self.staffetta.rows("SELECT count(*) FROM channels_refresh WHERE state = %s", state)[0][0])

    def a_minute_passes(self) -> None:
        """Let the sweep see what has been silent for a minute now instead of in a minute."""
        for statement in MINUTE_LATER:
            self.staffetta.rows(statement, LONG_AGO)


def play(engine: str, broker: Proxy, url: str, folder: Path) -> None:
    settings: dict[str, Any] = {"STAFFETTA_TASKS": engine, "STAFFETTA_BROKER_URL": url, "STAFFETTA_SEND_PACE": "0"}
    with ExitStack() as stack:
        engage = stack.enter_context(running(seed="demo"))
        staffetta = stack.enter_context(installation(STAFFETTA_ENGAGE_URL=engage.url, **settings))
        if engine == "celery":
            stack.callback(forget_queue, staffetta)
        stack.callback(staffetta.end)
        platform = staffetta.start_run()
        journey = Journey(staffetta, engage, folder)
        journey.connect()
        wait_until(lambda: healthy(platform), 10, 0.2, what="for the engine's worker to be seen")
        assert not staffetta.rows("SELECT * FROM django_tasks_database_dbtaskresult"), "no job passes our database"

        broker.cut()
        begun = time.monotonic()
        staffetta.ok("channels", "refresh")
        assert time.monotonic() - begun < 20, "whoever asks does not wait for a broker that is away"
        journey.send(journey.bring_contacts())
        assert journey.refreshes("waiting") == 1, "what could not be handed over stays"

        broker.mend()
        journey.a_minute_passes()
        wait_until(lambda: journey.refreshes("done") == 2, 40, 0.2, what="for the sweep")
        staffetta.ok("channels", "refresh", "--wait", seconds=40)
        assert journey.refreshes("done") == 3
        assert platform.stop() == 0, platform.log


@pytest.mark.redis
def test_the_main_job_passes_on_rq_with_its_broker_cut_in_the_middle(tmp_path: Path) -> None:
    with redis() as broker:
        play("rq", broker, f"redis://127.0.0.1:{broker.port}/0", tmp_path)


@pytest.mark.rabbitmq
def test_the_main_job_passes_on_celery_with_its_broker_cut_in_the_middle(tmp_path: Path) -> None:
    with rabbitmq() as broker:
        play("celery", broker, parts.rabbitmq_url(port=broker.port), tmp_path)


def test_the_database_needs_no_worker_of_an_engine() -> None:
    with installation() as staffetta:
        refused = staffetta.command("jobs")
        assert refused.returncode == 1
        assert "staffetta worker" in refused.stderr


def test_an_address_that_is_none_of_the_engine_is_refused_with_its_form() -> None:
    with installation(STAFFETTA_TASKS="rq", STAFFETTA_BROKER_URL="http://broker") as staffetta:
        refused = staffetta.command("jobs")
        assert refused.returncode == 1
        assert "redis://user:password@host:port/number" in refused.stderr
