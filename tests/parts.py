"""The optional parts of the suite: what each needs, and whether this machine has it.

`STAFFETTA_TEST_REQUIRE=browser,postgres,redis,rabbitmq` (comma separated) turns the skip of a part into a failure.
"""

import contextlib
import os
import shutil
import socket
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The headless shell draws the same pages with two thirds of the processor time: it has no window to keep."""


def chromium() -> str:
    """Return the browser's path; "" without one."""
    named = os.environ.get("STAFFETTA_TEST_CHROMIUM", "")
    return named or next((found for name in CHROMIUM if (found := shutil.which(name))), "")


def _postgres() -> bool:
    url = os.environ.get("STAFFETTA_TEST_POSTGRES_URL") or os.environ.get("STAFFETTA_DATABASE_URL", "")
    return url.startswith("postgres") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def listens(host: str, port: int) -> bool:
    """Whether somebody answers there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False


def rabbitmq_url(port: int = 0) -> str:
    """Return the address of the machine's RabbitMQ, by another port if one is given."""
    parts = urlsplit(os.environ.get("STAFFETTA_TEST_RABBITMQ_URL") or RABBITMQ)
    who = f"{parts.username}:{parts.password}@" if parts.username else ""
    return f"{parts.scheme}://{who}{parts.hostname}:{port or parts.port or 5672}{parts.path}"


def rabbitmq_address() -> tuple[str, int]:
    parts = urlsplit(rabbitmq_url())
    return str(parts.hostname), int(parts.port or 5672)


MISSING = {
    "browser": "no Chromium",
    "postgres": "no PostgreSQL",
    "redis": "no Redis server installed",
    "rabbitmq": "no RabbitMQ that answers",
}


@cache
def present(part: str) -> bool:
    """Whether this machine has what the tests of a part need."""
    if part == "browser":
        return bool(chromium())
    if part == "postgres":
        return _postgres()
    if part == "redis":
        return bool(shutil.which("redis-server"))
    return listens(*rabbitmq_address())


def required() -> set[str]:
    """Return the parts that must not be skipped."""
    return {part.strip() for part in os.environ.get("STAFFETTA_TEST_REQUIRE", "").split(",") if part.strip()}
