"""One Celery task per message, with `requests`, on Redis: how such platforms are usually built.

    python -m bench.celery_baseline [--messages N]

Celery as it comes: a process per core, a task per message, no ledger of its own. A Redis of its own is started. Prints
one line of JSON, or why it is skipped.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import account, sink
from tests.processes import ROOT, free_port

NEEDED = ("celery", "redis", "requests", "packaging")
OWN = ROOT / "build" / "bench-celery"
TASKS = """
import os
import requests
from celery import Celery
app = Celery("baseline", broker=os.environ["BASELINE_BROKER"])
@app.task(ignore_result=True, acks_late=True)
def send(body):
    requests.post(os.environ["BASELINE_URL"], data=body, headers={"Content-Type": "application/json"}, timeout=10)
"""
FILL = """
import sys
sys.path.insert(0, ".")
from baseline import app, send
from bench.loop import body
with app.connection_for_write() as link:
    for number in range(int(sys.argv[1])):
        send.apply_async((body(sys.argv[2], number).decode(),), connection=link)
"""
LONGEST = 300.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.messages)))


def measure(messages: int) -> dict[str, Any]:
    """Return the messages per second, or `skipped` with the reason."""
    if shutil.which("redis-server") is None:
        return {"skipped": "no redis-server here"}
    python = _python()
    if python is None:
        return {"skipped": f"{', '.join(NEEDED)} are not here and could not be installed into {OWN}"}
    with tempfile.TemporaryDirectory() as folder, sink.running() as provider, _redis(folder) as broker:
        Path(folder, "baseline.py").write_text(TASKS)
        environment = {
            **os.environ,
            "BASELINE_BROKER": broker,
            "BASELINE_URL": f"{provider.url}/api/v16/chat/notification",
            "PYTHONPATH": f"{folder}:{ROOT}",
        }
        _run(
            [python, "-c", FILL.replace("from bench.loop import body", _body()), str(messages), account.key_of(0)],
            environment,
        )
        return {"messages": messages, "per_second": round(_work(python, environment, provider, messages), 1)}


def _body() -> str:
    """The loop's body without the loop's client, which this Python may not have."""
    source = Path(__file__).with_name("loop.py").read_text()
    start = source.index("def body(")
    return "import json\n" + source[start : source.index("\n\n\n", start)]


def _python() -> str | None:
    """A Python that has Celery, Redis' client and requests: this one, or one of its own made on first use."""
    if all(importlib.util.find_spec(name) for name in NEEDED):
        return sys.executable
    own = str(OWN / "bin" / "python")
    if not Path(own).exists():
        with contextlib.suppress(subprocess.SubprocessError, OSError):
            subprocess.run([sys.executable, "-m", "venv", str(OWN)], check=True, timeout=60)
            subprocess.run(
                [own, "-m", "pip", "install", "-q", *NEEDED], stderr=subprocess.DEVNULL, check=True, timeout=180
            )
    known = subprocess.run([own, "-c", f"import {', '.join(NEEDED)}"], check=False, stderr=subprocess.DEVNULL)
    if known.returncode:
        shutil.rmtree(OWN, ignore_errors=True)
        return None
    return own


@contextmanager
def _redis(folder: str) -> Iterator[str]:
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _run(words: list[str], environment: dict[str, str]) -> None:
    subprocess.run(words, env=environment, check=True, timeout=LONGEST, cwd=environment["PYTHONPATH"].split(":")[0])


def _work(python: str, environment: dict[str, str], provider: sink.Sink, messages: int) -> float:
    """Return the messages a second between the first hundred and the last."""
    words = [python, "-m", "celery", "-A", "baseline", "worker", "--loglevel", "ERROR"]
    folder = environment["PYTHONPATH"].split(":")[0]
    process = subprocess.Popen(words, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return _rate(provider, messages)
    finally:
        process.terminate()
        process.wait(60)


def _rate(provider: sink.Sink, messages: int) -> float:
    began, first, end = 0.0, 0, time.monotonic() + LONGEST
    while (accepted := provider.summary()["accepted"]) < messages:
        if not began and accepted >= 100:
            began, first = time.monotonic(), accepted
        if time.monotonic() > end:
            raise SystemExit(f"Celery sent {accepted} of {messages} in {LONGEST:.0f} s")
        time.sleep(0.05)
    return float(messages - first) / (time.monotonic() - began)


if __name__ == "__main__":
    main()
