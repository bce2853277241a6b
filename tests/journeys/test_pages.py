"""Every page, in both languages, light and dark, on a phone and a wide screen: for everybody, and within the screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import axe
from tests.journeys.browser import PHONE, WIDE
from tests.journeys.pages import PAGES, Shown
from tests.journeys.walk import Walk, walking

pytestmark = pytest.mark.browser


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
    for size in (WIDE, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        visitor.fits()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{size[0]} {scheme}: {line}" for line in axe.violations(page)]
    assert page.locator("html").get_attribute("lang") == language
    assert not found, "\n".join(dict.fromkeys(found))
    visitor.nothing_went_wrong()
