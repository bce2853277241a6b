"""Settle by hand what a run left open: decide conflicts, correct and replay rejected customers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.models import Contact
from staffetta.contacts.storage.insert_contacts import change_contacts
from staffetta.sync.judge import CONFLICTING, REJECTED, apply, judge
from staffetta.sync.look_up import look_up, owners_of
from staffetta.sync.mapping import IDENTITIES
from staffetta.sync.models import SyncConfiguration, SyncLink, SyncMet, SyncRow, SyncRun
from staffetta.sync.setup import ready
from staffetta.sync.store import customer_json, customer_of, store
from staffetta.text import value
from staffetta.work.clock import now

type Owners = dict[tuple[str, Any], int]

HERE, THERE = "here", "there"


def open_rows(configuration: SyncConfiguration, outcome: str) -> QuerySet[SyncRow]:
    """Return what of the real runs waits for a person: conflicting or rejected rows."""
    return SyncRow.objects.filter(
        run__configuration=configuration, run__rehearsal=False, outcome=outcome, closed_at=None
    )


class Taken(Exception):
    """An identity cannot be taken over: another contact has it. `reason` is a code of wording.py."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Settled:
    """What became of conflicts: decided ones, those left open (row -> why), and whose contact has gone."""

    decided: list[SyncRow] = field(default_factory=list)
    left: dict[int, str] = field(default_factory=dict)
    gone: list[SyncRow] = field(default_factory=list)


def decide(row: SyncRow, side: str, by: User | None) -> bool:
    """Settle one conflict: `side` is here or there. False when it was settled or the contact has gone; raises Taken."""
    with transaction.atomic():
        still_open = SyncRow.objects.select_for_update().filter(pk=row.pk, outcome=CONFLICTING, closed_at=None)
        done = settle(list(still_open), side, row.run.configuration_id)
        if done.left:
            raise Taken(done.left[row.pk])
        for decided in done.decided:
            audit.record(by, "sync_conflict_decided", decided.contact, side=side)
    return bool(done.decided)


def settle(rows: Sequence[SyncRow], side: str, configuration_id: int) -> Settled:
    """Settle conflicts in their order, no contact twice: a fixed number of statements, in the caller's transaction.

    The rows are locked. An identity that another contact has leaves its conflict open.
    """
    people = _locked(rows)
    owners = _owners(rows) if side == THERE else {}
    done = Settled()
    changed = []
    for row in rows:
        row.contact = people.get(row.contact_id or 0)
        if row.contact is None:
            done.gone.append(row)
            continue
        if side == THERE:
            if reason := _taken(row, row.contact.pk, owners):
                done.left[row.pk] = reason
                continue
            changed.append(_take(row, row.contact, owners))
        done.decided.append(row)
    change_contacts(changed)
    _close([*done.decided, *done.gone])
    _remember(done.decided, configuration_id)
    return done


def _locked(rows: Iterable[SyncRow]) -> dict[int, Contact]:
    ids = sorted({row.contact_id for row in rows if row.contact_id})
    return {each.pk: each for each in Contact.objects.select_for_update().filter(pk__among=ids).order_by("pk")}


def _owners(rows: Iterable[SyncRow]) -> Owners:
    """Return who has the identities these conflicts would take."""
    return owners_of(
        {name: {str(row.conflicts[name][1]) for row in rows if name in row.conflicts} for name in IDENTITIES}
    )


def _taken(row: SyncRow, contact: int, owners: Owners) -> str:
    wanted = [(name, str(row.conflicts[name][1])) for name in IDENTITIES if name in row.conflicts]
    return next((f"{name}_taken" for name, value in wanted if owners.get((name, value), contact) != contact), "")


def _take(row: SyncRow, contact: Contact, owners: Owners) -> Contact:
    changes = apply(contact, said(row))
    for name, (before, after) in changes.items():
        if name in IDENTITIES:  # the next row may take what this one gave up
            owners.pop((name, before), None)
            owners[name, after] = contact.pk
    # Undoing the run takes these back as well; what it changed first is where it goes back to.
    row.changes = {**changes, **row.changes}
    return contact


def said(row: SyncRow) -> dict[str, Any]:
    """Return what the provider says, by field."""
    return {name: pair[1] for name, pair in row.conflicts.items()}


def _close(rows: Sequence[SyncRow]) -> None:
    for row in rows:
        row.closed_at = now()
    written = ["changes", "closed_at"]
    SyncRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=written)


def _remember(rows: Iterable[SyncRow], configuration_id: int) -> None:
    """As if both sides had stood at the provider's value: what is here is then a change made here."""
    by_customer = {row.customer_id: row for row in rows}
    links = list(SyncLink.objects.filter(configuration=configuration_id, customer_id__among=by_customer))
    for link in links:
        row = by_customer[link.customer_id]
        link.last = {**link.last, **{name: [value, value] for name, value in said(row).items()}}
        link.contact_id = row.contact_id
    written = ["last", "contact"]
    SyncLink.objects.bulk_create(links, update_conflicts=True, unique_fields=["pk"], update_fields=written)


def replay(row: SyncRow, corrected: Mapping[str, str], by: User | None) -> SyncRow:
    """Judge a rejected customer once more, with corrected values; returns the row as it is now.

    `corrected` is customer field -> value; `name` and `id` are the customer's own. Nothing changes at the provider.
    """
    configuration = row.run.configuration
    setup = ready(configuration)
    with transaction.atomic():
        row = SyncRow.objects.select_for_update().get(pk=row.pk)
        if row.outcome != REJECTED or row.closed_at or row.customer is None or not row.run.finished:
            return row
        customer = customer_of(_corrected(row.customer, corrected))
        known = look_up([customer], row.run, setup)
        known.met.clear()
        verdict = judge([customer], known, setup)[0]
        if verdict.outcome == REJECTED:
            row.reason, row.field, row.customer = verdict.reason, verdict.source[:200], customer_json(customer)
            row.save(update_fields=["reason", "field", "customer"])
            return row
        SyncRow.objects.filter(pk=row.pk).delete()
        SyncRun.objects.filter(pk=row.run_id).update(rejected=F("rejected") - 1)
        run = SyncRun.objects.get(pk=row.run_id)
        store([verdict], known, run, setup)
        _forget_meeting(run, customer.id)
        audit.record(by, "sync_reject_replayed", configuration, customer=customer.id)
    made = SyncRow.objects.filter(run=row.run_id, customer_id=customer.id).order_by("-pk").first()
    return made or row


def _forget_meeting(run: SyncRun, customer_id: str) -> None:
    SyncMet.objects.filter(run=run, customer_id=customer_id).delete()


def _corrected(customer: Mapping[str, object], corrected: Mapping[str, str]) -> dict[str, object]:
    stored = dict(customer)
    fields = dict(stored.get("fields") or {})  # type: ignore[call-overload]  # JSON: an object or nothing
    for name, typed in corrected.items():
        if name == "id":
            stored[name] = typed.strip() or stored[name]  # whoever has none is nobody
        elif name == "name":
            stored[name] = value(typed)
        else:
            fields[name] = value(typed)
    return {**stored, "fields": fields}
