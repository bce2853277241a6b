"""How fast dispatch is, durable, beside a bare client loop against the same simulator.

    python -m bench.dispatch [--messages N] [--concurrency N] [--postgres URL] [--latency MS]

SQLite, or a fresh database on the PostgreSQL server of URL. Prints one line of JSON; the ratio is taken in one run.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

LINGER = 0.2
ROOT = Path(__file__).resolve().parents[1]
KEY = "0123456789abcdef0123456789abcdef_31001_00112233445566778899aabb"
SEED = {
    "channels": [{"id": "31001", "name": "Prova", "messenger": "WB", "number": "390200000009", "apikey": KEY}],
    "templates": {
        "31001": [
            {
                "name": "saluto",
                "language": "it",
                "status": "approved",
                "category": "UTILITY",
                "components": [{"type": "BODY", "text": "Ciao {{1}}, benvenuto."}],
            }
        ]
    },
}


def main() -> int:
    arguments = _arguments()
    if arguments.inside:
        print(json.dumps(_measure(arguments)))
        return 0
    with tempfile.TemporaryDirectory(prefix="staffetta-bench-") as folder, _database(arguments.postgres) as url:
        environment = os.environ | {
            "STAFFETTA_DATA_DIR": folder,
            "STAFFETTA_DATABASE_URL": url,
            "STAFFETTA_SEND_CONCURRENCY": str(arguments.concurrency),
            "STAFFETTA_SEND_PACE": "0",
            "STAFFETTA_SEND_LINGER": str(LINGER),
            "STAFFETTA_ALLOW_PRIVATE_ADDRESSES": "1",
            "STAFFETTA_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "staffetta.config.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.dispatch", "--inside", *sys.argv[1:]], env=environment, cwd=ROOT, check=False
        )
        return done.returncode


@contextmanager
def _database(server: str) -> Iterator[str]:
    if not server:
        yield ""
        return
    name = f"staffetta_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--latency", type=int, default=0)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--inside", action="store_true")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from engage_simulator.testing import running

    with running(SEED) as engage:
        os.environ["STAFFETTA_ENGAGE_URL"] = engage.url
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        if arguments.latency:
            engage.fault("latency", ms=arguments.latency)
        communication, planning = _plan(arguments.messages)
        loop = _loop(engage.url, min(arguments.messages, 20_000), arguments.concurrency)
        engage.clear_ledger()
        seconds = _dispatch(profile=arguments.profile)
        summary = engage.summary()
        from staffetta.deliveries.counts import counts_of, reconcile

        rate = arguments.messages / seconds
        return {
            "database": connection.vendor,
            "messages": arguments.messages,
            "concurrency": arguments.concurrency,
            "latency_ms": arguments.latency,
            "planned_per_second": round(arguments.messages / planning),
            "dispatched_per_second": round(rate),
            "loop_per_second": round(loop),
            "of_the_loop": round(rate / loop, 2),
            "ledger": {name: value for name, value in summary.items() if name in ("accepted", "duplicates", "total")},
            "counts": {f"{state} {reason}".strip(): n for (state, reason), n in counts_of(communication).items()},
            "counters_wrong": len(reconcile([communication])),
        }


def _plan(messages: int) -> tuple[int, float]:
    from staffetta.channels.models import Channel, Template, TemplateVariant
    from staffetta.channels.seal import digest, seal
    from staffetta.communications.models import Communication
    from staffetta.contacts import consent
    from staffetta.contacts.models import Contact
    from staffetta.deliveries import plan
    from staffetta.work.clock import now

    channel = Channel.objects.create(
        provider_id="31001",
        name="Prova",
        platform="whatsapp",
        state="connected",
        sealed_key=seal(KEY),
        key_digest=digest(KEY),
        pace=0,
    )
    row = SEED["templates"]["31001"][0]  # type: ignore[index]  # the literal above
    template = Template.objects.create(channel=channel, name="saluto")
    variant = TemplateVariant.objects.create(
        template=template,
        language="it",
        language_raw="it",
        status="approved",
        category="UTILITY",
        components=row["components"],
        variables=[{"key": "1", "component": "body", "kind": "text"}],
        fingerprint="f",
    )
    Contact.objects.bulk_create(
        (Contact(first_name=f"Nome {n}", phone=f"+39333{n:07d}") for n in range(messages)), batch_size=5000
    )
    ids = list(Contact.objects.values_list("pk", flat=True))
    for start in range(0, len(ids), 5000):
        consent.record(ids[start : start + 5000], "whatsapp", consent.BOTH, "yes", "import")
    communication = Communication.objects.create(
        name="Prova",
        channel=channel,
        variant=variant,
        state="planning",
        accepted_revision=variant.revision,
        accepted_fingerprint="f",
        mapping={"1": {"source": "field:first_name", "fallback": "cliente"}},
        start_asked_at=now(),
    )
    plan.before_plan.clear()
    began = time.monotonic()
    while plan.plan(communication.pk):
        pass
    return communication.pk, time.monotonic() - began


def _dispatch(*, profile: bool) -> float:
    from staffetta.deliveries import dispatch
    from staffetta.work.lanes import LaneContext

    context = LaneContext("bench")
    if profile:
        import cProfile
        import pstats

        profiler = cProfile.Profile()
        profiler.enable()
    began = time.monotonic()
    while dispatch.work(context):
        pass
    seconds = time.monotonic() - began - LINGER
    if profile:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(30)
    return seconds


def _loop(url: str, messages: int, concurrency: int) -> float:
    from staffetta.channels import gateway
    from staffetta.channels.models import Channel
    from staffetta.connectors.messages import Notification

    async def main() -> float:
        async with gateway.open(channel) as connector:
            left = iter(range(messages))

            async def one() -> None:
                for n in left:
                    await connector.send_notification(Notification(f"39333{n:07d}", "saluto", "it", (f"Nome {n}",)))

            began = time.monotonic()
            await asyncio.gather(*(one() for _ in range(concurrency)))
            return messages / (time.monotonic() - began)

    del url
    channel = Channel.objects.get()
    return asyncio.run(main())


if __name__ == "__main__":
    sys.exit(main())
