"""Every page, in both languages, light and dark, on a phone and a wide screen: for everybody, and within the screen."""

from collections.abc import Iterator
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser import axe
from tests.journeys.browser import MIDDLE, PHONE, WIDE
from tests.journeys.pages import PAGES, Shown
from tests.journeys.walk import Walk, walking

pytestmark = pytest.mark.browser
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def empty(browser: Browser) -> Iterator[Walk]:
    with walking(browser, "empty") as walk:
        yield walk


@pytest.fixture(scope="module")
def full(browser: Browser) -> Iterator[Walk]:
    with walking(browser, "full") as walk:
        yield walk


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_is_for_everybody_and_fits_every_screen(
    shown: Shown, language: str, request: pytest.FixtureRequest
) -> None:
    walk: Walk = request.getfixturevalue(shown.house)
    visitor = walk.open(shown, language)
    page = visitor.page
    found: list[str] = []
    for size, scheme in product((WIDE, PHONE), SCHEMES):
        visitor.look(size, scheme)
        visitor.fits()
        found += [f"{size[0]} {scheme}: {line}" for line in axe.violations(page)]
    visitor.look(MIDDLE, "light")
    visitor.fits()
    assert page.locator("html").get_attribute("lang") == language
    assert not found, "\n".join(dict.fromkeys(found))
    visitor.nothing_went_wrong()
