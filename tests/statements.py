"""Which statements each test executes on PostgreSQL, literals removed: what the choice of tests there rests on.

Loaded by tools/postgres_tests.py (`pytest -p tests.statements`), which names the file to write to in
`STAFFETTA_TEST_STATEMENTS`. Statements are caught where psycopg sends them, in this process alone: a test that has
processes of its own is always run on both databases.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache, wraps
from pathlib import Path
from typing import Any

import psycopg
import pytest

LISTS = re.compile(r"\((?:%s|\?|NULL|DEFAULT)(?:, (?:%s|\?|NULL|DEFAULT))*\)(?:, \((?:%s|\?|NULL|DEFAULT)[^()]*\))*")
LITERALS = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
SAVEPOINTS = re.compile(r'"s\d+_x\d+"|_django_curs_\w+')
OWN_PROCESSES = 'CREATE DATABASE "staffetta_'
"""A database made for processes of the test's own; Django's for the whole run begins with "test_"."""

current: dict[str, Any] = {}


@cache
def without_literals(statement: str) -> str:
    """Return a statement's form: its values, the number of values in a list and generated names taken out."""
    form = SAVEPOINTS.sub("NAME", statement)
    form = LITERALS.sub("?", form)
    form = LISTS.sub("(?)", " ".join(form.split()))
    return form.replace("%s", "?")


def note(statement: object, error: Exception | None = None) -> None:
    """Note one statement of the running test; with a refusal, its SQLSTATE too: constraints are told apart by it."""
    if not current:
        return
    text = statement if isinstance(statement, str) else str(getattr(statement, "_obj", statement))
    form = without_literals(text)
    if error is not None:
        form += f" -- {getattr(error, 'sqlstate', None) or type(error).__name__}"
    current["statements"].add(form)


def _watched(method: Any) -> Any:
    @wraps(method)
    def watching(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        try:
            answer = method(self, query, *arguments, **named)
        except psycopg.Error as error:
            note(query, error)
            raise
        note(query)
        return answer

    return watching


for _name in ("execute", "executemany", "copy", "stream"):
    setattr(psycopg.Cursor, _name, _watched(getattr(psycopg.Cursor, _name)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    current.update(statements=set(), seconds=0.0)
    try:
        return (yield)
    finally:
        _write(item)
        current.clear()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if current:
        current["seconds"] += report.duration


def _write(item: pytest.Item) -> None:
    marker = item.get_closest_marker("django_db")
    real_commits = bool(marker and marker.kwargs.get("transaction"))
    statements = current["statements"]
    line = {
        "test": item.nodeid,
        "seconds": round(current["seconds"], 3),
        "always": real_commits
        or hasattr(getattr(item, "obj", None), "hypothesis")
        or any(OWN_PROCESSES in statement for statement in statements),
        "statements": sorted(form for form in statements if " DATABASE " not in form),
    }
    path = Path(os.environ["STAFFETTA_TEST_STATEMENTS"])
    with path.with_suffix(f".{os.environ.get('PYTEST_XDIST_WORKER', 'main')}").open("a") as file:
        file.write(json.dumps(line) + "\n")
