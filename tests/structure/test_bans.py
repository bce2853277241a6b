"""Rules on imports that would need too many ignores in import-linter: read from the syntax tree of every module."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "staffetta"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Return every dotted name a module imports, except those for the type checker only."""
    return tuple(_imported(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text())))


def _imported(path: Path) -> Iterator[str]:
    typing_only = {
        id(inner)
        for node in nodes(path)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in nodes(path):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def is_view(where: str) -> bool:
    return where.endswith("/views.py") or "/views/" in where


def breaches(names: tuple[str, ...], allowed: object) -> list[str]:
    """Return the modules that import one of `names` (or something inside it) although `allowed(place)` is false."""
    assert callable(allowed)
    return [
        f"{place(path)} imports {name}"
        for path in MODULES
        if not allowed(place(path))
        for name in imported(path)
        if any(name == banned or name.startswith(banned + ".") for banned in names)
    ]


def test_only_views_api_and_ui_touch_requests_and_answers() -> None:
    assert not breaches(
        ("django.http", "django.shortcuts"), lambda where: is_view(where) or where.startswith(("api/", "ui/"))
    )


def test_only_the_door_out_uses_an_http_client() -> None:
    clients = ("pyreqwest", "httpx", "requests", "aiohttp", "http.client", "urllib.request", "urllib3", "socket")
    allowed = ("outbound/", "work/", "cli/")  # work and cli: a free port, a wake-up, our own /health; never a client
    assert not breaches(clients, lambda where: where.startswith(allowed))
    assert not breaches(("pyreqwest",), lambda where: where.startswith("outbound/"))


def test_only_tasks_and_work_use_the_task_engine() -> None:
    assert not breaches(
        ("django.tasks", "django_tasks_db", "crontask"),
        lambda where: where.endswith("/tasks.py") or where.startswith("work/"),
    )


def test_only_the_gateway_builds_a_connector() -> None:
    built = ("staffetta.connectors.registry", "staffetta.connectors.engage")
    allowed = ("channels/calls/gateway.py", "cli/engage.py")  # the probe asks an account that is no channel yet
    assert not breaches(built, lambda where: where.startswith("connectors/") or where in allowed)


def test_nothing_but_urls_imports_a_view() -> None:
    views = [
        f"{place(path)} imports {name}"
        for path in MODULES
        if not place(path).endswith("urls.py") and not is_view(place(path))
        for name in imported(path)
        if name.startswith("staffetta.") and ".views" in name
    ]
    assert not views


@pytest.mark.parametrize("call", ["timezone.now", "datetime.now", "datetime.utcnow", "date.today", "time.time"])
def test_only_the_clock_asks_what_time_it_is(call: str) -> None:
    outside_django = ("work/clock.py", "outbound/", "connectors/")  # plain Python: measures spans, stamps exchanges
    asked = [
        place(path)
        for path in MODULES
        if not place(path).startswith(outside_django)
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(call)
    ]
    assert not asked


def test_only_states_writes_the_state_of_a_delivery() -> None:
    """Raw SQL on the ledger stands in statements.py, and only states.py and what it is made of use it."""
    writers = [
        place(path)
        for path in MODULES
        if place(path) not in ("deliveries/ledger/states.py", "deliveries/ledger/statements.py")
        and "UPDATE DELIVERIES_DELIVERY" in " ".join(path.read_text().upper().split())
    ]
    assert not writers
    assert not breaches(
        ("staffetta.deliveries.ledger.statements", "staffetta.deliveries.ledger.claims"),
        lambda where: where in [f"deliveries/ledger/{name}.py" for name in ("states", "claims", "questions")],
    )


def test_no_module_is_named_after_nothing() -> None:
    empty_names = {"utils.py", "helpers.py", "services.py", "manager.py", "managers.py", "common.py", "misc.py"}
    assert not [place(path) for path in MODULES if path.name in empty_names]
