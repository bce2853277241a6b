"""A person at a browser, and everything that may go wrong on a page without being seen."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, Request, Response, expect

from tests import parts
from tests.journeys.house import PASSWORD, House

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
WIDE = (1440, 900)
MIDDLE = (1000, 800)
"""A small laptop: the menu stands beside the page and leaves it 740 pixels."""
PHONE = (390, 844)
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
LEFT = "net::ERR_ABORTED"  # a request of a page that was left; nothing went wrong

expect.set_options(timeout=10_000)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=parts.chromium(), args=FLAGS)


@dataclass
class Troubles:
    """What a page complained of. Answers that are meant to be refusals are announced by `refusal`."""

    found: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    met: int = 0

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"page error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        status = REFUSED.match(message.text)
        if status and int(status.group(1)) in self.refusals:
            return
        self.found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.found.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status in self.refusals:
            self.met += 1
        elif response.status >= 400:
            self.found.append(f"{response.status} {response.request.method} {response.url}")


@dataclass
class Visitor:
    """One person with one page open in the house."""

    house: House
    page: Page
    troubles: Troubles
    scheme: Literal["light", "dark"]

    def go(self, path: str) -> None:
        self.page.goto(self.house.address + path)

    def log_in(self, name: str = "anna", password: str = PASSWORD) -> None:
        """Log in through the page."""
        self.go("/login/")
        self.page.locator("[name=username]").fill(name)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("form:has([name=password]) button[type=submit]").click()
        expect(self.page.locator("[name=password]")).to_have_count(0)

    def button(self, name: str, *, within: Locator | None = None, exact: bool = True) -> Locator:
        """Find a button, or a link that looks like one, by its words."""
        place: Page | Locator = within or self.page
        return place.get_by_role("button", name=name, exact=exact).or_(
            place.get_by_role("link", name=name, exact=exact)
        )

    def choose(self, selector: str, value: str = "", *, label: str = "") -> None:
        """Choose in a list of the composing pages, and wait until the page has followed."""
        with self.page.expect_response(re.compile(r"\?update=1")):
            if label:
                self.page.locator(selector).select_option(label=label)
            else:
                self.page.locator(selector).select_option(value)
        self.page.wait_for_function("() => !document.querySelector('.htmx-request')")

    def row(self, text: str) -> Locator:
        """Find the row of a table by what it holds."""
        return self.page.get_by_role("row").filter(has_text=text)

    def text(self) -> str:
        """Return what can be read on the page, blanks made one."""
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text())

    @contextmanager
    def refusal(self, *statuses: int) -> Iterator[None]:
        """Expect an answer with one of these statuses within the block; without one the test fails."""
        self.troubles.refusals, self.troubles.met = list(statuses), 0
        try:
            yield
            self.page.wait_for_load_state()
            assert self.troubles.met, f"nothing was answered with {statuses}"
        finally:
            self.troubles.refusals = []

    def nothing_went_wrong(self) -> None:
        """Fail on any console error, page error, broken request or breach of the content security policy."""
        found, self.troubles.found = self.troubles.found, []
        if any(line.startswith("5") for line in found):
            found.append(self.house.platform.log[-3000:])
        assert not found, "\n".join(found)

    def has_size(self, size: Sequence[int]) -> bool:
        """Say whether the screen is so large."""
        return self.page.viewport_size == {"width": size[0], "height": size[1]}

    def look(self, size: Sequence[int], scheme: Literal["light", "dark"]) -> None:
        """Make the screen so large, light or dark, and wait until every colour is there."""
        if not self.has_size(size):
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
        if self.scheme != scheme:
            self.page.emulate_media(color_scheme=scheme)
            self.scheme = scheme
        assert self.page.evaluate(SETTLE, scheme), f"{self.page.url} did not become {scheme}"

    def fits(self) -> None:
        """Fail when the page can be pushed sideways, and say what sticks out."""
        wide, cut = self.page.evaluate(f"() => [({TOO_WIDE})(), ({CUT_OFF})()]")
        assert not wide, f"{self.page.url} is too wide: {wide}"
        assert not cut, f"{self.page.url} hides what is beside the edge: {cut}"


SETTLE = """async (scheme) => {
  const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
  for (let n = 0; n < 600 && document.documentElement.dataset.bsTheme !== scheme; n++) await frame();
  await frame();
  for (const each of document.getAnimations()) if ("transitionProperty" in each) each.finish();
  return document.documentElement.dataset.bsTheme === scheme;
}"""
"""Transitions of colours are brought to their end at once: waiting for them took half of the time of a walk."""
TOO_WIDE = """() => document.scrollingElement.scrollWidth <= window.innerWidth ? [] :
  [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(0, 5).map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)"""
CUT_OFF = """() => [
  ...[...document.querySelectorAll("main .table-responsive:has(> .cards-sm)")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1),
  ...[...document.querySelectorAll("main .card > .card-header > *, main .card > .table, main .alert > *")]
    .filter((e) => e.checkVisibility() &&
      e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 1),
].slice(0, 5).map((e) => `${e.tagName}.${e.className} ${e.innerText.slice(0, 40)}`)"""


@contextmanager
def visit(
    browser: Browser,
    house: House,
    *,
    name: str = "",
    size: Sequence[int] = WIDE,
    language: str = "it-IT",
    dark: bool = False,
) -> Iterator[Visitor]:
    """Open a fresh browser profile at the house; `name` is somebody of `house.invite` who is logged in already."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        timezone_id="Europe/Rome",
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    try:
        if name:
            context.add_cookies(
                [{"name": c["name"], "value": c["value"], "url": c["url"]} for c in [house.cookie(name)]]
            )
        context.set_default_timeout(10_000)
        page = context.new_page()
        visitor = Visitor(house, page, Troubles(), "dark" if dark else "light")
        visitor.troubles.watch(page)
        yield visitor
    finally:
        context.close()
