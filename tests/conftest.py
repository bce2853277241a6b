"""What every test may use: people of each role, their browsers, and the count of the parts left out."""

import gc
import ipaddress
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper as DatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from staffetta.accounts.models import Role, User
from tests import durations, parts, template
from tests.filling import FillingClient

# Hundreds of processes import the same modules: compiled once, whatever the environment says, they start in two thirds
# of the time. The workers of the run inherit it, and the platform's processes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

PASSWORD = "una-password-lunga"

# A busy machine is no reason to fail: the properties themselves are as strict as ever.
settings.register_profile("staffetta", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("staffetta")


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    """No test leaves this machine (pyreqwest does not pass here: the provider's address in tests is a closed port)."""
    if event != "socket.connect":
        return
    address = arguments[1]
    host = address[0] if isinstance(address, tuple) else "127.0.0.1"
    if host == "localhost" or ipaddress.ip_address(str(host).split("%")[0]).is_loopback:
        return
    raise PermissionError(f"a test tried to reach {host}")


sys.addaudithook(_guard)


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what has no test of the one part that was asked for: collecting all takes fifteen seconds."""
    part = config.option.markexpr
    if part not in ("browser", "crash") or not collection_path.match("test_*.py"):
        return None
    return f"mark.{part}" not in collection_path.read_text(encoding="utf-8") or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("STAFFETTA_TEST_REPEATS") == "0":
        _leave_out_repeats(config, items)
    # The longest files first: whoever is done early takes the next one, and nobody is left alone with a long one.
    items.sort(key=lambda item: -durations.seconds_of(file_of(item.nodeid)))
    required = parts.required()
    for item in items:
        for part, missing in parts.MISSING.items():
            if item.get_closest_marker(part) and part not in required and not parts.present(part):
                item.add_marker(pytest.mark.skip(reason=f"{part}: {missing}"))


def pytest_collection_finish() -> None:
    """Have rubbish collected rarely: what is there by now stays. Looking through it took 5 % of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _leave_out_repeats(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose SQL other tests execute on this database as well: tools/postgres_tests.py."""
    repeats = set((Path(__file__).parent / "postgres_repeats.txt").read_text(encoding="utf-8").splitlines())
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in repeats])
    items[:] = [item for item in items if item.nodeid not in repeats]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for part in parts.required() & set(parts.MISSING):
        if item.get_closest_marker(part) and not parts.present(part):
            pytest.fail(f"{part} is required, but there is {parts.MISSING[part]}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"left out: {count} × {reason.removeprefix('Skipped: ')}")
    if os.environ.get("STAFFETTA_TEST_RECORD") and not os.environ.get("STAFFETTA_DATABASE_URL"):
        reports = [report for found in terminalreporter.stats.values() for report in found]
        timed = [report for report in reports if isinstance(report, pytest.TestReport)]
        durations.record((file_of(report.nodeid), report.duration) for report in timed)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Have Django make its test database from the template: migrating it anew would take seconds."""
    settings = connection.settings_dict
    if connection.vendor == "postgresql":
        settings["TEST"]["TEMPLATE"] = template.template()
        return

    def fill(connection: DatabaseWrapper, **_rest: object) -> None:
        connection_created.disconnect(fill)
        template.copy_into_memory(connection.connection)

    connection_created.connect(fill, weak=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End what threads of tests left connected: a question that was given up would keep the database from going."""
    yield
    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        template.administer(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        template.administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture(autouse=True)
def _in_the_usual_language() -> None:
    """A page that was asked for in English leaves its thread speaking English."""
    translation.deactivate()


def person(role: Role, name: str) -> User:
    user = User.objects.create_user(name, PASSWORD, role)
    user.language = "it"
    user.email = f"{name}@example.org"
    user.save()
    return user


@pytest.fixture
def administrator(db: None) -> User:
    return person(Role.ADMINISTRATOR, "anna")


@pytest.fixture
def operator(db: None) -> User:
    return person(Role.OPERATOR, "ottavio")


@pytest.fixture
def viewer(db: None) -> User:
    return person(Role.VIEWER, "livia")


def logged_in(user: User) -> Client:
    client = FillingClient()
    client.force_login(user)
    return client


@pytest.fixture
def as_administrator(administrator: User) -> Client:
    return logged_in(administrator)


@pytest.fixture
def as_operator(operator: User) -> Client:
    return logged_in(operator)


@pytest.fixture
def as_viewer(viewer: User) -> Client:
    return logged_in(viewer)
