"""What is asked of every page: that it is for everybody, and within every screen."""

from itertools import product
from typing import Literal

from tests.browser import axe
from tests.journeys.browser import MIDDLE, PHONE, WIDE
from tests.journeys.pages import Shown
from tests.journeys.walk import Walk

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def is_for_everybody(walk: Walk, shown: Shown, language: str) -> None:
    """Look at a page light and dark, on a phone and a wide screen; fails with all that is wrong with it."""
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
