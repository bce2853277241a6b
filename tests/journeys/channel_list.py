"""What a person does on Lista Canali, in either language."""

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.browser import Visitor
from tests.processes import wait_until

LIST = "/engage/channels/"


class ChannelList:
    """The page, and the few controls every story uses on it; `connect` and `refresh` are the words on the buttons."""

    def __init__(self, visitor: Visitor, connect: str = "Connetti", refresh: str = "Aggiorna") -> None:
        self.visitor = visitor
        self._connect = connect
        self._refresh = refresh

    def open(self) -> None:
        self.visitor.go(LIST)

    def line(self, name: str) -> Locator:
        """Find the row of a channel by its name, which is a link."""
        page = self.visitor.page
        return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))

    def home(self, name: str) -> None:
        """Open the Channel home of a channel."""
        self.open()
        self.visitor.page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
        expect(self.visitor.page.get_by_role("heading", level=1)).to_contain_text(name)

    def tab(self, name: str) -> None:
        tabs = self.visitor.page.locator(".nav-tabs")
        tabs.get_by_role("link", name=re.compile(f"^{name}")).click()
        expect(tabs.locator("[aria-current=page]")).to_contain_text(name)

    def type_key(self, key: str) -> None:
        """Type a key into the box of this page and send it, without looking at what comes of it."""
        self.visitor.page.get_by_label("API Key", exact=True).fill(key)
        self.visitor.page.get_by_role("main").get_by_role("button", name=self._connect, exact=True).click()

    def refused(self, key: str) -> str:
        """Type a key that is refused; return what the page says."""
        told = self.visitor.page.locator("#connect-result [role=alert]")
        expect(told).to_have_count(0)
        self.type_key(key)
        expect(told).to_be_visible()
        return re.sub(r"\s+", " ", told.inner_text())

    def connected(self, key: str) -> None:
        """Type a good key, and wait until what it brings is there."""
        self.type_key(key)
        self.arrived()

    def arrived(self) -> None:
        """Wait until the list is there, with all that the connection brings."""
        expect(self.visitor.page).to_have_url(re.compile(f"{LIST}$"))
        expect(self.visitor.page.locator("#channel-list")).to_be_visible()
        self.at_rest()

    def refresh(self) -> None:
        """Press the refresh of this page and wait for its end, without reloading."""
        self.visitor.page.locator(".page-header").get_by_role("button", name=self._refresh, exact=True).click()
        self.at_rest()

    def at_rest(self) -> None:
        """Wait until no refresh is under way any more, on the page as it is."""
        expect(self.visitor.page.locator("[hx-trigger='every 1s'], progress")).to_have_count(0)


def stored(visitor: Visitor) -> dict[str, Any]:
    """Return `staffetta channels list` by the provider's number."""
    return {row["id"]: row for row in visitor.house.json("channels", "list")}


def within(seconds: float, deed: Callable[[], object]) -> None:
    """Do something that must not take longer."""
    start = time.monotonic()
    deed()
    assert time.monotonic() - start <= seconds


def settled(visitor: Visitor) -> None:
    """Wait until the platform itself has no refresh under way."""
    query = "SELECT count(*) FROM channels_refresh WHERE state IN ('waiting', 'running')"
    wait_until(lambda: visitor.house.staffetta.rows(query) == [(0,)], what="for the refreshes to end")
