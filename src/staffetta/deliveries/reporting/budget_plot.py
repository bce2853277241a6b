"""The plot of the daily budget as shapes, for pages without a style or a script of their own: drawn as SVG.

A slot is 10 wide, the whole 100 high; what an hour tells in words stands beside its shape.
"""

from dataclasses import dataclass

from staffetta.deliveries.ledger import budget
from staffetta.deliveries.ledger.budget_hours import Slot, day_before_and_after
from staffetta.deliveries.models import Budget
from staffetta.work.clock import now

WIDE, HIGH = 10, 100
LEAST = 2
"""One person of a large budget can still be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What was reached, or becomes free, in one hour; `x`, `y` and `height` as SVG wants them."""

    slot: Slot
    x: int
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The bars of 48 hours, before and after `middle`, and what is left to communications as the edge of an area."""

    bars: list[Bar]
    left: str
    width: int
    middle: int
    a_day: int

    @property
    def told(self) -> list[Slot]:
        """Return the hours in which something happens, for the table."""
        return [bar.slot for bar in self.bars if bar.slot.reached or bar.slot.freed]


def plot() -> Plot | None:
    """Return the plot, None without a limit; one row is read whatever the number of people."""
    if not budget.limit():
        return None
    row = Budget.objects.filter(pk=1).first() or Budget()
    a_day = budget.limit() - budget.reserve()
    return _drawn(day_before_and_after(row.hours, now(), a_day), a_day)


def _drawn(slots: list[Slot], a_day: int) -> Plot:
    bars = [_bar(slot, WIDE * number) for number, slot in enumerate(slots)]
    width = WIDE * len(slots)
    steps = [f"{x},{_down(slot.left)}" for bar, slot in zip(bars, slots, strict=True) for x in (bar.x, bar.x + WIDE)]
    return Plot(bars, " ".join([f"0,{HIGH}", *steps, f"{width},{HIGH}"]), width, width // 2, a_day)


def _bar(slot: Slot, x: int) -> Bar:
    people = slot.reached + slot.freed
    height = max(LEAST, HIGH - float(_down(people))) if people else 0
    return Bar(slot, x, f"{HIGH - height:.1f}", f"{height:.1f}")


def _down(people: int) -> str:
    """Return how far below the top so many people of the budget stand."""
    return f"{HIGH - HIGH * min(people, budget.limit()) / budget.limit():.1f}"
