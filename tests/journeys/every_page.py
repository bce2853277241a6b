"""What is asked of every page: that it is for everybody, and within every screen."""

from typing import Literal, NamedTuple

from tests.browser import axe
from tests.journeys.browser import MIDDLE, PHONE, WIDE
from tests.journeys.pages import Shown
from tests.journeys.walk import Walk


class Look(NamedTuple):
    """One screen, and the rules a page must keep on it."""

    size: tuple[int, int]
    scheme: Literal["light", "dark"]
    rules: dict[str, object] | None


LOOKS = {
    "it": (
        Look(WIDE, "light", axe.EVERYTHING),
        Look(WIDE, "dark", axe.COLOURS),
        Look(PHONE, "dark", axe.COLOURS),
        Look(PHONE, "light", axe.EVERYTHING),
        Look(MIDDLE, "light", None),
    ),
    "en": (
        Look(WIDE, "light", axe.ALL_BUT_COLOURS),
        Look(PHONE, "light", axe.ALL_BUT_COLOURS),
        Look(MIDDLE, "light", None),
    ),
}


def is_for_everybody(walk: Walk, shown: Shown, language: str) -> None:
    """Look at a page on a phone and on wider screens, in Italian light and dark; fails with all that is wrong."""
    visitor = walk.open(shown, language)
    page = visitor.page
    found: list[str] = []
    looks = LOOKS[language]
    # The page was drawn at the last one's size: begun with that, it is drawn once less.
    for size, scheme, rules in looks if visitor.has_size(looks[0].size) else reversed(looks):
        visitor.look(size, scheme)
        visitor.fits()
        if rules is not None:
            found += [f"{size[0]} {scheme}: {line}" for line in axe.violations(page, rules)]
    assert page.locator("html").get_attribute("lang") == language
    assert not found, "\n".join(dict.fromkeys(found))
    visitor.nothing_went_wrong()
