"""Which due rows a turn marks, and how the communications of a channel share it.

Within the transaction of a turn, on its cursor: `states.py` alone calls this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from staffetta.deliveries.ledger import questions, statements
from staffetta.deliveries.ledger.budget import Counting
from staffetta.deliveries.ledger.marks import Holder, Marked, Shares
from staffetta.deliveries.ledger.questions import Runnable
from staffetta.work.clock import real_now
from staffetta.work.database.databases import Statement, stamp
from staffetta.work.pace import Spacing

FEW = 8
"""How many single messages of a kind are asked for in advance: there are seldom any, and room is kept for them."""


@dataclass(slots=True)
class _Asked:
    """A claim under way: of a communication's `share`, or of single messages (`communication_id` is None)."""

    communication_id: int | None
    share: int
    cursor: Any


class Claiming:
    """One turn's claims: what can be asked at once is asked at once, the rest when its answers are there.

    With a daily budget (`counting`) a communication is asked for no more than is left, and nothing in advance.
    """

    def __init__(
        self, new_cursor: Callable[[], Any], holder: Holder, want: int, shares: Shares, counting: Counting | None
    ) -> None:
        self._new_cursor, self._holder, self._want, self._shares = new_cursor, holder, want, shares
        self._counting = counting
        self._choice = new_cursor()
        self._asked: list[_Asked] = []

    def ask(self) -> None:
        """Ask which communications may be sent and, where nobody counts persons, for their rows along with it."""
        questions.ask_runnable(self._choice, self._holder.channel_id)
        if self._counting is None:
            self._ask_in_advance()

    def rows(self) -> tuple[list[tuple[Any, ...]], dict[int, datetime]]:
        """Return what was marked, and which of it may not leave before a moment: single messages beyond the budget.

        Transactional messages first, then test sends, then the communications by turns.
        """
        shares, counting, cursor = self._shares, self._counting, self._new_cursor()
        running = questions.told_runnable(self._choice)
        rows, common, dry = self._taken()
        if shares.singles and (rows or not self._asked):
            rows += singles(cursor, self._holder, self._want - len(rows) - len(common))
        shares.singles = shares.flooded = bool(rows)
        beyond = counting.admit(rows) if counting else []
        left = self._want - len(rows) - len(common)
        if counting:
            left = min(left, counting.left_to_communications)
        common += shared(cursor, self._holder, left, shares, [each for each in running if each.id not in dry])
        if counting:
            counting.admit(common)
        rows += common
        shares.rotation += 1
        shares.running = running if rows else []
        return rows, dict(beyond)

    def _ask_in_advance(self) -> None:
        """Ask for what the last turn's communications may have, without waiting for this turn's list of them.

        Each claim looks for itself whether its communication still runs. Not those with hours or a speed, of which the
        list says what they may have; and nothing while single messages come in numbers, which are asked for first.
        """
        shares, want = self._shares, self._want
        if shares.singles:
            if shares.flooded or want < 4 * FEW:
                return
            for where in statements.SINGLE:
                self._send(None, FEW, statements.single_claim(self._holder, where, FEW))
                want -= FEW
        ordered = _in_turn(shares.running, shares)
        for left, each in zip(range(len(ordered), 0, -1), ordered, strict=True):
            share = -(-want // left)
            want -= share
            if share and each.zones is None and not each.speed:
                since, plain = shares.since.get((each.id, None)), statements.NEITHER_HOURS_NOR_SPEED
                claim = statements.communication_claim(self._holder, each.id, None, since, share, also=plain)
                self._send(each.id, share, claim)

    def _send(self, communication_id: int | None, share: int, claim: Statement) -> None:
        cursor = self._new_cursor()
        cursor.execute(*claim)
        self._asked.append(_Asked(communication_id, share, cursor))

    def _taken(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], set[int]]:
        """Return single messages and rows of communications that were asked for, and which of those gave too few."""
        found: list[tuple[Any, ...]] = []
        common: list[tuple[Any, ...]] = []
        dry: set[int] = set()
        for asked in self._asked:
            rows = asked.cursor.fetchall()
            if asked.communication_id is None:
                found += rows
                continue
            common += rows
            if rows:
                self._shares.since[asked.communication_id, None] = max(row[-1] for row in rows)
            if len(rows) < asked.share:
                dry.add(asked.communication_id)
        return found, common, dry


def singles(cursor: Any, holder: Holder, want: int) -> list[tuple[Any, ...]]:
    """Mark transactional messages, then test sends."""
    rows: list[tuple[Any, ...]] = []
    for where in statements.SINGLE:
        cursor.execute(*statements.single_claim(holder, where, want - len(rows)))
        rows += cursor.fetchall()
    return rows


def shared(cursor: Any, holder: Holder, want: int, shares: Shares, running: list[Runnable]) -> list[tuple[Any, ...]]:
    """Share `want` among the running communications; what one does not need, or may not have yet, goes to the next."""
    rows: list[tuple[Any, ...]] = []
    for left, each in zip(range(len(running), 0, -1), _in_turn(running, shares), strict=True):
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


def _in_turn(running: list[Runnable], shares: Shares) -> list[Runnable]:
    """Begin with another each turn."""
    start = shares.rotation % len(running) if running else 0
    return running[start:] + running[:start]


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
    values = orjson.loads(parameters)
    return Marked(each, attempt, kind, communication_id, variant_id, address, template, language, values, zone)
