"""Under a language that says everything in brackets, no page says anything outside them but data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.pages import PAGES, Shown
from tests.journeys.pseudo import write_catalogues
from tests.journeys.unmarked import data_of, unmarked
from tests.journeys.walk import Walk, walking

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogues")
    assert write_catalogues(folder) > 1000
    return folder


@pytest.fixture(scope="module")
def empty(browser: Browser, catalogues: Path) -> Iterator[tuple[Walk, set[str]]]:
    with walking(browser, "empty", judged=False, STAFFETTA_LOCALE_DIR=str(catalogues)) as walk:
        yield walk, data_of(walk.home)


@pytest.fixture(scope="module")
def full(browser: Browser, catalogues: Path) -> Iterator[tuple[Walk, set[str]]]:
    with walking(browser, "full", judged=False, STAFFETTA_LOCALE_DIR=str(catalogues)) as walk:
        yield walk, data_of(walk.home)


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_says_nothing_of_its_own_outside_the_catalogues(shown: Shown, request: pytest.FixtureRequest) -> None:
    walk, data = request.getfixturevalue(shown.house)
    visitor = walk.open(shown, "it")
    found = unmarked(visitor.page, data)
    assert not found, "\n".join(dict.fromkeys(found))
