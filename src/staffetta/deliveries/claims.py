"""Which due rows a turn marks, and how the communications of a channel share it.

Within the transaction of a turn, on its cursor: `states.py` alone calls this.
"""

from typing import Any

import orjson

from staffetta.deliveries import statements
from staffetta.deliveries.marks import Holder, Marked, Shares
from staffetta.deliveries.questions import Runnable
from staffetta.work.clock import real_now
from staffetta.work.databases import stamp
from staffetta.work.pace import Spacing


def singles(cursor: Any, holder: Holder, want: int) -> list[tuple[Any, ...]]:
    """Mark transactional messages, then test sends."""
    rows: list[tuple[Any, ...]] = []
    for where in statements.SINGLE:
        cursor.execute(*statements.single_claim(holder, where, want - len(rows)))
        rows += cursor.fetchall()
    return rows


def shared(cursor: Any, holder: Holder, want: int, shares: Shares, running: list[Runnable]) -> list[tuple[Any, ...]]:
    """Share `want` among the running communications; what one does not need, or may not have yet, goes to the next."""
    start = shares.rotation % len(running) if running else 0
    shares.rotation += 1
    rows: list[tuple[Any, ...]] = []
    for left, each in zip(range(len(running), 0, -1), running[start:] + running[:start], strict=True):
        spacing = Spacing.of(each.speed, each.next_at, real_now()) if each.speed else None
        share = -(-(want - len(rows)) // left)
        if spacing:
            share = min(share, spacing.allowed)
        if share <= 0:
            continue
        found = _zones(cursor, holder, each, share, shares)
        if found and spacing:
            cursor.execute(statements.SPACED, [stamp(spacing.after(len(found))), each.id])
        rows += found
    return rows


def _zones(cursor: Any, holder: Holder, each: Runnable, share: int, shares: Shares) -> list[tuple[Any, ...]]:
    """Mark rows of one communication: of whomever, or zone by zone in their order, those that ran dry last."""
    rows: list[tuple[Any, ...]] = []
    for zone in sorted(each.asked, key=lambda zone: (each.id, zone) in shares.dry):
        key, wanted = (each.id, zone), share - len(rows)
        cursor.execute(*statements.communication_claim(holder, each.id, zone, shares.since.get(key), wanted))
        found = cursor.fetchall()
        if found:
            shares.since[key] = max(row[-1] for row in found)
        rows += found
        if len(found) == wanted:
            break
        shares.dry.add(key)
    return rows


def marked(row: tuple[Any, ...]) -> Marked:
    """Return a claimed row (statements.MARKED) as what is sent."""
    each, attempt, kind, communication_id, variant_id, address, template, language, parameters, zone, _ = row
    values = orjson.loads(parameters) if isinstance(parameters, str) else parameters
    return Marked(each, attempt, kind, communication_id, variant_id, address, template, language, values, zone)
