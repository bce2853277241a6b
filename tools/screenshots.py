"""`make shots`: every page in both languages, wide and on a phone, light and dark, into build/screenshots/index.html.

python -m tools.screenshots [NAME ...]      only pages whose name contains one of these
"""

import html
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.journeys.browser import PHONE, WIDE, launch
from tests.journeys.pages import PAGES, Shown
from tests.journeys.walk import Walk, walking

FOLDER = Path("build/screenshots")
SIZES = {"wide": WIDE, "phone": PHONE}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("it", "en")
TALLEST = 4000


def main(wanted: list[str]) -> int:
    """Take the pictures; 1 when a page did not answer as it must."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages = [shown for shown in PAGES if not wanted or any(word in shown.name for word in wanted)]
    taken: dict[str, list[str]] = {}
    failed: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for which in ("empty", "full"):
            here = [shown for shown in pages if shown.house == which]
            if not here:
                continue
            print(f"furnishing the {which} house", flush=True)
            with walking(browser, which, judged=False) as walk:
                for shown, language in product(here, LANGUAGES):
                    try:
                        taken.setdefault(shown.name, []).extend(_pictures(walk, shown, language))
                    except AssertionError as wrong:
                        failed.append(f"{shown.name} ({language}): {wrong}")
        browser.close()
    (FOLDER / "index.html").write_text(_index(taken), encoding="utf-8")
    print(f"{sum(map(len, taken.values()))} pictures of {len(taken)} pages: {FOLDER / 'index.html'}")
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


def _pictures(walk: Walk, shown: Shown, language: str) -> Iterator[str]:
    visitor = walk.open(shown, language)
    page = visitor.page
    for (size, (width, height)), scheme in product(SIZES.items(), SCHEMES):
        visitor.look((width, height), scheme)
        name = f"{shown.name}-{language}-{size}-{scheme}.png"
        tall = min(int(page.evaluate("() => document.documentElement.scrollHeight")), TALLEST)
        page.screenshot(path=FOLDER / name, full_page=tall > height, animations="disabled")
        yield name


def _index(taken: dict[str, list[str]]) -> str:
    rows = "".join(
        f"<h2>{html.escape(name)}</h2><p>"
        + "".join(
            f'<a href="{file}"><img src="{file}" alt="{file}" title="{file}" loading="lazy"></a>' for file in files
        )
        + "</p>"
        for name, files in taken.items()
    )
    style = (
        "body{font:14px sans-serif;margin:1rem}img{height:320px;margin:4px;border:1px solid #999;vertical-align:top}"
    )
    return f'<!doctype html><meta charset="utf-8"><title>Staffetta</title><style>{style}</style>{rows}'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
