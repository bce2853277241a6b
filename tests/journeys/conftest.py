"""One browser per process of the suite, one house per module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.browser import Visitor, launch, visit
from tests.journeys.house import House, house
from tests.journeys.walk import Walk, walking


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def story() -> Iterator[House]:
    """The house of a story: the simulator's world `story`, nothing connected yet."""
    with house("story") as made:
        yield made


@pytest.fixture(scope="module")
def anna(story: House, browser: Browser) -> Iterator[Visitor]:
    """The administrator, logged in through the page, for all steps of a story."""
    with visit(browser, story) as visitor:
        visitor.log_in()
        yield visitor


@pytest.fixture(scope="module")
def empty(browser: Browser) -> Iterator[Walk]:
    """A house in which nothing was done yet, to be walked through."""
    with walking(browser, "empty") as walk:
        yield walk


@pytest.fixture(scope="module")
def full(browser: Browser) -> Iterator[Walk]:
    """A house in which everything is to be seen."""
    with walking(browser, "full") as walk:
        yield walk


@pytest.fixture(autouse=True)
def _nothing_went_wrong(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "anna" in request.fixturenames:
        request.getfixturevalue("anna").nothing_went_wrong()
