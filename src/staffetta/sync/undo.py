"""Take a run back: values it changed are restored where nobody changed them since; where somebody did, that is said.

People the run made go again, if nothing was added to them since; whoever it put into the list leaves it. Opt-outs and
suppressions stay: undoing a sync is no consent. A piece of rows a transaction, the newest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from staffetta.contacts.consents.opted_out import outlive
from staffetta.contacts.lists.lists import by_sync
from staffetta.contacts.models import Consent, Contact, ContactActivity, ImportedContact, ListMember
from staffetta.contacts.record_models import ContactChange
from staffetta.contacts.storage.insert_contacts import change_contacts
from staffetta.sync.judge import CONFLICTING, CREATED, UPDATED, apply, values_here
from staffetta.sync.look_up import owners_of
from staffetta.sync.mapping import IDENTITIES
from staffetta.sync.models import SyncLink, SyncRow, SyncRun, UndoState

type Taken = dict[tuple[str, Any], int]

PIECE = 500
MEMBERS = 5000
AT_ONCE = timedelta(seconds=1)
UNDOABLE = (CREATED, UPDATED, CONFLICTING)
WHOLE, PARTLY, KEPT = "whole", "partly", "kept"


def undo_piece(run: SyncRun) -> bool:
    """Take back the next rows; True while there may be more."""
    with transaction.atomic():
        rows = list(
            SyncRow.objects.filter(run=run, outcome__in=UNDOABLE, pk__lt=run.undo_before or 0, undone="").order_by(
                "-pk"
            )[:PIECE]
        )
        mine = SyncRun.objects.filter(pk=run.pk, undo_state=UndoState.WAITING, undo_before=run.undo_before)
        if not rows:
            if _left_the_list(run):
                return True
            mine.update(undo_state=UndoState.DONE)
            return False
        if not mine.update(undo_before=rows[-1].pk):
            return False
        _take_back(rows, run)
    run.undo_before = rows[-1].pk
    return True


def _left_the_list(run: SyncRun) -> int:
    """Take the next people out of the list whom the run put into it; who was in it in another way stays."""
    # The newest first, along the primary key: what a run put in lies near the end, whatever list it was then.
    added = ListMember.objects.filter(source=by_sync(run.configuration_id, run.pk)).order_by("-pk")
    return ListMember.objects.filter(pk__in=list(added.values_list("pk", flat=True)[:MEMBERS])).delete()[0]


def _take_back(rows: Sequence[SyncRow], run: SyncRun) -> None:
    people = Contact.objects.in_bulk([row.contact_id for row in rows if row.contact_id])
    made = [row for row in rows if row.outcome == CREATED and row.contact_id in people]
    taken = _taken(rows)
    busy = _with_a_life([row.contact_id for row in made if row.contact_id])
    gone: list[int] = []
    restored: list[Contact] = []
    changes: list[ContactChange] = []
    for row in rows:
        contact = people.get(row.contact_id or 0)
        if row.outcome == CREATED:
            row.undone = _unmade(row, contact, busy)
            if row.undone == WHOLE and contact:
                gone.append(contact.pk)
        else:
            before = values_here(contact) if contact else {}
            row.undone = _restored(row, contact, taken)
            if row.undone in (WHOLE, PARTLY) and row.changes and contact:
                restored.append(contact)
                changes.append(_change(row, contact, before))
    # First the links, else the next run would take these people for somebody who was deleted here.
    SyncLink.objects.filter(configuration=run.configuration_id, contact__in=gone).delete()
    outlive(gone)
    Contact.objects.filter(pk__in=gone).delete()
    change_contacts(restored)
    ContactChange.objects.bulk_create(changes)
    _count(rows, run)


def _change(row: SyncRow, contact: Contact, before: Mapping[str, object]) -> ContactChange:
    """Return the line of the contact's history: what came back, and what it replaced."""
    present = values_here(contact)
    values = {name: [before.get(name, ""), present.get(name, "")] for name in row.changes}
    changed = {name: pair for name, pair in values.items() if pair[0] != pair[1]}
    return ContactChange(contact=contact, source="sync_undo", changes=changed)


def _count(rows: Sequence[SyncRow], run: SyncRun) -> None:
    for result in (WHOLE, PARTLY, KEPT):
        SyncRow.objects.filter(pk__in=[row.pk for row in rows if row.undone == result]).update(undone=result)
    whole = sum(row.undone == WHOLE for row in rows)
    SyncRun.objects.filter(pk=run.pk).update(undone=F("undone") + whole, not_undone=F("not_undone") + len(rows) - whole)


def _unmade(row: SyncRow, contact: Contact | None, busy: set[int]) -> str:
    if contact is None:
        return WHOLE
    present = values_here(contact)
    as_made = all(present.get(name, "") == after for name, (_before, after) in row.changes.items())
    return WHOLE if as_made and contact.pk not in busy and not _touched(contact) else KEPT


def _touched(contact: Contact) -> bool:
    return contact.updated_at - contact.created_at > AT_ONCE  # both are asked of the clock when a row is made


def _restored(row: SyncRow, contact: Contact | None, taken: Taken) -> str:
    if contact is None:
        return KEPT
    present = values_here(contact)
    mine = {name: before for name, (before, after) in row.changes.items() if present.get(name, "") == after}
    for name in IDENTITIES:
        if name in mine and taken.get((name, mine[name]), contact.pk) != contact.pk:
            del mine[name]
    apply(contact, mine)
    if len(mine) == len(row.changes):
        return WHOLE
    return PARTLY if mine else KEPT


def _taken(rows: Iterable[SyncRow]) -> Taken:
    """Return who has the identities by now that would come back."""
    return owners_of(
        {name: {row.changes[name][0] for row in rows if name in row.changes} - {""} for name in IDENTITIES}
    )


def _with_a_life(ids: Sequence[int]) -> set[int]:
    """Return who got something since they were made that would go with them: consent by others, messages, an import."""
    agreed = Consent.objects.filter(contact__in=ids).exclude(source__in=("stopped", "blocked"))
    wrote = ContactActivity.objects.filter(contact__in=ids)
    came = ImportedContact.objects.filter(contact__in=ids)
    return {pk for found in (agreed, wrote, came) for pk in found.values_list("contact_id", flat=True)}
