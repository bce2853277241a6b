"""Find what a page says without having asked a catalogue, when every catalogue answers in brackets."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import available_timezones

from playwright.sync_api import Page

from tests.journeys.house import House
from tests.journeys.pseudo import CLOSE, OPEN
from tests.processes import ROOT

LETTER = re.compile(r"[^\W\d_]")
MARKED = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
NAMES = (
    *("Sinch Engage", "Engage", "Staffetta", "WhatsApp", "Telegram", "Instagram"),  # products
    *("Facebook Messenger", "Viber", "Apple Messages"),
    *("SQLite", "PostgreSQL", "UTF-8", "Windows-1252"),  # what the technique is called
    *("GET", "POST", "PUT", "PATCH", "DELETE", "JSON", "CSV", "TELEGRAMID", "HTTP"),  # written so in every language
    *("stf_", "ms", "https://", "BOM"),  # how an access token and an address begin; milliseconds; the mark of UTF-8
    *("English", "Italiano"),  # a language is offered by its own name
)
"""What is the same in every language and in no catalogue."""

NOT_SAID = {
    *("state", "status", "reason", "held_reason", "kind", "problem", "step", "outcome", "error", "source", "cause"),
    *("deed", "platform", "purpose", "value", "role", "language", "settled_by", "audience_kind", "operation"),
    *("category", "quality", "type", "unsupported", "messenger", "format", "score", "roles", "component"),
}
"""Columns that hold codes: a page must show words for them."""

NOT_DATA = ("django_", "auth_", "sqlite_", "work_")
"""Tables of the machinery."""

SHOWN_AS_IT_IS = {"it", "en", "de", "Sì", "No"}
"""Codes of languages of templates, and what the cells of the imported file hold."""

SEPARATOR = re.compile(r"\s?[·,]\s?")
SHORTEST = 4
"""A shorter text counts as data only where it stands alone."""

GUIDES = ROOT / "docs" / "guides"
READ = """() => {
  const skipped = "script, style, template, noscript, svg, code, pre, [data-own-name], .guide, .phone, .excerpt";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (data.trim() && !parentElement.closest(skipped)) texts.push([data, parentElement.outerHTML.slice(0, 120)]);
  }
  const said = [[document.title, "<title>"]];
  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest("[data-own-name]")) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-label", "data-copied"])
      if (element.getAttribute(name)) said.push([element.getAttribute(name), element.outerHTML.slice(0, 120)]);
    if (element.matches("input[type=submit], input[type=button], input[type=reset]"))
      said.push([element.value, element.outerHTML.slice(0, 120)]);
  }
  return { texts, said };
}"""


def unmarked(page: Page, data: set[str]) -> list[str]:
    """Return what stands outside brackets and is no data, each with the element it was found in.

    Texts of templates (drawn, or as an excerpt) are data; a guide is written whole in each language.
    """
    found = page.evaluate(READ)
    pieces = [*_outside(found["texts"]), *((_without_marked(text), place) for text, place in found["said"])]
    return [f"{left!r} in {place}" for text, place in pieces if LETTER.search(left := _without_data(text, data))]


def _outside(texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what lies outside: a sentence with a link in it is in several pieces, its bracket closes later."""
    depth = 0
    for text, place in texts:
        outside = ""
        for sign in text:
            depth += sign == OPEN
            outside += sign if depth == 0 else " "
            depth -= sign == CLOSE
        yield outside, place
    assert depth == 0, "a bracket was cut off: something truncates a translated text"


def _without_marked(text: str) -> str:
    while (less := MARKED.sub(" ", text)) != text:
        text = less
    return text


def _without_data(text: str, data: set[str]) -> str:
    text = " ".join(text.split())
    if text in data or all(not part or part in data for part in SEPARATOR.split(text)):
        return ""
    if text.endswith("…") and any(known.startswith(text[:-1]) for known in data):
        return ""
    inside = sorted((known for known in data if len(known) >= SHORTEST and known in text), key=len, reverse=True)
    for known in (*inside, *NAMES):
        text = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", " ", text)
    left = [part for part in SEPARATOR.split(re.sub(r"[0-9a-f]{8}[0-9a-f-]*", " ", text)) if part.strip() not in data]
    return " · ".join(left)


def data_of(home: House) -> set[str]:
    """Return every text that people or the provider brought into the house."""
    found = set(_strings(home.engage.world()))
    tables = home.staffetta.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in tables:
        if table.startswith(NOT_DATA):
            continue
        for column in [row[1] for row in home.staffetta.rows(f"PRAGMA table_info({table})")]:
            if column not in NOT_SAID:
                rows = home.staffetta.rows(
                    f'SELECT DISTINCT "{column}" FROM {table} WHERE typeof("{column}") = \'text\''
                )
                found.update(text for (value,) in rows for text in _told(value))
    for file in (home.staffetta.data / "files").rglob("*.csv"):
        cells = csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
        found.update(cell for row in cells for cell in row)
    found.update(guide.read_text().partition("\n")[0].removeprefix("# ") for guide in GUIDES.glob("*.md"))
    return {" ".join(text.split()) for text in found if LETTER.search(text)} | {
        str(home.staffetta.data),
        *available_timezones(),  # offered by their own names
        *SHOWN_AS_IT_IS,
    }


def _told(value: str) -> Iterator[str]:
    yield value
    if value[:1] in "[{":
        try:
            yield from _strings(json.loads(value))
        except ValueError:
            return


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in NOT_SAID:
                yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
