"""Where measurements are taken: an installation of its own, with what a process used read from the kernel."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.processes import ROOT, Installation, installation

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def place(postgres: str, **settings: str) -> Iterator[Installation]:
    """Give a fresh installation on SQLite, or on the PostgreSQL server of that URL, with the shipped settings."""
    before = os.environ.get("STAFFETTA_DATABASE_URL")
    os.environ["STAFFETTA_DATABASE_URL"] = postgres
    path = f"{ROOT}:{ROOT / 'src'}"
    try:
        with installation(PYTHONPATH=path, STAFFETTA_LOG_LEVEL="INFO", **settings) as made:
            yield made
    finally:
        if before is None:
            del os.environ["STAFFETTA_DATABASE_URL"]
        else:
            os.environ["STAFFETTA_DATABASE_URL"] = before


@contextmanager
def database(server: str) -> Iterator[str]:
    """Give the URL of a fresh, empty database on that PostgreSQL server; "" for SQLite."""
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


def used(pid: int) -> dict[str, Any]:
    """Return the processor seconds and the largest memory (MB) of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return {"processor_seconds": (int(fields[11]) + int(fields[12])) / TICKS, "peak_mb": round(int(peak) / 1024)}
