"""What a turn asks the ledger before it writes: which communications may be sent, what is due, rows locked to be moved.

Nothing here changes a row; `statements.py` has the texts that do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from staffetta.deliveries.ledger.statements import CHAIN, IN_STATE, SAME_CONTRACT, SINGLE, USABLE, source
from staffetta.deliveries.ledger.zones import open_zones
from staffetta.outbound.as_json import as_json
from staffetta.work.clock import now, real_now
from staffetta.work.database.databases import Statement, listed, postgres, read_moment, stamp

if TYPE_CHECKING:
    from staffetta.deliveries.ledger.marks import Holder

# The running communications of a channel whose template is the revision a person accepted.
RUNNING_FROM = f"""FROM communications_communication m CROSS JOIN {CHAIN}
WHERE m.channel_id = %s AND v.id = m.variant_id AND m.state = 'running' AND v.revision = m.accepted_revision
  AND {USABLE}"""
RUNNING = f"SELECT m.id, m.hours, m.zones {RUNNING_FROM} ORDER BY m.id"
# Those of them that may be sent at this moment: one with a speed of its own is not due before its next time has come.
RUNNABLE = f"""SELECT m.id, m.hours, m.zones, m.speed, m.paced_to {RUNNING_FROM}
AND (m.paced_to IS NULL OR m.paced_to <= %s) ORDER BY m.id"""

IN_FLIGHT = """
SELECT id FROM deliveries_delivery WHERE state = 'sending' AND sending_at < %s ORDER BY sending_at LIMIT %s
"""
MARKED_AHEAD = """
SELECT id FROM deliveries_delivery WHERE state = 'sending' AND sending_at > %s ORDER BY sending_at LIMIT %s
"""
WAITING_OF = """
SELECT id FROM deliveries_delivery WHERE communication_id = %s AND state = 'waiting' ORDER BY reason, id LIMIT %s
"""


UNANSWERED = """
SELECT d.id, d.attempt FROM deliveries_delivery d JOIN deliveries_attempt a ON a.delivery_id = d.id
AND a.number = d.attempt WHERE d.state = 'sending' AND d.channel_id = %s AND a.worker = %s AND a.fence = %s
"""


class Runnable(NamedTuple):
    """A communication that may be sent now: to people in `zones` (None: to all), `speed` messages a minute."""

    id: int
    zones: list[str] | None
    speed: int | None
    next_at: datetime | None

    @property
    def asked(self) -> Sequence[str | None]:
        """What to ask for one by one: the open zones, or once for everybody."""
        return [None] if self.zones is None else self.zones


def running(cursor: Any, channel_id: int) -> dict[int, list[str] | None]:
    """Return the communications of a channel that are under way and well, due or not, with their open zones."""
    cursor.execute(RUNNING, [channel_id])
    return {int(each): open_zones(hours, zones) for each, hours, zones in cursor.fetchall()}


def runnable(cursor: Any, channel_id: int) -> list[Runnable]:
    """Return the communications of a channel that may be sent now."""
    ask_runnable(cursor, channel_id)
    return told_runnable(cursor)


def ask_runnable(cursor: Any, channel_id: int) -> None:
    """Ask which communications of a channel may be sent now; `told_runnable` reads the answer."""
    cursor.execute(RUNNABLE, [channel_id, stamp(real_now())])


def told_runnable(cursor: Any) -> list[Runnable]:
    """Return what `ask_runnable` asked for."""
    found = [
        Runnable(int(each), open_zones(hours, zones), speed, read_moment(moment))
        for each, hours, zones, speed, moment in cursor.fetchall()
    ]
    return [each for each in found if each.zones != []]


def is_due(cursor: Any, channel_id: int, *, singles_only: bool = False) -> bool:
    """Say whether the channel has anything to send now; reads only, so that idling locks nothing.

    Asked source by source and in the index's order: a question over all at once may be planned as a walk over every row
    that waits, and a held communication may have a million of them.
    """
    sources: list[Statement] = [(f"d.channel_id = %s AND {one} AND {SAME_CONTRACT}", [channel_id]) for one in SINGLE]
    for each in [] if singles_only else runnable(cursor, channel_id):
        sources += [source(each.id, zone, channel_id) for zone in each.asked]
    present = stamp(now())
    for one, parameters in sources:
        cursor.execute(
            f"""SELECT d.id FROM deliveries_delivery d WHERE {one} AND d.state = 'waiting'
            AND d.not_before <= %s ORDER BY d.not_before, d.id LIMIT 1""",
            [*parameters, present],
        )
        if cursor.fetchone():
            return True
    return False


def kept(cursor: Any, frozen: dict[str, object]) -> bool:
    """Lock the channel and the composition of planned rows against deletion; say whether both are there."""
    name, each = ("communication", frozen["communication_id"])
    if each is None:
        name, each = ("transactionalmessage", frozen["transactional_id"])
    lock = "FOR KEY SHARE" if postgres() else ""
    cursor.execute(
        f"SELECT 1 FROM channels_channel c, communications_{name} m WHERE c.id = %s AND m.id = %s {lock}",
        [frozen["channel_id"], each],
    )
    return bool(cursor.fetchone())


def addresses_taken(cursor: Any, communication_id: int, addresses: Sequence[str]) -> set[str]:
    """Return which of the addresses have a row of the communication that may be sent.

    Written as the constraint's own condition, or its index would not be used; and one by one, or PostgreSQL reads all
    of a table of a hundred thousand rows for four thousand of them (56 ms instead of 5).
    """
    sendable = "d.kind = 'communication' AND NOT (d.state = 'not_sent')"
    if postgres():
        cursor.execute(
            f"""SELECT them.address FROM unnest(%s::text[]) AS them(address) CROSS JOIN LATERAL (
            SELECT 1 FROM deliveries_delivery d
            WHERE d.communication_id = %s AND d.address = them.address AND {sendable} LIMIT 1) taken""",
            [list(addresses), communication_id],
        )
    else:
        cursor.execute(
            f"""SELECT d.address FROM deliveries_delivery d WHERE d.communication_id = %s AND {sendable}
            AND d.address IN (SELECT value FROM json_each(%s))""",
            [communication_id, as_json(list(addresses)).decode()],
        )
    return {row[0] for row in cursor.fetchall()}


def chosen(cursor: Any, sql: str, parameters: list[Any]) -> list[int]:
    cursor.execute(sql, parameters)
    return [int(row[0]) for row in cursor.fetchall()]


def unanswered(cursor: Any, holder: "Holder") -> list[tuple[int, int]]:
    """Return (id, attempt) of what a holder claimed and nobody has recorded an answer to."""
    cursor.execute(UNANSWERED, [holder.channel_id, holder.worker, holder.fence])
    return [(int(each), int(attempt)) for each, attempt in cursor.fetchall()]


def locked(cursor: Any, ids: Sequence[int], state: str) -> list[tuple[int, int | None, str, str]]:
    """Return (id, communication, kind, reason) of those in `state`, locked in one order against deadlock."""
    condition, parameters = listed(ids)
    lock = "FOR UPDATE" if postgres() else ""
    cursor.execute(
        f"""SELECT id, communication_id, kind, reason FROM deliveries_delivery
        WHERE id {condition} AND {IN_STATE.format(column="state")} %s ORDER BY id {lock}""",
        [*parameters, state],
    )
    found: list[tuple[int, int | None, str, str]] = cursor.fetchall()
    return found


def state_of(cursor: Any, each: int, attempt: int) -> tuple[int, int | None, str, str, str] | None:
    """Return (id, communication, kind, reason, state) of one row at that attempt, locked against change."""
    lock = "FOR UPDATE" if postgres() else ""
    cursor.execute(
        f"""SELECT id, communication_id, kind, reason, state FROM deliveries_delivery
        WHERE id = %s AND attempt = %s {lock}""",
        [each, attempt],
    )
    found: tuple[int, int | None, str, str, str] | None = cursor.fetchone()
    return found
