"""The SQL of states.py, for SQLite and PostgreSQL. Nothing but `states.py` runs what changes a state.

Raw, because the ORM has no `UPDATE … FROM` and no `RETURNING`: a turn of the dispatcher is six statements whatever
the number of rows. Lists cross as one JSON parameter (`json_each`, `jsonb_to_recordset`), so that a statement's text
is always the same. Literals such as 'waiting' stand in the text: only then may a partial index be used.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

from staffetta.deliveries.zones import open_zones
from staffetta.outbound.as_json import as_json
from staffetta.work.clock import now, real_now

if TYPE_CHECKING:
    from staffetta.deliveries.marks import Holder

Statement = tuple[str, list[Any]]

MARKED = """id, attempt, kind, communication_id, variant_id, address, template_name, template_language, parameters,
zone, not_before"""

# A template that may be sent: the switch, the approval, a part we can send, still there, on a connected channel.
USABLE = """t.active AND v.status = 'approved' AND v.unsupported = '' AND v.gone_at IS NULL AND c.state = 'connected'"""
CHAIN = """channels_templatevariant v JOIN channels_template t ON t.id = v.template_id
JOIN channels_channel c ON c.id = t.channel_id"""

# The running communications of a channel whose template is the revision a person accepted.
RUNNING_FROM = f"""FROM communications_communication m CROSS JOIN {CHAIN}
WHERE m.channel_id = %s AND v.id = m.variant_id AND m.state = 'running' AND v.revision = m.accepted_revision
  AND {USABLE}"""
RUNNING = f"SELECT m.id, m.hours, m.zones {RUNNING_FROM} ORDER BY m.id"
# Those of them that may be sent at this moment: one with a speed of its own is not due before its next time has come.
RUNNABLE = f"""SELECT m.id, m.hours, m.zones, m.speed, m.paced_to {RUNNING_FROM}
AND (m.paced_to IS NULL OR m.paced_to <= %s) ORDER BY m.id"""
SPACED = "UPDATE communications_communication SET paced_to = %s WHERE id = %s"
# Asked once more inside the claim: between the list and the claim somebody may have stopped it or switched it off.
STILL_RUNNING = f"""EXISTS (SELECT 1 FROM communications_communication m CROSS JOIN {CHAIN}
WHERE m.id = %s AND v.id = m.variant_id AND m.state = 'running' AND v.revision = m.accepted_revision AND {USABLE})"""
# Single messages carry their own contract: what was frozen must be what the template still is.
SAME_CONTRACT = f"""EXISTS (SELECT 1 FROM {CHAIN}
WHERE v.id = d.variant_id AND v.fingerprint = d.fingerprint AND c.id = d.channel_id AND {USABLE})"""

IN_FLIGHT = """
SELECT id FROM deliveries_delivery WHERE state = 'sending' AND sending_at < %s ORDER BY sending_at LIMIT %s
"""
WAITING_OF = """
SELECT id FROM deliveries_delivery WHERE communication_id = %s AND state = 'waiting' ORDER BY reason, id LIMIT %s
"""
SINGLE = ("d.kind = 'transactional' AND d.communication_id IS NULL", "d.kind = 'test'")


# Rows that are named by their keys are found by their keys: `|| ''` keeps PostgreSQL from the partial index of that
# state, through which it walked over everybody who waits at each claim (20,000 rows: 52 ms instead of 7).
IN_STATE = "{column} || '' ="


def cursor_of_turn() -> CursorWrapper:
    """Return a cursor for the statements every turn repeats: PostgreSQL plans each of them once per connection.

    Django's own cursors write the values into the text, so that every execution is planned anew.
    """
    connection.ensure_connection()
    if not postgres():
        return connection.cursor()
    bare: Any = psycopg.Cursor(connection.connection)
    return connection.make_debug_cursor(bare) if connection.queries_logged else connection.make_cursor(bare)


@contextmanager
def together() -> Iterator[None]:
    """Send statements on without waiting for the one before; a fetch waits for all so far. Only PostgreSQL is far."""
    if not postgres():
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


# Of one zone, by `delivery_due_in_zone`: the other index would walk over everybody whose hours are closed, hence `+ 0`.
IN_ZONE = "d.channel_id + 0 = %s AND d.communication_id = %s AND d.zone = %s AND NOT (d.zone = '')"
IN_ALL_ZONES = "d.channel_id = %s AND d.kind = 'communication' AND d.communication_id = %s"


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


def _source(communication_id: int, zone: str | None, channel_id: int) -> Statement:
    """Return the condition for rows of a communication, of one zone when its hours are asked for."""
    if zone is None:
        return IN_ALL_ZONES, [channel_id, communication_id]
    return IN_ZONE, [channel_id, communication_id, zone]


def read_moment(kept: datetime | None) -> datetime | None:
    """Return a moment that a raw statement found: SQLite's are in UTC and do not say so."""
    return kept.replace(tzinfo=UTC) if kept is not None and kept.tzinfo is None else kept


def stamp(moment: datetime) -> Any:
    """Return the moment as the database keeps it (SQLite: text in UTC), since raw statements bypass the fields."""
    return connection.ops.adapt_datetimefield_value(moment)


def postgres() -> bool:
    return connection.vendor == "postgresql"


def listed(ids: Sequence[int]) -> Statement:
    """Return the condition "one of `ids`" as one parameter."""
    if postgres():
        return "= ANY(%s)", [list(ids)]
    return "IN (SELECT value FROM json_each(%s))", [json.dumps(list(ids))]


def lease_of(holder: "Holder") -> list[Any]:
    return [holder.lease, holder.fence, stamp(real_now())]


def single_claim(holder: "Holder", where: str, limit: int) -> Statement:
    """Return the claim of transactional messages or of test sends (one of SINGLE)."""
    present = stamp(now())
    parameters = [stamp(real_now()), holder.channel_id, present, present, limit, *lease_of(holder)]
    alive = "(d.expires_at IS NULL OR d.expires_at > %s)"
    return _claim(f"d.channel_id = %s AND {where} AND {alive} AND {SAME_CONTRACT}"), [
        *parameters,
        *_attempt_of(holder),
    ]


def communication_claim(holder: "Holder", communication_id: int, zone: str | None, since: Any, limit: int) -> Statement:
    """Return the claim of one communication, in one zone of it when its hours are looked at.

    `since` is the `not_before` of the last row marked (None: from the beginning). PostgreSQL keeps the index entries of
    rows that wait no more until the next vacuum: each claim would walk over all of them again.
    """
    where, of_source = _source(communication_id, zone, holder.channel_id)
    parameters: list[Any] = [stamp(real_now()), *of_source]
    if since is not None:
        where += " AND d.not_before >= %s"
        parameters.append(since)
    parameters += [stamp(now()), limit, *lease_of(holder), communication_id, *_attempt_of(holder)]
    return _claim(where, STILL_RUNNING), parameters


def _claim(where: str, also: str = "TRUE") -> str:
    """One conditional update: oldest due rows first, only while the lease stands; PostgreSQL opens the attempts along.

    PostgreSQL: an array is built once, while an IN (SELECT … LIMIT) may be planned as a join that runs it again; rows
    that a stop is cancelling are skipped instead of waited for.
    """
    lock = "FOR UPDATE SKIP LOCKED" if postgres() else ""
    due = f"""SELECT d.id FROM deliveries_delivery d WHERE {where} AND d.state = 'waiting'
        AND d.not_before <= %s ORDER BY d.not_before, d.id LIMIT %s {lock}"""
    chosen_ids = f"= ANY(ARRAY({due}))" if postgres() else f"IN ({due})"
    claim = f"""
    UPDATE deliveries_delivery SET state = 'sending', attempt = attempt + 1, sending_at = %s
    WHERE id {chosen_ids} AND {IN_STATE.format(column="state")} 'waiting'
      AND EXISTS (SELECT 1 FROM work_lease l WHERE l.name = %s AND l.fence = %s AND l.expires_at > %s) AND {also}
    RETURNING {MARKED}
    """
    if not postgres():
        return claim
    return f"""WITH marked AS ({claim}), opened AS (INSERT INTO deliveries_attempt {ATTEMPT}
    SELECT id, attempt, %s, %s, %s, '', '', '' FROM marked) SELECT * FROM marked"""


ATTEMPT = "(delivery_id, number, marked_at, worker, fence, outcome, provider_code, provider_reason)"


def _attempt_of(holder: "Holder") -> list[Any]:
    return [stamp(now()), holder.worker, holder.fence] if postgres() else []


def open_attempts(holder: "Holder", ids: Sequence[int]) -> Statement:
    """Return the insertion of the attempts of marked rows where the claim cannot do it: SQLite."""
    condition, parameters = listed(ids)
    return (
        f"""INSERT INTO deliveries_attempt {ATTEMPT}
        SELECT id, attempt, %s, %s, %s, '', '', '' FROM deliveries_delivery WHERE id {condition}""",
        [stamp(now()), holder.worker, holder.fence, *parameters],
    )


ANSWERED = (
    ("id", "bigint"),
    ("attempt", "integer"),
    ("state", "text"),
    ("outcome", "text"),
    ("reason", "text"),
    ("provider_code", "text"),
    ("provider_reason", "text"),
    ("message_id", "text"),
    ("not_before", "timestamptz"),
)
WRITTEN = tuple(name for name, _ in ANSWERED)


def _answers() -> str:
    """The answers as a table, from one JSON parameter. What an answer does not say is left out of it."""
    if postgres():
        names = ", ".join(f"{name} {kind}" for name, kind in ANSWERED)
        return f"(SELECT * FROM jsonb_to_recordset(%s::jsonb) AS o({names}))"
    names = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in WRITTEN)
    return f"(SELECT {names} FROM json_each(%s))"


SETTLED = """state = o.state, reason = COALESCE(o.reason, ''), provider_code = COALESCE(o.provider_code, ''),
provider_reason = COALESCE(o.provider_reason, ''), provider_message_id = COALESCE(o.message_id, ''),
not_before = COALESCE(o.not_before, CASE o.state WHEN 'waiting' THEN %s ELSE deliveries_delivery.not_before END),
settled_at = CASE o.state WHEN 'waiting' THEN NULL ELSE %s END,
settled_by = CASE o.state WHEN 'waiting' THEN '' WHEN 'uncertain' THEN '' ELSE 'answer' END"""
TRIED = """UPDATE deliveries_attempt SET answered_at = %s, outcome = o.outcome,
provider_code = COALESCE(o.provider_code, ''), provider_reason = COALESCE(o.provider_reason, '')
FROM {answers} o WHERE deliveries_attempt.delivery_id = o.id AND deliveries_attempt.number = o.attempt"""


def answer_deliveries(answers: str, present: Any) -> Statement:
    """Return what records answers on the rows that are still `sending`; PostgreSQL records their attempts along."""
    record = f"""UPDATE deliveries_delivery SET {SETTLED} FROM {{answers}} o
        WHERE deliveries_delivery.id = o.id AND deliveries_delivery.attempt = o.attempt
          AND {IN_STATE.format(column="deliveries_delivery.state")} 'sending'
        RETURNING deliveries_delivery.id, communication_id, kind"""
    if not postgres():
        return record.format(answers=_answers()), [present, present, answers]
    both = f"WITH told AS MATERIALIZED {_answers()}, tried AS ({TRIED}) {record}".format(answers="told")
    return both, [answers, present, present, present]


def answer_late(answer: str, old: str, present: Any) -> Statement:
    return (
        f"""UPDATE deliveries_delivery SET {SETTLED} FROM {_answers()} o
        WHERE deliveries_delivery.id = o.id AND deliveries_delivery.attempt = o.attempt
          AND deliveries_delivery.state = %s""",
        [present, present, answer, old],
    )


def answer_attempts(answers: str, present: Any) -> Statement:
    """Return what records answers on their attempts where `answer_deliveries` cannot do it: SQLite."""
    return TRIED.format(answers=_answers()), [present, answers]


def mark_again(each: int, present: Any) -> Statement:
    return (
        "UPDATE deliveries_delivery SET state = 'sending', sending_at = %s WHERE id = %s AND state = 'waiting'",
        [present, each],
    )


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


def chosen(cursor: Any, sql: str, parameters: list[Any]) -> list[int]:
    cursor.execute(sql, parameters)
    return [int(row[0]) for row in cursor.fetchall()]


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


def move(ids: Sequence[int], old: str, new: str, *, reason: str, by: str) -> Statement:
    condition, parameters = listed(ids)
    present = stamp(now())
    settled_at = None if new in {"waiting", "uncertain"} else present
    again = ", not_before = %s" if new in {"waiting", "uncertain"} else ""
    return (
        f"""UPDATE deliveries_delivery SET state = %s, reason = %s, settled_by = %s, settled_at = %s {again}
        WHERE id {condition} AND {IN_STATE.format(column="state")} %s RETURNING id""",
        [new, reason, by, settled_at, *([present] if again else []), *parameters, old],
    )


VARYING = (
    ("public_id", "uuid"),
    ("contact_id", "bigint"),
    ("contact_name", "text"),
    ("address", "text"),
    ("parameters", "jsonb"),
    ("zone", "text"),
    ("state", "text"),
    ("reason", "text"),
)


def insert(rows: Sequence[dict[str, object]], frozen: dict[str, object]) -> Statement:
    """Return the insertion of planned rows: what differs as one JSON parameter, what is shared as constants."""
    names = [name for name, _ in VARYING]
    columns = ", ".join([*names, "settled_at", *frozen])
    if postgres():
        kinds = ", ".join(f"{name} {kind}" for name, kind in VARYING)
        source = f"jsonb_to_recordset(%s::jsonb) AS o({kinds})"
        taken = ", ".join(f"o.{name}" for name in names)
        settled = "CASE o.state WHEN 'not_sent' THEN %s END"
    else:
        source = "json_each(%s)"
        taken = ", ".join(f"json_extract(value, '$.{name}')" for name in names)
        settled = "CASE json_extract(value, '$.state') WHEN 'not_sent' THEN %s END"
    shared = ", ".join(["%s"] * len(frozen))
    return (
        f"INSERT INTO deliveries_delivery ({columns}) SELECT {taken}, {settled}, {shared} FROM {source}",
        [stamp(now()), *frozen.values(), as_json(rows).decode()],
    )


def is_due(cursor: Any, channel_id: int, *, singles_only: bool = False) -> bool:
    """Say whether the channel has anything to send now; reads only, so that idling locks nothing.

    Asked source by source and in the index's order: a question over all at once may be planned as a walk over every row
    that waits, and a held communication may have a million of them.
    """
    sources: list[Statement] = [(f"d.channel_id = %s AND {one} AND {SAME_CONTRACT}", [channel_id]) for one in SINGLE]
    for each in [] if singles_only else runnable(cursor, channel_id):
        sources += [_source(each.id, zone, channel_id) for zone in each.asked]
    present = stamp(now())
    for source, parameters in sources:
        cursor.execute(
            f"""SELECT d.id FROM deliveries_delivery d WHERE {source} AND d.state = 'waiting'
            AND d.not_before <= %s ORDER BY d.not_before, d.id LIMIT 1""",
            [*parameters, present],
        )
        if cursor.fetchone():
            return True
    return False
