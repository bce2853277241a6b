"""A database of an earlier commit is carried over: nothing is lost, and it becomes what the models want."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.processes import Installation, installation
from tests.upgrade import schema
from tests.upgrade.fixture import Rows, former, read, story

pytestmark = pytest.mark.crash

GROWS = {
    "django_migrations": "each migration is written down",
    "django_content_type": "Django adds the models that came",
    "auth_permission": "Django adds the rights over the models that came",
}
"""Tables that get rows by the upgrade itself; what they held stays."""
CHANGED: dict[str, str] = {}
"""Columns ("table.column") or tables that a migration changed on purpose, each with the reason."""
NOT_OURS = {"auth_group_permissions": "Django's migration gives its rows longer numbers than its model says"}
SMALLER = {
    "deliveries_sentnoted": "one row by its nature",
    "deliveries_budget": "one row by its nature",
    "django_tasks_database_dbtaskresult": "long rows",
    **dict.fromkeys(("contacts_search_data", "contacts_search_idx"), "the search's own index"),
    "contacts_search_config": "the search's own index",
}
UPGRADE = "from staffetta.work.database import schema\nprint(schema.bring_up_to_date())"
ALL_ROWS = """
import json
from django.apps import apps
print(json.dumps([model._meta.db_table for model in apps.get_models(include_auto_created=True)]))
"""
BY_MODELS = """
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
"""


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Installation, Rows]]:
    """Give an upgraded installation, and what it held before."""
    with former() as staffetta:
        before = read(staffetta)
        staffetta.python(UPGRADE)
        yield staffetta, before


def kept(before: Rows, table: str) -> list[str]:
    """Return the columns of a table that the upgrade must leave alone."""
    return [] if table in CHANGED else [name for name in before[table][0] if f"{table}.{name}" not in CHANGED]


def values(rows: Rows, table: str, columns: list[str]) -> Counter[tuple[Any, ...]]:
    names, lines = rows[table]
    places = [names.index(column) for column in columns]
    return Counter(tuple(line[place] for place in places) for line in lines)


def test_every_row_and_every_old_column_is_as_it_was(both: tuple[Installation, Rows]) -> None:
    staffetta, before = both
    after = read(staffetta)
    for table in before:
        if not (columns := kept(before, table)):
            continue
        assert set(columns) <= set(after[table][0]), table
        old, new = values(before, table, columns), values(after, table, columns)
        assert old - new == Counter(), table
        assert table in GROWS or new - old == Counter(), table


def test_every_table_of_the_fixture_holds_a_thousand_rows(both: tuple[Installation, Rows]) -> None:
    _staffetta, before = both
    numbers = {table: len(lines) for table, (_names, lines) in before.items()}
    assert [table for table, number in numbers.items() if not number] == []
    assert {table for table, number in numbers.items() if number < 1000} <= SMALLER.keys() | GROWS.keys()


def test_the_fixture_holds_every_table_of_its_commit(both: tuple[Installation, Rows]) -> None:
    """What came later has nothing to be carried over; what is in the registry and no migration made is a mistake."""
    staffetta, before = both
    after = read(staffetta)
    assert set(json.loads(staffetta.python(ALL_ROWS))) <= set(after)
    assert before.keys() <= after.keys() | CHANGED.keys()


def test_the_upgraded_database_is_what_the_models_want(both: tuple[Installation, Rows]) -> None:
    staffetta, _before = both
    with installation(empty=True) as fresh:
        fresh.python(BY_MODELS)
        wanted, found = schema.of(fresh), schema.of(staffetta)
    assert found.keys() >= wanted.keys()
    for table in wanted.keys() - NOT_OURS.keys():
        assert schema.without_beside(table, found[table]) == wanted[table], table


def test_an_upgraded_database_is_upgraded_once(both: tuple[Installation, Rows]) -> None:
    staffetta, _before = both
    assert staffetta.python(UPGRADE).strip() == "False"


def test_the_story_is_of_this_database() -> None:
    states = story()["communication"]["states"]
    assert set(states) == {"failed", "not_sent", "sending", "sent", "uncertain", "waiting"}
    assert sum(states.values()) == story()["communication"]["people"]
