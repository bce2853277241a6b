"""`staffetta demo`: the main job played through the real product against the simulator, every number checked.

Everything runs as a user would run it: the simulator and the platform in processes of their own, each step a command.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from staffetta.cli.output import Failure, fail, say
from staffetta.contacts.imports.sample import story_b_csv, story_b_mapping

LOGIN = "demo"
CHANNEL = "24001"
TEMPLATE = "novita_foto"
TEST_NUMBER = "+393299999999"
PHOTO = "https://example.com/novita.jpg"
EXPECTED_IMPORT = {"imported": 1940, "rejected": 60}
EXPECTED = {"audience": 1940, "sent": 1700, "not_sent": 240, "failed": 0, "uncertain": 0, "waiting": 0, "cancelled": 0}
START_SECONDS = 40.0
FIGURES = ("templates_available", "templates_active")


def run(args: argparse.Namespace) -> int:
    """Play the job; then leave the interface running, unless told to exit."""
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever stops the demo stops what it started
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        engage = stack.enter_context(_simulator(args.simulator_port))
        for fault in args.fault:
            _ask(f"{engage}/_control/faults", json.loads(fault))
        platform = Platform(folder, engage)
        address = stack.enter_context(platform.running(0 if args.exit and args.port == 8000 else args.port))
        right = _play(platform, engage)
        say(_("Played in %(seconds).0f seconds.") % {"seconds": time.monotonic() - begun})
        if args.exit:
            return 0 if right else 1
        say("\n" + _("The platform is running: %(address)s") % {"address": address})
        say(
            _("User name %(name)s, password %(password)s. Stop with Ctrl-C; nothing of the demo is kept.")
            % {"name": LOGIN, "password": platform.password}
        )
        platform.wait()
    return 0 if right else 1


class Platform:
    """Staffetta in a folder of its own, driven by its own commands."""

    def __init__(self, folder: Path, engage: str) -> None:
        self.folder = folder
        self.password = "staffetta-demo"  # noqa: S105  (of a platform that listens on loopback and is thrown away)
        self.environment = {
            **os.environ,
            "STAFFETTA_DATA_DIR": str(folder / "data"),
            "STAFFETTA_DATABASE_URL": "",
            "STAFFETTA_ENGAGE_URL": engage,
            "STAFFETTA_ALLOW_PRIVATE_ADDRESSES": "1",
            "STAFFETTA_SEND_PACE": "0",
        }
        self.process: subprocess.Popen[str] | None = None

    def command(self, *words: str, given: str = "") -> str:
        """Run `staffetta WORDS` and return its output; fails with what it complained of."""
        done = subprocess.run(
            [sys.executable, "-m", "staffetta", *words],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            fail(f"staffetta {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def json(self, *words: str, given: str = "") -> Any:
        return json.loads(self.command(*words, "--json", given=given))

    @contextmanager
    def running(self, port: int) -> Iterator[str]:
        """Keep `staffetta run` up for the block; yields the address of the web interface."""
        self.command("users", "create", LOGIN, "--role", "administrator", "--password-file", "-", given=self.password)
        log = (self.folder / "run.log").open("w+")
        with log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "staffetta", "run", "--port", str(port)],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
            try:
                yield self._address(self.folder / "run.log")
            finally:
                self.process.terminate()
                self.process.wait(25)

    def _address(self, log: Path) -> str:
        """Return the address the platform prints once it answers."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process and self.process.poll() is None:
            for word in log.read_text().split():
                if word.startswith("http://"):
                    return word.rstrip("/.")
            time.sleep(0.1)
        raise Failure(_("The platform did not start:") + "\n" + log.read_text()[-2000:])

    def wait(self) -> None:
        if self.process:
            self.process.wait()


def _play(platform: Platform, engage: str) -> bool:
    key = next(row["apikey"] for row in _ask(f"{engage}/_control/channels") if row["id"] == CHANNEL)
    say(_("1. Connecting a channel with its API Key"))
    platform.command("channels", "connect", "--key-file", "-", given=key)
    platform.command("channels", "refresh", "--wait")
    for row in platform.json("channels", "list"):
        say(
            f"   {row['name']} · {row['platform']} · {row['state']} · "
            + " / ".join("–" if row[name] is None else str(row[name]) for name in FIGURES)
        )
    say(_("2. Importing contacts"))
    outcome = _import(platform)
    say(_("3. Checking that a STOP is known"))
    known = _prove(platform, engage)
    say(_("4. Sending a communication"))
    report = _send(platform, outcome["id"])
    summary = _ask(f"{engage}/_control/ledger/summary")
    return _closing(outcome, report, summary) and known


def _import(platform: Platform) -> Any:
    file = platform.folder / "saldi.csv"
    file.write_bytes(story_b_csv())
    maps = [word for column, target in story_b_mapping().items() for word in ("--map", f"{column}={target}")]
    outcome = platform.json("contacts", "import", str(file), *maps, "--consent", "Opt-in WhatsApp", "--wait")
    say(
        "   "
        + _("%(imported)s imported, %(rejected)s rejected")
        % {"imported": outcome["imported"], "rejected": outcome["rejected"]}
    )
    return outcome


def _prove(platform: Platform, engage: str) -> bool:
    """Prove the chain with a test number, and that nobody was sent anything by it."""
    platform.command("channels", "test-number", CHANNEL, TEST_NUMBER)
    proof = platform.json("channels", "prove-stop", CHANNEL)
    sent = _ask(f"{engage}/_control/ledger/summary")["accepted"]
    words = _("A STOP from %(number)s: %(real)s steps made for real, %(simulated)s simulated, %(sent)s messages left.")
    counts = {"real": len(proof["real"]), "simulated": len(proof["simulated"]), "sent": sent}
    say("   " + words % {"number": TEST_NUMBER, **counts})
    say("   " + (_("The person was left out of the next communication.") if proof["works"] else str(proof["broken"])))
    return bool(proof["works"]) and not sent


def _send(platform: Platform, source: object) -> Any:
    made = platform.json(
        "communications",
        "create",
        "--name",
        "Saldi d'estate",
        "--channel",
        CHANNEL,
        "--template",
        TEMPLATE,
        "--language",
        "it",
        "--variable",
        "1=field:first_name|fallback:cliente",
        "--header-media",
        PHOTO,
        "--audience",
        f"import:{source}",
    )
    platform.command("communications", "start", str(made["id"]), "--wait", "--yes")
    return platform.json("communications", "show", str(made["id"]))


def _closing(outcome: Any, report: Any, summary: Any) -> bool:
    """Print the sum, and whether it is what it must be: by our rows and by the simulator's ledger."""
    counts = report["counts"]
    terms = " + ".join(f"{counts.get(state, 0)} {state}" for state in list(EXPECTED)[1:])
    say(_("5. The report") + f"\n   {report['audience']} = {terms}")
    for reason, number in report["reasons"].items():
        say(f"   {reason}: {number}")
    say(
        "   "
        + _("Sinch Engage accepted %(accepted)s messages for %(people)s people")
        % {"accepted": summary["accepted"], "people": summary["distinct_recipients"]}
    )
    found = {"audience": report["audience"], **{state: counts.get(state, 0) for state in list(EXPECTED)[1:]}}
    wrong = [f"{name}: {found[name]} ≠ {wanted}" for name, wanted in EXPECTED.items() if found[name] != wanted]
    wrong += [f"{name}: {outcome[name]} ≠ {n}" for name, n in EXPECTED_IMPORT.items() if outcome[name] != n]
    if sum(counts.values()) != report["audience"]:
        wrong.append(_("the sum does not close"))
    if (summary["accepted"], summary["distinct_recipients"]) != (EXPECTED["sent"], EXPECTED["sent"]):
        wrong.append(_("the ledger of the simulator is another"))
    say("   " + (_("Not as it must be: ") + "; ".join(wrong) if wrong else _("The sum closes, every number is right.")))
    return not wrong


def _ask(url: str, body: object = None) -> Any:
    """One request to the control address of our own simulator."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  (loopback only)
        return json.load(answer)


@contextmanager
def _simulator(port: int) -> Iterator[str]:
    """Keep the simulator up for the block; yields its address, the first line it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engage_simulator", "--seed", "demo", "--port", str(port), "--die-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        if not address:
            raise Failure(_("The simulator did not start."))
        say(_("Simulator of Sinch Engage: %(address)s") % {"address": address})
        yield address
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder that goes with the demo."""
    folder = Path(tempfile.mkdtemp(prefix="staffetta-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
