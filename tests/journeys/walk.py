"""Walk the pages of pages.py through a house: one browser profile per person, kept for the whole walk."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, expect

from engage_simulator.worlds.story import NOVITA
from tests.browser import axe
from tests.journeys.browser import Visitor, visit
from tests.journeys.furnish import PEOPLE, furnish
from tests.journeys.house import House, house
from tests.journeys.pages import ROLES, Shown
from tests.journeys.snapshot import snapshot

SEEDS = {"empty": "story", "full": "demo"}
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='5'><rect width='8' height='5' fill='teal'/></svg>"


class Walk:
    """A house, the numbers in its addresses, and whoever is to walk through it."""

    def __init__(self, home: House, places: Mapping[str, object], browser: Browser, *, judged: bool) -> None:
        """`judged`: axe looks at every page."""
        self.home = home
        self.places = places
        self._browser = browser
        self._judged = judged
        self._stack = ExitStack()
        self._visitors: dict[str, Visitor] = {}

    def open(self, shown: Shown, language: str) -> Visitor:
        """Open a page as the person of its role who reads this language; AssertionError on another answer."""
        visitor = self._visitor(ROLES[shown.who][language], language)
        path = shown.path.format_map(self.places)
        visitor.troubles.refusals = [422] if shown.press else [shown.status] if shown.status >= 400 else []
        answer = visitor.page.goto(self.home.address + path)
        assert answer is not None
        assert answer.status == shown.status, f"{path} as {shown.who}: {answer.status}"
        if shown.press:
            visitor.page.evaluate("() => { for (const form of document.forms) form.noValidate = true; }")
            visitor.page.locator(shown.press).first.click()
            expect(visitor.page.locator(".invalid-feedback, main .alert-danger").first).to_be_visible()
            visitor.page.wait_for_load_state()
        return visitor

    def close(self) -> None:
        self._stack.close()

    def _visitor(self, name: str, language: str) -> Visitor:
        known = self._visitors.get(name + language)
        if known is None:
            locale = {"it": "it-IT", "en": "en-GB"}[language]
            known = self._stack.enter_context(visit(self._browser, self.home, name=name, language=locale))
            known.page.context.route("https://example.com/**", lambda route: route.fulfill(
                body=PICTURE, content_type="image/svg+xml"))  # fmt: skip
            if self._judged:
                axe.bring_along(known.page.context)
            self._visitors[name + language] = known
        return known


@contextmanager
def walking(browser: Browser, which: str, *, judged: bool = True, **settings: str) -> Iterator[Walk]:
    """Give a walk through the `empty` or the `full` house."""
    kept = snapshot() if which == "full" else None
    with house(SEEDS[which], kept.data if kept else None, **settings) as home:
        places: Mapping[str, object] = {}
        if kept:
            home.sessions |= kept.sessions
            home.engage.regenerate_key(NOVITA)
            places = kept.places
        elif which == "full":
            places = furnish(home)
        else:
            home.invite(*PEOPLE)
        walk = Walk(home, places, browser, judged=judged)
        try:
            yield walk
        finally:
            walk.close()
