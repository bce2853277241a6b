"""The guides of docs/guides, inside the product: a small, safe subset of Markdown (their own) as HTML."""

import re
from functools import cache
from pathlib import Path

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

PLACES = (Path(__file__).resolve().parents[1] / "guides", Path(__file__).resolve().parents[3] / "docs" / "guides")
NAMES = {
    "connect-channels": {"it": "collegare-i-canali", "en": "connect-the-channels"},
    "send-notifications": {"it": "inviare-notifiche-whatsapp", "en": "send-whatsapp-notifications"},
}
INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)|\[([^\]]+)\]\(([^)\s]+)\)")
RULE = set("|-: ")
ITEM = re.compile(r"(?:[-*]|\d+\.)\s+")


def guide(name: str, language: str) -> tuple[str, SafeString] | None:
    """Return the title and the text of a guide in a language, None when there is no such guide."""
    files = NAMES.get(name, {})
    file = files.get(language) or files.get("en")
    path = next((place / f"{file}.md" for place in PLACES if (place / f"{file}.md").is_file()), None) if file else None
    return _read(path, path.stat().st_mtime) if path else None


@cache
def _read(path: Path, _changed: float) -> tuple[str, SafeString]:
    title, _, text = path.read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("#").strip(), to_html(text)


def to_html(text: str) -> SafeString:
    """Return headings, paragraphs, lists, tables, code and links as HTML; everything else is escaped."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return mark_safe("\n".join(_block(block.strip("\n")) for block in blocks))  # noqa: S308 - escaped piece by piece


def _block(block: str) -> str:
    lines = block.split("\n")
    if lines[0].startswith("#"):
        level = min(6, len(lines[0]) - len(lines[0].lstrip("#")))
        words = lines[0].lstrip("# ")
        rest = _block("\n".join(lines[1:])) if lines[1:] else ""
        return f'<h{level} id="{slugify(words)}">{_inline(words)}</h{level}>{rest}'
    if lines[0].startswith("```"):
        return f'<pre tabindex="0"><code>{escape(chr(10).join(lines[1:-1]))}</code></pre>'
    if lines[0].startswith("|") and set(lines[0]) - RULE:
        return _table(lines)
    if ITEM.match(lines[0]):
        return _list(lines)
    return f"<p>{_inline(' '.join(lines))}</p>"


def _list(lines: list[str]) -> str:
    items: list[str] = []
    for line in lines:
        found = ITEM.match(line)
        if found:
            items.append(line[found.end() :])
        else:
            items[-1] += f" {line.strip()}"
    kind = "ol" if lines[0][0].isdigit() else "ul"
    return f"<{kind}>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</{kind}>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if set(line) - RULE]
    head = "".join(f"<th>{_inline(cell)}</th>" for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
    table = f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="table-responsive">{table}</div>'


def _inline(text: str) -> str:
    out: list[str] = []
    start = 0
    for found in INLINE.finditer(text):
        out.append(escape(text[start : found.start()]))
        out.append(_mark(found))
        start = found.end()
    return "".join([*out, escape(text[start:])])


def _mark(found: re.Match[str]) -> str:
    code, bold, italic, label, address = found.groups()
    if code:
        return format_html("<code>{}</code>", code)
    if bold:
        return format_html("<strong>{}</strong>", bold)
    if italic:
        return format_html("<em>{}</em>", italic)
    return _link(label, address)


def _link(label: str, address: str) -> str:
    """Links between guides stay inside; other relative ones are files of the project and have no page here."""
    other = next((name for name, files in NAMES.items() if f"{address.removesuffix('.md')}" in files.values()), "")
    if other:
        return format_html('<a href="../{}/">{}</a>', other, label)
    if address.startswith(("https://", "http://", "#", "mailto:")):
        return format_html('<a href="{}">{}</a>', address, label)
    return escape(label)
