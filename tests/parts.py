"""The optional parts of the suite: what each needs, and whether this machine has it.

`STAFFETTA_TEST_REQUIRE=browser,postgres` (comma separated) turns the skip of a part into a failure.
"""

import os
import shutil
from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Return the browser's path; "" without one."""
    named = os.environ.get("STAFFETTA_TEST_CHROMIUM", "")
    return named or next((found for name in CHROMIUM if (found := shutil.which(name))), "")


def _postgres() -> bool:
    url = os.environ.get("STAFFETTA_TEST_POSTGRES_URL") or os.environ.get("STAFFETTA_DATABASE_URL", "")
    return url.startswith("postgres") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _named_or_installed(variable: str, program: str) -> bool:
    return bool(os.environ.get(variable) or shutil.which(program) or Path(f"/usr/sbin/{program}").exists())


MISSING = {
    "browser": "no Chromium",
    "postgres": "no PostgreSQL",
    "redis": "no Redis",
    "rabbitmq": "no RabbitMQ",
}


def present(part: str) -> bool:
    """Whether this machine has what the tests of a part need."""
    if part == "browser":
        return bool(chromium())
    if part == "postgres":
        return _postgres()
    if part == "redis":
        return _named_or_installed("STAFFETTA_TEST_REDIS_URL", "redis-server")
    return _named_or_installed("STAFFETTA_TEST_RABBITMQ_URL", "rabbitmq-server")


def required() -> set[str]:
    """Return the parts that must not be skipped."""
    return {part.strip() for part in os.environ.get("STAFFETTA_TEST_REQUIRE", "").split(",") if part.strip()}
