"""The history of a configuration drawn: bars from the oldest run to the newest, as numbers an SVG takes. Pure.

Bars carry no text and are stretched to the width of the page; the words stand beside them, the figures in the table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from staffetta.sync.judge import OUTCOMES
from staffetta.sync.models import RunState
from staffetta.sync.summary import Line, numbers
from staffetta.sync.wording import STATE_LOOKS, outcome_word

HEIGHT = 100
SLOT, BAR = 10, 8
FEWEST_SLOTS = 12
"""Two runs are two bars, not two halves of the page."""
LEAST = 3
"""One rejected of a million is still to be seen."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One coloured part of a bar; `look` is a class of the style sheet. Texts, since a template groups numbers."""

    look: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One run."""

    line: Line
    x: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """`most` is what a bar of full height stands for; `legend` says what the looks in it mean."""

    bars: tuple[Bar, ...]
    width: str
    most: float
    legend: tuple[tuple[str, str], ...]


def plots(lines: Sequence[Line]) -> dict[str, Plot]:
    """Return the plots of customers and of durations; {} while there are not two runs to compare. Newest line first."""
    told = [line for line in reversed(lines) if line.seconds is not None and not line.run.rehearsal]
    return {"customers": _customers(told), "durations": _durations(told)} if len(told) > 1 else {}


def _customers(lines: Sequence[Line]) -> Plot:
    most = max(line.run.total for line in lines)
    counted = [{name: number for name, number in numbers(line.run).items() if number} for line in lines]
    bars = [_stacked({name: HEIGHT * number / most for name, number in each.items()}) for each in counted]
    legend = [(name, outcome_word(name)) for name in OUTCOMES if any(name in each for each in counted)]
    return _plot(lines, bars, most, legend)


def _durations(lines: Sequence[Line]) -> Plot:
    most = max(line.seconds or 0.0 for line in lines)
    looks = [STATE_LOOKS[line.run.state][0] for line in lines]
    bars = [
        _stacked({look: HEIGHT * (line.seconds or 0.0) / most if most else 0.0})
        for look, line in zip(looks, lines, strict=True)
    ]
    present = {line.run.state for line in lines}
    legend = [(STATE_LOOKS[state.value][0], str(state.label)) for state in RunState if state.value in present]
    return _plot(lines, bars, most, legend)


def _plot(
    lines: Sequence[Line], bars: Iterable[tuple[Piece, ...]], most: float, legend: Sequence[tuple[str, str]]
) -> Plot:
    placed = enumerate(zip(lines, bars, strict=True))
    return Plot(
        tuple(Bar(line, str(place * SLOT + (SLOT - BAR) // 2), pieces) for place, (line, pieces) in placed),
        str(SLOT * max(len(lines), FEWEST_SLOTS)),
        most,
        tuple(legend),
    )


def _stacked(heights: dict[str, float]) -> tuple[Piece, ...]:
    """Put parts upon each other from the ground up, none too low to be seen, the highest giving way."""
    seen = {look: max(height, LEAST) for look, height in heights.items()}
    if (over := sum(seen.values()) - HEIGHT) > 0:
        seen[max(seen, key=lambda look: seen[look])] -= over
    pieces, ground = [], float(HEIGHT)
    for look, height in seen.items():
        ground -= height
        pieces.append(Piece(look, f"{ground:.2f}", f"{height:.2f}"))
    return tuple(pieces)
