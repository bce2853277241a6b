"""The only writer of a delivery's state: every arrow of its life is one set-based statement here.

                                  treat as sent, look-up, event
                    +--------------------------------------------------------+
                    |                                                        v
    planned --> waiting --> sending --> uncertain                          sent --> delivered --> read
       |         |  |  ^       |  |      |     |                            ^ |         ^          ^
       |         |  |  |       |  +------|-----|----- accepted -------------+ +--> undelivered ----+
       |         |  |  |       |         |     |                                        late event |
       |         |  |  |       +---------|-----|----- refused -------------> failed ---------------+
       |         |  |  +- definite ------+     |                                        late event
       |         |  |  |  refusal, channel     +----- event ---------------> failed, undelivered, delivered, read
       |         |  |  |  fault, released
       |         |  |  +- send again (a person only) -- uncertain
       |         |  +----- stopped, withdrawn -------------------------------> cancelled
       +---------+-------- held back ----------------------------------------> not_sent

* planned: a row is born `waiting`, or `not_sent` with the reason why it can never go.
* waiting -> sending: claimed under a channel's lease, its fence looked at in the claiming statement, committed before
  the request leaves; the attempt's number rises and a row of `Attempt` is written with it.
* sending -> waiting: nothing left this machine, or the provider refused definitely in a way that allows a next
  attempt, or the channel is at fault. Never for an unknown outcome.
* sending -> uncertain: an unknown outcome, or nobody answers for the row any more (sweep.py).
* uncertain -> waiting: a person only (settle.py).

An answer is recorded by (delivery, attempt), whoever holds the lease by then: a known answer is never thrown away.
Every statement names the old state in its WHERE, so an arrow that is not drawn cannot happen; counters move along in
the same transaction (counts.py). `waiting` and `sending` rows carry no reason.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from staffetta.deliveries.ledger import budget, claims, policy, questions, statements
from staffetta.deliveries.ledger.counts import Moves
from staffetta.deliveries.ledger.marks import Answer, Holder, Marked, Shares
from staffetta.deliveries.models import DeliveryState
from staffetta.outbound.as_json import as_json
from staffetta.work.clock import now, real_now
from staffetta.work.database import databases

W, S = DeliveryState.WAITING, DeliveryState.SENDING
FINAL = (
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
    DeliveryState.READ,
    DeliveryState.FAILED,
    DeliveryState.UNDELIVERED,
)
ARROWS: dict[str, frozenset[str]] = {
    W: frozenset({S, DeliveryState.NOT_SENT, DeliveryState.CANCELLED}),
    S: frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN, W}),
    DeliveryState.SENT: frozenset({DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.UNDELIVERED}),
    DeliveryState.DELIVERED: frozenset({DeliveryState.READ}),
    DeliveryState.UNDELIVERED: frozenset({DeliveryState.DELIVERED, DeliveryState.READ}),
    DeliveryState.FAILED: frozenset({DeliveryState.DELIVERED, DeliveryState.READ}),
    DeliveryState.UNCERTAIN: frozenset({*FINAL, W}),
    DeliveryState.READ: frozenset(),
    DeliveryState.NOT_SENT: frozenset(),
    DeliveryState.CANCELLED: frozenset(),
}


def turn(
    holder: Holder,
    answers: Sequence[Answer],
    want: int,
    shares: Shares | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Marked]:
    """Record `answers` and mark up to `want` due rows of the channel, in one transaction.

    One commit serves both, since a durable commit is what a turn costs. A lost lease marks nothing and still records.
    `shares` is what a session remembers from turn to turn; `meanwhile` is called once the database has work.
    """
    with _one_turn(answers, counted=holder.counted and want > 0) as one:
        listed = one.tell(answers)
        claiming = one.claiming(holder, want, shares or Shares()) if want > 0 else None
        if claiming:
            claiming.ask()
        meanwhile()
        one.heed(answers, listed)
        return one.mark(holder, *claiming.rows()) if claiming else []


def record(answers: Sequence[Answer]) -> None:
    """Record what came of attempts, whoever holds the lease now."""
    with _one_turn(answers, counted=False) as one:
        one.heed(answers, one.tell(answers))


def keep(frozen: dict[str, object]) -> None:
    """Keep what planned rows will refer to until the transaction ends: the database looks it up for none of them.

    Whoever deletes a channel, a communication or a transactional message locks it first. Raises IntegrityError when one
    is gone.
    """
    with connection.cursor() as cursor:
        if not questions.kept(cursor, frozen):
            raise IntegrityError("what these messages belong to was deleted")


def insert(rows: Iterable[dict[str, object]], frozen: dict[str, object]) -> int:
    """Write planned rows; `frozen` is what all of them share. Each row is born `waiting` or `not_sent`.

    Must run in the caller's transaction, which keeps what they refer to (`keep`). Raises IntegrityError when a person
    or an address is there already.
    """
    listed = list(rows)
    if any(row["state"] not in (W, DeliveryState.NOT_SENT) for row in listed):
        raise ValueError("a delivery is born waiting or not_sent")
    sql, parameters = statements.insert(listed, frozen)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    moves = Moves()
    communication_id: Any = frozen["communication_id"]
    for row in listed:
        moves.arrive(communication_id, str(frozen["kind"]), str(row["state"]), str(row["reason"]))
    moves.write()
    return len(listed)


def sweep(before: datetime, limit: int = 500) -> int:
    """Turn what was marked before `before` (the machine's own time) and never answered into `uncertain`."""
    with transaction.atomic(), connection.cursor() as cursor:
        ids = questions.chosen(cursor, questions.IN_FLIGHT, [databases.stamp(before), limit])
        return _move(cursor, ids, S, DeliveryState.UNCERTAIN, reason="worker_gone")


def sweep_marked_ahead(after: datetime, limit: int = 500) -> int:
    """Turn what was marked in the future, by a clock that was wrong, and never answered into `uncertain`."""
    with transaction.atomic(), connection.cursor() as cursor:
        ids = questions.chosen(cursor, questions.MARKED_AHEAD, [databases.stamp(after), limit])
        return _move(cursor, ids, S, DeliveryState.UNCERTAIN, reason="worker_gone")


def bring_to_present(after: datetime, limit: int = 2000) -> int:
    """Let rows go now that wait for a moment behind `after`, and that were planned or tried in a future themselves."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*statements.bring_to_present(databases.stamp(after), limit))
        return int(cursor.rowcount)


def cancel(communication_id: int, limit: int = 5000) -> int:
    """Cancel waiting rows of a stopped communication, at most `limit`."""
    with transaction.atomic(), connection.cursor() as cursor:
        ids = questions.chosen(cursor, questions.WAITING_OF, [communication_id, limit])
        return _move(cursor, ids, W, DeliveryState.CANCELLED, reason="stopped")


def withdraw(ids: Sequence[int]) -> int:
    """Cancel single messages that still wait, because whoever asked for them takes them back; return how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _move(cursor, ids, W, DeliveryState.CANCELLED, reason="withdrawn")


def hold_back(ids: Sequence[int], reason: str) -> int:
    """Hold waiting rows back for good, with the reason."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _move(cursor, ids, W, DeliveryState.NOT_SENT, reason=reason)


def settle(ids: Sequence[int], state: str, by: str, reason: str = "") -> int:
    """Give uncertain rows their final `state`; `by` is history, event or person. Returns how many were uncertain."""
    if state not in FINAL:
        raise ValueError(f"{state} settles nothing")
    with transaction.atomic(), connection.cursor() as cursor:
        return _move(cursor, ids, DeliveryState.UNCERTAIN, state, reason=reason, by=by)


def send_again(ids: Sequence[int]) -> int:
    """Let uncertain rows wait for another attempt: a person's decision, never ours."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _move(cursor, ids, DeliveryState.UNCERTAIN, W, by="person")


def advance(ids: Sequence[int], old: str, state: str, reason: str = "") -> int:
    """Follow an event of the provider from `old` to `state`. A late, doubled or unordered event moves nothing."""
    if old in (W, S) or state not in ARROWS[old] or state == W:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        return _move(cursor, ids, old, state, reason=reason, by="event")


def _move(cursor: Any, ids: Sequence[int], old: str, new: str, *, reason: str = "", by: str = "") -> int:
    """Move the rows among `ids` that are in `old`, counters along; the one statement behind all slow arrows."""
    if new not in ARROWS[old]:
        raise ValueError(f"no arrow leads from {old} to {new}")
    moves = Moves()
    # The old reasons have to be known for the counters, and no row may change in between: they are locked first.
    before = {row[0]: row for row in questions.locked(cursor, ids, old)}
    if not before:
        return 0
    cursor.execute(*statements.move(list(before), old, new, reason=reason, by=by))
    moved = [int(row[0]) for row in cursor.fetchall()]
    for each in moved:
        _, communication_id, kind, old_reason = before[each]
        moves.leave(communication_id, kind, old, old_reason)
        moves.arrive(communication_id, kind, new, reason)
        moves.gains.settled(communication_id, kind, old, new, by)
    moves.gains.write(cursor)
    moves.write()
    return len(moved)


@contextmanager
def _one_turn(answers: Sequence[Answer], *, counted: bool) -> Iterator["_Turn"]:
    """One transaction with several cursors: what one was asked is still to come while the next one asks.

    With a daily budget each statement waits for the one before.
    """
    concerned = budget.concerns(answers, counted=counted)
    with nullcontext() if concerned else databases.together(), transaction.atomic(), ExitStack() as kept:
        counting = budget.Counting() if concerned else None
        if counting:
            counting.give_back(answers)
        one = _Turn(lambda: kept.enter_context(databases.cursor_of_turn()), counting)
        yield one
        if counting:
            counting.write()
        one.moves.write()


class _Turn:
    """What a turn of the dispatcher writes within its transaction."""

    def __init__(self, new_cursor: Callable[[], Any], counting: budget.Counting | None) -> None:
        self.new_cursor, self.counting = new_cursor, counting
        self.ledger = new_cursor()
        self.moves = Moves()

    def tell(self, answers: Sequence[Answer]) -> str:
        """Write the answers down and return them as JSON; which rows took them, `heed` reads."""
        listed = as_json([_row(answer) for answer in answers]).decode()
        if answers:
            self.ledger.execute(*statements.answer_deliveries(listed, databases.stamp(now())))
        return listed

    def heed(self, answers: Sequence[Answer], listed: str) -> None:
        """Count what the answers moved, and settle those that came late."""
        if not answers:
            return
        told = {answer.id: answer for answer in answers}
        moved = Counter[tuple[int | None, str, str, str]]()
        for each, communication_id, kind in self.ledger.fetchall():
            answer = told.pop(int(each))
            moved[communication_id, kind, answer.state, answer.reason] += 1
            self.moves.gains.answered(communication_id, kind, answer)
        for (communication_id, kind, state, reason), number in moved.items():
            self.moves.leave(communication_id, kind, S, number=number)
            self.moves.arrive(communication_id, kind, state, reason, number)
        if not databases.postgres():
            self.ledger.execute(*statements.answer_attempts(listed, databases.stamp(now())))
        for late in told.values():
            _record_late(self.ledger, late, self.moves)
        self.moves.gains.write(self.ledger)

    def claiming(self, holder: Holder, want: int, shares: Shares) -> claims.Claiming:
        return claims.Claiming(self.new_cursor, holder, want, shares, self.counting)

    def mark(self, holder: Holder, rows: list[tuple[Any, ...]], beyond: dict[int, datetime]) -> list[Marked]:
        """Open the attempts of claimed rows and count them; give back at once what is `beyond` the budget."""
        if rows and not databases.postgres():
            self.ledger.execute(*statements.open_attempts(holder, [row[0] for row in rows]))
        marked = [claims.marked(row) for row in rows]
        for (communication_id, kind), number in Counter((row.communication_id, row.kind) for row in marked).items():
            self.moves.leave(communication_id, kind, W, number=number)
            self.moves.arrive(communication_id, kind, S, number=number)
        return self._without(marked, beyond) if beyond else marked

    def _without(self, marked: list[Marked], beyond: dict[int, datetime]) -> list[Marked]:
        """Give back at once what may not leave before a moment; `admit` has not counted it."""
        given_back = [policy.released(row, beyond[row.id]) for row in marked if row.id in beyond]
        self.heed(given_back, self.tell(given_back))
        return [row for row in marked if row.id not in beyond]


def _record_late(cursor: Any, answer: Answer, moves: Moves) -> None:
    """Record an answer to a row that is no longer `sending`: swept meanwhile, perhaps settled, perhaps sent again.

    Acceptance and refusal are facts: they settle an uncertain row. An accepted row that a person has sent back to
    waiting would go out twice: it passes `sending` to `sent` at once. Everything else changes nothing.
    """
    state = questions.state_of(cursor, answer.id, answer.attempt)
    if state is None or answer.state not in (DeliveryState.SENT, DeliveryState.FAILED):
        return
    _, communication_id, kind, old_reason, old = state
    if old != DeliveryState.UNCERTAIN and (old, answer.state) != (W, DeliveryState.SENT):
        return
    if old == W:
        cursor.execute(*statements.mark_again(answer.id, databases.stamp(real_now())))
    cursor.execute(
        *statements.answer_late(as_json([_row(answer)]).decode(), S if old == W else old, databases.stamp(now()))
    )
    moves.leave(communication_id, kind, old, old_reason)
    moves.arrive(communication_id, kind, answer.state, answer.reason)
    moves.gains.answered(communication_id, kind, answer)


def _row(answer: Answer) -> dict[str, object]:
    """Leave out what the answer does not say: most say nothing but `accepted`, and each byte is read three times."""
    told = zip(answer._fields, answer, strict=True)
    row: dict[str, object] = {name: value for name, value in told if value and name in statements.WRITTEN}
    if answer.not_before:
        row["not_before"] = str(databases.stamp(answer.not_before))
    return row
