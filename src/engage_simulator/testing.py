"""For tests and rehearsals: a simulator in a process of its own, and its control address as methods.

Nothing but the standard library is used on this side, so it can be taken into any program::

    with running("story") as engage:
        engage.fault("reset", accepted=True, match={"operation": "send_notification", "nth": 3})
        ...
        assert engage.summary()["duplicates"] == []
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

SOURCE = str(Path(__file__).resolve().parents[1])
START_SECONDS = 20.0
STOP_SECONDS = 5.0

type Row = dict[str, Any]


class ControlError(Exception):
    """The control address refused; the text is its reason."""


class Engage:
    """A simulator that runs somewhere: `url` is the part before /api/v16, `pid` its process (0 = not ours)."""

    def __init__(self, url: str, pid: int = 0) -> None:
        self.url = url.rstrip("/")
        self.pid = pid

    def control(self, method: str, path: str, body: Any = None, **query: object) -> Any:
        """One request to the control address; `path` is what follows /_control."""
        asked = {name: value for name, value in query.items() if value not in {None, ""}}
        url = f"{self.url}/_control{path}" + (f"?{urlencode(asked)}" if asked else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own simulator
                text = answer.read().decode()
                return json.loads(text) if answer.headers.get_content_type() == "application/json" else text
        except urllib.error.HTTPError as error:
            with error:
                raise ControlError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    # What was accepted

    def ledger(self, *, channel: str = "", template: str = "", after: int = 0) -> list[Row]:
        """Every accepted send, oldest first."""
        rows: list[Row] = [json.loads(line) for line in self.control("GET", "/ledger.ndjson").splitlines()]
        return [
            row
            for row in rows
            if row["sequence"] > after and channel in {"", row["channel"]} and template in {"", row["template"]}
        ]

    def summary(self, *, channel: str = "", template: str = "", after: int = 0) -> Row:
        """Counts of the ledger, and who received more than one."""
        answer: Row = self.control("GET", "/ledger/summary", channel=channel, template=template, after=after)
        return answer

    def clear_ledger(self) -> None:
        self.control("POST", "/ledger/clear")

    def requests(self, limit: int = 10_000) -> list[Row]:
        """The last requests seen, oldest first, without their keys."""
        rows: list[Row] = self.control("GET", "/requests", limit=limit)["requests"]
        return rows

    def clear_requests(self) -> None:
        self.control("POST", "/requests/clear")

    # What goes wrong

    def fault(self, kind: str, *, match: Row | None = None, times: int | None = None, **action: Any) -> str:
        """Add a fault (README.md lists the kinds); returns its id."""
        rule = {"match": match or {}, "action": {"kind": kind, **action}, "times": times}
        return str(self.control("POST", "/faults", rule)[0]["id"])

    def faults(self) -> list[Row]:
        """The rules in force, with how many requests each has `seen` and how many it `hits`."""
        rows: list[Row] = self.control("GET", "/faults")
        return rows

    def clear_faults(self) -> None:
        self.control("DELETE", "/faults")

    def held(self) -> int:
        """How many requests are kept waiting now."""
        return int(self.control("GET", "/held")["held"])

    def wait_until_held(self, count: int, seconds: float = 20.0) -> None:
        """Return as soon as that many requests are held; TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while (now := self.held()) < count:
            if time.monotonic() > end:
                raise TimeoutError(f"{now} of {count} requests are held after {seconds} s")
            time.sleep(0.02)

    def release(self, then: str = "answer") -> int:
        """Let held requests go, with their answer or by cutting them; returns how many."""
        return int(self.control("POST", "/release", {"then": then})["released"])

    def move_clock(self, *, offset_seconds: float | None = None, now: float | None = None) -> None:
        self.control("POST", "/clock", {"offset_seconds": offset_seconds or 0} if now is None else {"now": now})

    def shapes(self, **shapes: Any) -> None:
        """Set the shapes of answers; without arguments the usual ones."""
        self.control("PUT", "/shapes", shapes)

    # The account

    def reset(self, *, seed: str | None = None, world: Row | None = None) -> None:
        """Back to the seed it was started with, or to another: no ledger, no faults, the real time."""
        self.control("POST", "/reset", {"seed": seed} if seed else {"world": world} if world else {})

    def world(self, *, customers: bool = False) -> Row:
        answer: Row = self.control("GET", "/world", customers=int(customers))
        return answer

    def key(self, channel: str) -> str:
        """The API key of a channel."""
        rows = self.control("GET", "/channels")
        return str(next(row["apikey"] for row in rows if row["id"] == channel))

    def put_channel(self, **row: Any) -> Row:
        """Add or replace a channel: id, name, messenger, number, active, apikey, templates, fields, customers."""
        answer: Row = self.control("POST", "/channels", row)
        return answer

    def change_channel(self, channel: str, **changes: Any) -> Row:
        answer: Row = self.control("PATCH", f"/channels/{channel}", changes)
        return answer

    def delete_channel(self, channel: str) -> None:
        self.control("DELETE", f"/channels/{channel}")

    def revoke_key(self, channel: str) -> None:
        self.control("POST", f"/channels/{channel}/revoke-key")

    def regenerate_key(self, channel: str) -> str:
        """Give the channel another key and return it."""
        return str(self.control("POST", f"/channels/{channel}/regenerate-key")["apikey"])

    def put_template(self, channel: str, row: Row) -> None:
        """Add or replace a template of this name and language."""
        self.control("POST", f"/channels/{channel}/templates", row)

    def change_template(self, channel: str, name: str, *, language: str | None = None, **changes: Any) -> None:
        """Change members, `status` say, in all languages or in one."""
        self.control("PATCH", f"/channels/{channel}/templates/{quote(name)}", changes, language=language)

    def delete_template(self, channel: str, name: str, *, language: str | None = None) -> None:
        self.control("DELETE", f"/channels/{channel}/templates/{quote(name)}", language=language)

    def put_field(self, channel: str, row: Row) -> None:
        """Add or replace a customer field of this name."""
        self.control("POST", f"/channels/{channel}/fields", row)

    def delete_field(self, channel: str, name: str) -> None:
        self.control("DELETE", f"/channels/{channel}/fields/{quote(name)}")

    def customers(self, channel: str) -> list[Row]:
        rows: list[Row] = self.control("GET", f"/channels/{channel}/customers", limit=10**9)
        return rows

    def put_customer(self, channel: str, **row: Any) -> Row:
        """Add or replace a customer: id, name, stopped, blocked, customfields, window."""
        answer: Row = self.control("POST", f"/channels/{channel}/customers", row)
        return answer

    def change_customer(self, channel: str, customer: str, **changes: Any) -> Row:
        answer: Row = self.control("PATCH", f"/channels/{channel}/customers/{quote(customer)}", changes)
        return answer

    def delete_customer(self, channel: str, customer: str) -> None:
        self.control("DELETE", f"/channels/{channel}/customers/{quote(customer)}")

    def generate_customers(self, channel: str, count: int, *, start: int = 1) -> int:
        """Make customers, the same ones every time; returns how many are new."""
        return int(
            self.control("POST", f"/channels/{channel}/customers/generate", {"count": count, "start": start})["added"]
        )

    def write(self, channel: str, customer: str, text: str, **more: Any) -> None:
        """The person writes: it stands in the history and opens a ticket. `created`, `stop` as in README.md."""
        self.control("POST", f"/channels/{channel}/messages", {"from": customer, "text": text, **more})


@contextlib.contextmanager
def running(seed: str | Row = "story", *, port: int = 0, host: str = "127.0.0.1") -> Iterator[Engage]:
    """A simulator for the time of the block: `seed` is story, demo, a file, or a world as JSON.

    It runs in its own process on a free port and ends with the block, and also when this process dies in any way.
    RuntimeError when it does not start within 20 seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        name = seed if isinstance(seed, str) else str(_write(Path(folder, "seed.json"), seed))
        command = [sys.executable, "-m", "engage_simulator", "--die-with-parent"]
        process = subprocess.Popen(
            [*command, "--port", str(port), "--host", host, "--seed", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (SOURCE, os.environ.get("PYTHONPATH"))))},
            text=True,
        )
        try:
            yield Engage(_wait_until_up(process), process.pid)
        finally:
            _stop(process)


def _write(file: Path, seed: Row) -> Path:
    file.write_text(json.dumps(seed), encoding="utf-8")
    return file


def _wait_until_up(process: subprocess.Popen[str]) -> str:
    """The address, which is the first line the simulator prints, once it answers there."""
    end = time.monotonic() + START_SECONDS
    address = process.stdout.readline().strip() if process.stdout else ""
    if not address:
        raise RuntimeError(f"the simulator did not start (exit status {process.wait(STOP_SECONDS)})")
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            Engage(address).control("GET", "/health")
            return address
        time.sleep(0.02)
    raise RuntimeError(f"the simulator does not answer at {address}")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
