"""axe-core on a page: what a person with a screen reader, a keyboard or weak eyes would stumble over.

vendor/axe.min.js is axe-core 4.14.1 as its npm package ships it. It is evaluated by the browser's debugger, so that the
page keeps its content security policy.
"""

from functools import cache
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

SOURCE = Path(__file__).parent / "vendor" / "axe.min.js"
RUN = """async (options) => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...options });
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) =>
    `${id}: ${help}: ${node.target.join(" ")} ${node.any.map((check) => check.message).join("; ")}`));
}"""
EVERYTHING: dict[str, object] = {}
COLOURS: dict[str, object] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules a colour scheme can break; all others judge the same structure, light or dark."""
ALL_BUT_COLOURS: dict[str, object] = {
    "rules": {"color-contrast": {"enabled": False}, "link-in-text-block": {"enabled": False}}
}
"""What a language can break: the same classes give the same colours in every one."""


@cache
def _source() -> str:
    return SOURCE.read_text()


def bring_along(context: BrowserContext) -> None:
    """Have it in every page from its beginning: handing it over to each one took half of its cost."""
    context.add_init_script(_source())


def violations(page: Page, rules: dict[str, object] = EVERYTHING) -> list[str]:
    """Return what axe finds on the page as it is now, one line for each element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_source())
    found: list[str] = page.evaluate(RUN, rules)
    return found
