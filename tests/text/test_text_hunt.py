"""Each text column and the entrances that fill it: hostile text comes in by all of them, and is clean where it arrives.

A column that columns.py does not name fails, one that is named and gone fails, and so does one that its entrance never
filled, or that an entrance filled which it does not name.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.text import enter_api, enter_command_line, enter_files, enter_pages, enter_provider
from tests.text.column import Entrance
from tests.text.hostile import Provider
from tests.text.hunt import Hunt, declared, text_columns

pytestmark = pytest.mark.django_db


def test_every_text_column_is_named_with_its_entrances_and_none_that_is_gone() -> None:
    named, there = set(declared()), set(text_columns())
    assert named == there, f"not named: {sorted(there - named)}, gone: {sorted(named - there)}"
    assert [key for key, column in declared().items() if not (column.takes or column.judges or column.ours)] == []


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


def drives(client: Client, folder: Path, provider: Callable[[], Provider]) -> dict[Entrance, Callable[[Hunt], Any]]:
    return {
        Entrance.PAGE: lambda hunt: enter_pages.enter(hunt, client),
        Entrance.API: enter_api.enter,
        Entrance.COMMAND: lambda hunt: enter_command_line.enter(hunt, folder),
        Entrance.FILE: lambda hunt: enter_files.enter(hunt, client, folder),
        Entrance.PROVIDER: lambda hunt: enter_provider.enter(hunt, provider()),
    }


@pytest.mark.parametrize("entrance", Entrance)
def test_hostile_text_is_clean_in_every_column_that_it_reaches(
    entrance: Entrance, as_administrator: Client, folder: Path, request: pytest.FixtureRequest
) -> None:
    hunt = Hunt()
    provider: Callable[[], Provider] = lambda: request.getfixturevalue("provider")  # noqa: E731
    drives(as_administrator, folder, provider)[entrance](hunt)
    assert hunt.dirty == []
    takes = {key for key, column in declared().items() if entrance in column.takes}
    judges = {key for key, column in declared().items() if entrance in column.judges}
    assert hunt.arrived == takes, f"never: {sorted(takes - hunt.arrived)}, unnamed: {sorted(hunt.arrived - takes)}"
    assert hunt.offered == judges, f"never: {sorted(judges - hunt.offered)}, unnamed: {sorted(hunt.offered - judges)}"
