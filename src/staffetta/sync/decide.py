"""Settle by hand what a run left open: decide conflicts, correct and replay rejected customers."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F, QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.models import Contact
from staffetta.sync.judge import CONFLICTING, REJECTED, apply, judge
from staffetta.sync.look_up import look_up, owned
from staffetta.sync.mapping import IDENTITIES
from staffetta.sync.models import SyncConfiguration, SyncLink, SyncMet, SyncRow, SyncRun
from staffetta.sync.setup import ready
from staffetta.sync.store import customer_json, customer_of, store
from staffetta.work.clock import now

HERE, THERE = "here", "there"
PIECE = 500


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


def decide(row: SyncRow, side: str, by: User | None) -> bool:
    """Settle one conflict: `side` is here or there. False when it was settled or the contact has gone; raises Taken."""
    with transaction.atomic():
        if not SyncRow.objects.filter(pk=row.pk, outcome=CONFLICTING, closed_at=None).update(closed_at=now()):
            return False
        contact = Contact.objects.select_for_update().filter(pk=row.contact_id or 0).first()
        if contact is None:
            return False
        said = {name: pair[1] for name, pair in row.conflicts.items()}
        if side == THERE:
            _refuse_taken(contact, said)
            changes = apply(contact, said)
            contact.updated_at = now()
            contact.save()
            # Undoing the run takes these back as well; what it changed first is where it goes back to.
            SyncRow.objects.filter(pk=row.pk).update(changes={**changes, **row.changes})
        _remember(row, contact, said)
        audit.record(by, "sync_conflict_decided", contact, side=side)
    return True


def _refuse_taken(contact: Contact, said: Mapping[str, object]) -> None:
    for name in IDENTITIES:
        if name in said and owned(name, [str(said[name])]).get(str(said[name]), contact.pk) != contact.pk:
            raise Taken(f"{name}_taken")


def decide_all(configuration: SyncConfiguration, side: str, by: User | None) -> int:
    """Settle every open conflict of a configuration in the same way, but for identities another contact has; return
    how many.
    """
    settled = 0
    for row in open_rows(configuration, CONFLICTING).order_by("pk").iterator(chunk_size=PIECE):
        try:
            settled += decide(row, side, by)
        except Taken:
            continue
    return settled


def _remember(row: SyncRow, contact: Contact, said: Mapping[str, object]) -> None:
    """As if both sides had stood at the provider's value: what is here is then a change made here."""
    links = SyncLink.objects.filter(configuration=row.run.configuration_id, customer_id=row.customer_id)
    for link in links:
        link.last = {**link.last, **{name: [value, value] for name, value in said.items()}}
        link.contact = contact
        link.save(update_fields=["last", "contact"])


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
    for name, value in corrected.items():
        if name in ("id", "name"):
            stored[name] = value.strip()
        else:
            fields[name] = value.strip()
    return {**stored, "fields": fields}
