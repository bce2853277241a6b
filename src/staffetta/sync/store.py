"""Write what becomes of the customers of some pages: a fixed number of statements each, in the caller's transaction."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

from django.db.models import F, Q

from staffetta.connectors.messages import Customer
from staffetta.contacts.lists.lists import add_ids, by_sync
from staffetta.contacts.storage.insert_contacts import change_contacts, insert_contacts, new_ids
from staffetta.contacts.storage.insert_rows import insert_rows
from staffetta.sync import own_states, refusals
from staffetta.sync.judge import CONFLICTING, CREATED, OUTCOMES, REJECTED, UPDATED, Known, Linked, Verdict, claim, judge
from staffetta.sync.mapping import IDENTITIES
from staffetta.sync.models import SyncLink, SyncMet, SyncRow, SyncRun
from staffetta.sync.setup import Setup
from staffetta.text import cut
from staffetta.work.clock import now
from staffetta.work.database.databases import together

PIECE = 500
"""Customers judged while the database writes those before."""
SAMPLES = 200
"""Rows kept of an outcome that nobody acts upon: all in a rehearsal, the unchanged and skipped of a run."""
ALWAYS_KEPT = (CREATED, UPDATED, CONFLICTING, REJECTED)


def take(customers: Sequence[Customer], known: Known, run: SyncRun, setup: Setup) -> list[Verdict]:
    """Judge customers and store what becomes of them: while the database writes some the next ones are judged.

    Keeps everything of a run; of a rehearsal only counters, samples and who was met.
    """
    verdicts: list[Verdict] = []
    if known.any_own and not run.rehearsal:
        own_states.forget_ended(setup.configuration.channel.provider_id, customers, run.created_at)
    ids = new_ids(0 if run.rehearsal else known.most_new(customers))
    with together(checked=True):
        for piece in batched(customers, PIECE):
            judged = judge(piece, known, setup)
            _write(judged, known, run, ids)
            verdicts += judged
    _conclude(verdicts, run, setup)
    refusals.record(customers, verdicts, known, run, setup)
    return verdicts


def store(verdicts: Sequence[Verdict], known: Known, run: SyncRun, setup: Setup) -> None:
    """Store what was judged elsewhere."""
    _write(verdicts, known, run, new_ids(0))
    _conclude(verdicts, run, setup)
    refusals.record([verdict.customer for verdict in verdicts], verdicts, known, run, setup)


def _write(verdicts: Sequence[Verdict], known: Known, run: SyncRun, ids: Iterator[int]) -> None:
    """Send on the statements nobody waits for."""
    if not run.rehearsal:
        _write_contacts(verdicts, ids)
        _write_links(verdicts, known, run)
    _write_rows([verdict for verdict in verdicts if verdict.customer.id not in known.erased], run)
    _write_met(verdicts, run)
    for verdict in verdicts:
        setattr(run, verdict.outcome, getattr(run, verdict.outcome) + 1)


def _conclude(verdicts: Sequence[Verdict], run: SyncRun, setup: Setup) -> None:
    """Lists and former rows, which are looked up first, and the counters."""
    if not run.rehearsal:
        if setup.configuration.into_list_id:
            people = [verdict.contact.pk for verdict in verdicts if verdict.contact]
            new = {verdict.contact.pk for verdict in verdicts if verdict.contact and verdict.outcome == CREATED}
            add_ids(setup.configuration.into_list_id, people, by_sync(run.configuration_id, run.pk), new=new)
        _close_former(verdicts, run)
    counted = Counter(verdict.outcome for verdict in verdicts)
    SyncRun.objects.filter(pk=run.pk).update(**{name: F(name) + counted[name] for name in OUTCOMES})


def _write_contacts(verdicts: Sequence[Verdict], ids: Iterator[int]) -> None:
    insert_contacts([verdict.contact for verdict in verdicts if verdict.contact and verdict.outcome == CREATED], ids)
    change_contacts(
        [
            verdict.contact
            for verdict in verdicts
            if verdict.contact and verdict.changes and verdict.outcome in (UPDATED, CONFLICTING)
        ]
    )


LINK = ("configuration_id", "customer_id", "contact_id", "last")
TAKEN_OVER = """
    ON CONFLICT (configuration_id, customer_id)
    DO UPDATE SET contact_id = excluded.contact_id, last = excluded.last
"""
ROW = (
    *("run_id", "outcome", "customer_id", "name", "contact_id", "changes", "conflicts", "customer", "reason", "field"),
    "undone",
)

MET = ("run_id", "customer_id", "key")


def _write_links(verdicts: Sequence[Verdict], known: Known, run: SyncRun) -> None:
    rows = [
        (run.configuration_id, verdict.customer.id, verdict.contact.pk, verdict.last)
        for verdict in verdicts
        if verdict.contact and _moved(known.links.get(verdict.customer.id), verdict)
    ]
    insert_rows(SyncLink, LINK, rows, TAKEN_OVER)


def _moved(link: Linked | None, verdict: Verdict) -> bool:
    return link is None or verdict.contact is None or (link.contact_id, link.last) != (verdict.contact.pk, verdict.last)


def _write_rows(verdicts: Sequence[Verdict], run: SyncRun) -> None:
    kept = {name: getattr(run, name) for name in OUTCOMES}
    rows = []
    for verdict in verdicts:
        whole = verdict.outcome in ALWAYS_KEPT and not run.rehearsal
        if whole or kept[verdict.outcome] < SAMPLES:
            rows.append(_row(verdict, run))
        kept[verdict.outcome] += 1
    insert_rows(SyncRow, ROW, rows)


def _row(verdict: Verdict, run: SyncRun) -> tuple[object, ...]:
    return (
        run.pk,
        verdict.outcome,
        verdict.customer.id[:200],
        cut(verdict.customer.name, 200),
        verdict.contact.pk if verdict.contact else None,
        verdict.changes,
        verdict.conflicts,
        customer_json(verdict.customer) if verdict.outcome == REJECTED else None,
        verdict.reason,
        verdict.source[:200],
        "",
    )


def _write_met(verdicts: Sequence[Verdict], run: SyncRun) -> None:
    met = [(run.pk, verdict.customer.id[:200], verdict.key) for verdict in verdicts]
    insert_rows(SyncMet, MET, met)
    if run.rehearsal:
        claims = [
            (run.pk, claim(name, verdict.customer.id)[:200], claim(name, str(verdict.changes[name][1])))
            for verdict in verdicts
            for name in IDENTITIES
            if name in verdict.changes
        ]
        insert_rows(SyncMet, MET, claims, "ON CONFLICT DO NOTHING")


def _close_former(verdicts: Sequence[Verdict], run: SyncRun) -> None:
    """A conflict or reject of an earlier run is overtaken by what this run says of the same customer."""
    ids = [verdict.customer.id for verdict in verdicts]
    open_before = SyncRow.objects.filter(
        Q(outcome__in=[CONFLICTING, REJECTED]),
        customer_id__among=ids,
        closed_at=None,
        run__configuration=run.configuration_id,
    )
    open_before.exclude(run=run).update(closed_at=now())


def customer_json(customer: Customer) -> dict[str, Any]:
    """Return a customer as it is kept with a reject."""
    return {
        "id": customer.id,
        "name": customer.name,
        "stopped": customer.stopped,
        "blocked": customer.blocked,
        "fields": dict(customer.fields),
    }


def customer_of(stored: dict[str, Any]) -> Customer:
    """Return the customer that was kept."""
    return Customer(
        str(stored["id"]),
        str(stored.get("name", "")),
        stopped=bool(stored.get("stopped")),
        blocked=bool(stored.get("blocked")),
        fields={str(name): str(value) for name, value in dict(stored.get("fields") or {}).items()},
    )
