"""WhatsApp's own formatting as safe HTML: *bold*, _italic_, ~strike~, ```monospace```; placeholders stay whole.

A mark opens after the start, a blank or punctuation and before something visible; it closes the other way round, on the
same line. Inside monospace nothing is formatted.
"""

import re
from collections.abc import Callable
from html import unescape

from django.utils.html import escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

TAGS = {"*": "strong", "_": "em", "~": "s"}
MONOSPACE = re.compile(r"```(.+?)```", re.DOTALL)
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
SINGLE_PLACEHOLDER = re.compile(r"(?<!\{)\{\s*(\d{1,3})\s*\}(?!\})")
FIRST_ATOM = 0xE000
"""Placeholders travel through the parser as one private character each: a value can never be taken for markup."""
ATOMS = re.compile("[\ue000-\uf8ff]")
DEEPEST = 8

type Shown = Callable[[str], SafeString]


def to_html(text: str, shown: Shown | None = None) -> SafeString:
    """Return `text` formatted; `shown` draws a placeholder by its name, by default as it is written."""
    return _drawn(text, shown, lambda plain: "".join(_pieces(plain)))


def placeholders(text: str, shown: Shown | None = None) -> SafeString:
    """Return `text` as it is written, only its placeholders drawn: headers know no formatting."""
    return _drawn(text, shown, escape)


def _drawn(text: str, shown: Shown | None, formatted: Callable[[str], str]) -> SafeString:
    atoms: list[SafeString] = []

    def keep(found: re.Match[str]) -> str:
        atoms.append(shown(found[1]) if shown else variable(found[1]))
        return chr(FIRST_ATOM + len(atoms) - 1) if len(atoms) < 6000 else ""

    pattern = PLACEHOLDER if PLACEHOLDER.search(text) else SINGLE_PLACEHOLDER
    html = formatted(pattern.sub(keep, ATOMS.sub("", text)))
    return mark_safe(ATOMS.sub(lambda found: _atom(atoms, found[0]), html))  # noqa: S308 - escaped piece by piece


def plain(text: str) -> str:
    """Return `text` as it reads, without the marks and with its placeholders as they are written."""
    return unescape(strip_tags(to_html(text)))


def variable(name: str) -> SafeString:
    """Draw a placeholder that has no value."""
    return format_html('<span class="var">{{{{{}}}}}</span>', name)


def _atom(atoms: list[SafeString], character: str) -> str:
    place = ord(character) - FIRST_ATOM
    return atoms[place] if place < len(atoms) else ""


def _pieces(text: str) -> list[str]:
    pieces = []
    for number, piece in enumerate(MONOSPACE.split(text)):
        if number % 2:
            pieces.append(f"<code>{escape(piece)}</code>")
        else:
            pieces.append("\n".join(_line(line, 0) for line in piece.split("\n")))
    return pieces


def _line(text: str, depth: int) -> str:
    out = []
    start = place = 0
    while place < len(text):
        end = _closing(text, place) if text[place] in TAGS and depth < DEEPEST else -1
        if end < 0:
            place += 1
            continue
        tag = TAGS[text[place]]
        out.append(f"{escape(text[start:place])}<{tag}>{_line(text[place + 1 : end], depth + 1)}</{tag}>")
        start = place = end + 1
    out.append(escape(text[start:]))
    return "".join(out)


def _closing(text: str, place: int) -> int:
    """Return where the mark at `place` is closed, -1 when it opens nothing."""
    mark = text[place]
    if place and (text[place - 1].isalnum() or text[place - 1] == mark):
        return -1
    if place + 1 >= len(text) or text[place + 1].isspace() or text[place + 1] == mark:
        return -1
    end = text.find(mark, place + 2)
    while end >= 0:
        after = text[end + 1 : end + 2]
        if not text[end - 1].isspace() and not after.isalnum() and after != mark:
            return end
        end = text.find(mark, end + 1)
    return -1
