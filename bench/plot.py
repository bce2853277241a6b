"""The dispatch runs as one picture: our messages per second beside the bare loop's. SVG written by hand."""

from html import escape
from typing import Any

WIDTH, LEFT, BAR, GAP, TOP = 900, 330, 13, 12, 46
OURS, LOOP, TEXT = "#206bc4", "#cbd5e1", "#1e293b"


def picture(results: dict[str, Any]) -> str:
    """Return the SVG."""
    rows = [row for part in ("dispatch", "growth") for row in results.get(part, []) if "per_second" in row]
    most = max([row["loop_per_second"] for row in rows], default=1)
    height = TOP + len(rows) * (2 * BAR + GAP) + 10
    scale = (WIDTH - LEFT - 110) / most
    bars = "".join(_bars(row, TOP + number * (2 * BAR + GAP), scale) for number, row in enumerate(rows))
    machine = results["machine"]
    title = f"Messages per second, {results['at'][:10]}, {machine['cores']} cores: dispatch (blue), bare loop (grey)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
        f'<text x="12" y="24" font-size="15" fill="{TEXT}">{escape(title)}</text>{bars}</svg>\n'
    )


def _bars(row: dict[str, Any], y: int, scale: float) -> str:
    place = f"{row['database']}, {row['channels']} ch., {row['concurrency']} at once"
    name = f"{place}, {row['provider']}, {row['latency_ms']} ms, {row['messages']:,}"
    ours, loop = row["per_second"], row["loop_per_second"]
    return (
        f'<text x="{LEFT - 8}" y="{y + BAR + 4}" text-anchor="end" fill="{TEXT}">{escape(name)}</text>'
        + _bar(y, ours, scale, OURS, f"{ours:,} ({row['of_the_loop']:.0%})")
        + _bar(y + BAR, loop, scale, LOOP, f"{loop:,}")
    )


def _bar(y: int, value: float, scale: float, colour: str, words: str) -> str:
    width = value * scale
    return (
        f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 1}" fill="{colour}"/>'
        f'<text x="{LEFT + width + 5:.1f}" y="{y + BAR - 3}" font-size="11" fill="{TEXT}">{words}</text>'
    )
