"""How fast people come in: a CSV file, or the customers of a channel. Prints one line of JSON.

    python -m bench.people import|sync [--rows N] [--postgres URL] [--profile]

SQLite, or a fresh database on the PostgreSQL server of URL. The work is done in this process, so that its memory is
what is measured. `provider_seconds` is a bare loop reading the same pages of the same simulator; a sync is judged
besides it. `again_seconds` is a second sync of the same customers, who are all unchanged by then.
"""

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.account import key_of
from bench.place import ROOT, database

CHANNEL = "31001"
KEY = key_of(0)
PAGE = 500
SEED: dict[str, Any] = {
    "channels": [{"id": CHANNEL, "name": "Prova", "messenger": "WB", "number": "390200000009", "apikey": KEY}],
    "fields": {
        CHANNEL: [
            {"name": "citta", "title": "Città", "type": "text"},
            {"name": "nato_il", "title": "Data di nascita", "type": "date"},
        ]
    },
}
MAPPING = {"Telefono": "phone", "Nome": "first_name", "Cognome": "last_name", "Citta": "citta"}
CONSENT = "Opt-in WhatsApp"
STORY: list[dict[str, Any]] = [
    {"kind": "first_name", "contact_field": "first_name"},
    {"kind": "last_name", "contact_field": "last_name"},
    {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": "if_empty"},
    {"customer_field": "nato_il", "type_seen": "date", "contact_field": "nascita"},
]


def main() -> int:
    arguments = _arguments()
    if arguments.inside:
        print(json.dumps(_measure(arguments)))
        return 0
    with tempfile.TemporaryDirectory(prefix="staffetta-bench-") as folder, database(arguments.postgres) as url:
        environment = os.environ | {
            "STAFFETTA_DATA_DIR": folder,
            "STAFFETTA_DATABASE_URL": url,
            "STAFFETTA_ALLOW_PRIVATE_ADDRESSES": "1",
            "STAFFETTA_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "staffetta.config.settings",
        }
        command = [sys.executable, "-m", "bench.people", "--inside", *sys.argv[1:]]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("import", "sync"))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--profile", action="store_true", help="print where the time goes to standard error")
    parser.add_argument("--inside", action="store_true")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from engage_simulator.testing import running

    with running(SEED) if arguments.what == "sync" else contextlib.nullcontext() as engage:
        os.environ["STAFFETTA_ENGAGE_URL"] = engage.url if engage else "http://127.0.0.1:9"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        from staffetta.work.worker import collect_rarely

        collect_rarely()  # as every worker does
        with _profiled(wanted=arguments.profile):
            told = _sync(engage, arguments.rows) if engage else _import(arguments.rows)
        return {
            "what": arguments.what,
            "database": connection.vendor,
            "rows": arguments.rows,
            **told,
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "load": round(os.getloadavg()[0], 1),
        }


@contextlib.contextmanager
def _profiled(*, wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.enable()
    yield
    profiler.disable()
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)


def _drained(work: Callable[[Any], bool]) -> tuple[float, float]:
    """Let a lane work until nothing is left; return the seconds, and those of the processor."""
    from staffetta.work.lanes import LaneContext

    context, began, busy = LaneContext("bench"), time.monotonic(), time.process_time()
    while work(context):
        pass
    return time.monotonic() - began, time.process_time() - busy


def _figures(seconds: float, busy: float, rows: int) -> dict[str, Any]:
    return {"seconds": round(seconds, 1), "rows_per_second": round(rows / seconds), "cpu_seconds": round(busy, 1)}


def _import(rows: int) -> dict[str, Any]:
    from staffetta.contacts.imports import import_file, run_import
    from staffetta.contacts.models import Contact

    path = Path(os.environ["STAFFETTA_DATA_DIR"], "people.csv")
    _write_csv(path, rows)
    began, busy = time.monotonic(), time.process_time()
    with path.open("rb") as file:
        source = import_file.accept(file, path.name, None)
    accepting, busy = time.monotonic() - began, time.process_time() - busy
    import_file.map_columns(source, MAPPING, CONSENT, "Modulo in negozio")
    import_file.start(source, None)
    seconds, taking = _drained(run_import.work)
    source.refresh_from_db()
    if (source.state, source.created, Contact.objects.count()) != ("done", rows, rows):
        raise SystemExit(f"the import ended as {source.state} {source.problem} with {source.created} contacts")
    return {**_figures(accepting + seconds, busy + taking, rows), "accepting_seconds": round(accepting, 1)}


def _write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(";".join((*MAPPING, CONSENT)) + "\n")
        for number in range(rows):
            yes = "Sì" if number % 5 else "No"
            file.write(f"+39347{number:07d};Nome {number % 977};Cognome {number % 7919};Città {number % 101};{yes}\n")


def _sync(engage: Any, rows: int) -> dict[str, Any]:
    from staffetta.channels.connection import connect
    from staffetta.channels.models import Channel
    from staffetta.channels.refreshing import refresh
    from staffetta.contacts.models import Contact
    from staffetta.sync import run as lane
    from staffetta.sync import start

    engage.generate_customers(CHANNEL, rows)
    refresh.run(connect.connect(KEY).pk)
    Channel.objects.update(pace=0)
    made = _configuration(Channel.objects.get())
    taken = []
    for _twice in range(2):
        run = start.start(made, None)
        taken.append(_drained(lane.work))
        run.refresh_from_db()
        if (run.state, run.total) != ("done", rows):
            raise SystemExit(f"the run ended as {run.state} {run.problem} after {run.total} customers")
    if Contact.objects.count() != rows:
        raise SystemExit(f"{Contact.objects.count()} contacts were made of {rows} customers")
    provider = _bare_loop(engage.url)
    return {
        **_figures(*taken[0], rows),
        "provider_seconds": round(provider, 1),
        "besides_the_provider": round(taken[0][0] - provider, 1),
        "again_seconds": round(taken[1][0], 1),
        "again_cpu_seconds": round(taken[1][1], 1),
    }


def _configuration(channel: Any) -> Any:
    from staffetta.contacts.models import ContactField
    from staffetta.sync.models import SyncConfiguration, SyncMapping

    for name, kind in (("citta", "text"), ("nascita", "date")):
        ContactField.objects.create(name=name, label=name, type=kind)
    made = SyncConfiguration.objects.create(channel=channel, name="Anagrafica")
    for position, row in enumerate(STORY):
        SyncMapping.objects.create(configuration=made, position=position, **row)
    return made


def _bare_loop(url: str) -> float:
    """Return the seconds the provider takes to give all pages to somebody who does nothing with them."""
    began, offset = time.monotonic(), 0
    while True:
        asked = f"{url}/api/v16/user?apikey={KEY}&limit={PAGE}&offset={offset}"
        with urllib.request.urlopen(asked, timeout=60) as answer:
            body = answer.read()
        count = body.count(b'"id"')
        if not count:
            return time.monotonic() - began
        offset += count


if __name__ == "__main__":
    sys.exit(main())
