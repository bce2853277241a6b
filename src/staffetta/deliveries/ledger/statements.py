"""The SQL of states.py, for SQLite and PostgreSQL: texts and their parameters, run by `states.py` and its claims.

Raw, because the ORM has no `UPDATE … FROM` and no `RETURNING`: a turn of the dispatcher is six statements whatever
the number of rows. Lists cross as one JSON parameter (`json_each`, `jsonb_to_recordset`), so that a statement's text
is always the same. Literals such as 'waiting' stand in the text: only then may a partial index be used.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from staffetta.outbound.as_json import as_json
from staffetta.work.clock import now, real_now
from staffetta.work.clock_step import AHEAD
from staffetta.work.database.databases import Statement, listed, postgres, stamp

if TYPE_CHECKING:
    from staffetta.deliveries.ledger.marks import Holder

# `parameters` as the text it is: both databases' drivers are slower to read JSON than we are.
MARKED = """id, attempt, kind, communication_id, variant_id, address, template_name, template_language,
CAST(parameters AS text) AS parameters, zone, not_before"""

# A template that may be sent: the switch, the approval, a part we can send, still there, on a connected channel.
USABLE = """t.active AND v.status = 'approved' AND v.unsupported = '' AND v.gone_at IS NULL AND c.state = 'connected'"""
CHAIN = """channels_templatevariant v JOIN channels_template t ON t.id = v.template_id
JOIN channels_channel c ON c.id = t.channel_id"""

SPACED = "UPDATE communications_communication SET paced_to = %s WHERE id = %s"
# Asked once more inside the claim: between the list and the claim somebody may have stopped it or switched it off.
STILL_RUNNING = f"""EXISTS (SELECT 1 FROM communications_communication m CROSS JOIN {CHAIN}
WHERE m.id = %s AND v.id = m.variant_id AND m.state = 'running' AND v.revision = m.accepted_revision AND {USABLE}
{{also}})"""
# Asked before this turn's list of them is there: nothing but that list says what one may have that has these.
NEITHER_HOURS_NOR_SPEED = "AND m.hours = '' AND m.speed IS NULL"
# Single messages carry their own contract: what was frozen must be what the template still is.
SAME_CONTRACT = f"""EXISTS (SELECT 1 FROM {CHAIN}
WHERE v.id = d.variant_id AND v.fingerprint = d.fingerprint AND c.id = d.channel_id AND {USABLE})"""

SINGLE = ("d.kind = 'transactional' AND d.communication_id IS NULL", "d.kind = 'test'")
# Rows that are named by their keys are found by their keys: `|| ''` keeps PostgreSQL from the partial index of that
# state, through which it walked over everybody who waits at each claim (20,000 rows: 52 ms instead of 7).
IN_STATE = "{column} || '' ="
# Of one zone, by `delivery_due_in_zone`: the other index would walk over everybody whose hours are closed, hence `+ 0`.
IN_ZONE = "d.channel_id + 0 = %s AND d.communication_id = %s AND d.zone = %s AND NOT (d.zone = '')"
IN_ALL_ZONES = "d.channel_id = %s AND d.kind = 'communication' AND d.communication_id = %s"


def source(communication_id: int, zone: str | None, channel_id: int) -> Statement:
    """Return the condition for rows of a communication, of one zone when its hours are asked for."""
    if zone is None:
        return IN_ALL_ZONES, [channel_id, communication_id]
    return IN_ZONE, [channel_id, communication_id, zone]


def lease_of(holder: "Holder") -> list[Any]:
    present = real_now()
    return [holder.lease, holder.fence, stamp(present), stamp(present + AHEAD)]


def single_claim(holder: "Holder", where: str, limit: int) -> Statement:
    """Return the claim of transactional messages or of test sends (one of SINGLE)."""
    present = stamp(now())
    parameters = [stamp(real_now()), holder.channel_id, present, present, limit, *lease_of(holder)]
    alive = "(d.expires_at IS NULL OR d.expires_at > %s)"
    return _claim(f"d.channel_id = %s AND {where} AND {alive} AND {SAME_CONTRACT}"), [
        *parameters,
        *_attempt_of(holder),
    ]


def communication_claim(
    holder: "Holder", communication_id: int, zone: str | None, since: Any, limit: int, *, also: str = ""
) -> Statement:
    """Return the claim of one communication, in one zone of it when its hours are looked at.

    `since` is the `not_before` of the last row marked (None: from the beginning). PostgreSQL keeps the index entries of
    rows that wait no more until the next vacuum: each claim would walk over all of them again.
    """
    where, of_source = source(communication_id, zone, holder.channel_id)
    parameters: list[Any] = [stamp(real_now()), *of_source]
    if since is not None:
        where += " AND d.not_before >= %s"
        parameters.append(since)
    parameters += [stamp(now()), limit, *lease_of(holder), communication_id, *_attempt_of(holder)]
    return _claim(where, STILL_RUNNING.format(also=also)), parameters


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
      AND EXISTS (SELECT 1 FROM work_lease l WHERE l.name = %s AND l.fence = %s AND l.expires_at > %s
        AND (l.taken_at IS NULL OR l.taken_at <= %s)) AND {also}
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
# Says again what the join says, for PostgreSQL: of a table it has not looked at yet it takes 75,000 rows for few enough
# to be read whole, at each turn.
AMONG_TOLD = "= ANY(ARRAY(SELECT id FROM told))"


def answer_deliveries(answers: str, present: Any) -> Statement:
    """Return what records answers on the rows that are still `sending`; PostgreSQL records their attempts along."""
    record = f"""UPDATE deliveries_delivery SET {SETTLED} FROM {{answers}} o
        WHERE deliveries_delivery.id = o.id AND deliveries_delivery.attempt = o.attempt
          AND {IN_STATE.format(column="deliveries_delivery.state")} 'sending'
        RETURNING deliveries_delivery.id, communication_id, kind"""
    if not postgres():
        return record.format(answers=_answers()), [present, present, answers]
    tried = f"{TRIED} AND delivery_id {AMONG_TOLD}".format(answers="told")
    both = f"WITH told AS MATERIALIZED {_answers()}, tried AS ({tried}) {record.format(answers='told')}"
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


def bring_to_present(after: Any, limit: int) -> Statement:
    """Return what lets rows of a wrong clock go now: their plan, or their last attempt, lies in the future as well."""
    present = stamp(now())
    return (
        """UPDATE deliveries_delivery SET not_before = %s, sending_at = NULL, created_at = %s WHERE id IN (
        SELECT id FROM deliveries_delivery WHERE state IN ('waiting', 'uncertain') AND not_before > %s
        AND (created_at > %s OR sending_at > %s) LIMIT %s)""",
        [present, present, after, after, after, limit],
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
