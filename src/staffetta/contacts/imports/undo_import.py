"""Take an import back: whom it made goes, what it replaced comes again, except where somebody was at work since.

Whom it put into its list leaves it.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.opted_out import outlive
from staffetta.contacts.imports.judge_rows import CREATED, UPDATED
from staffetta.contacts.imports.store_rows import PLATFORM
from staffetta.contacts.lists.lists import by_import
from staffetta.contacts.models import (
    Consent,
    ConsentState,
    ConsentValue,
    Contact,
    ContactActivity,
    Import,
    ImportedContact,
    ImportState,
    ListMember,
)
from staffetta.contacts.record_models import ContactChange
from staffetta.contacts.save_contact import changed, told
from staffetta.contacts.storage.fold import search_text
from staffetta.contacts.storage.insert_contacts import change_contacts
from staffetta.work.clock import now
from staffetta.work.wake import wake

PIECE = 500


def undo(source: Import, by: User | None) -> bool:
    """Let the workers take the import back; False when there is nothing to take back any more."""
    with transaction.atomic():
        fresh = Import.objects.select_for_update().get(pk=source.pk)
        if not fresh.can_be_undone:
            return False
        Import.objects.filter(pk=source.pk).update(state=ImportState.UNDOING, beat_at=now())
        audit.record(by, "import_undone", source)
        wake()
    return True


def run_piece(source: Import) -> bool:
    """Take the next rows back; False when all are. Memberships go with them, so a killed worker's work goes on."""
    with transaction.atomic():
        fresh = Import.objects.select_for_update().get(pk=source.pk)
        members = list(ImportedContact.objects.filter(source=source).select_related("contact").order_by("pk")[:PIECE])
        if fresh.state != ImportState.UNDOING or not members:
            Import.objects.filter(pk=source.pk, state=ImportState.UNDOING).update(state=ImportState.UNDONE)
            return False
        counted = Counter(fresh.undone)
        counted.update(_take_back(fresh, members))
        Import.objects.filter(pk=source.pk).update(undone=dict(counted), beat_at=now())
    return True


def _take_back(source: Import, members: Sequence[ImportedContact]) -> Counter[str]:
    busy = _touched(source, [member.contact_id for member in members])
    _withdraw_consents(source, [member.contact_id for member in members])
    _leave_the_list(source, [member.contact_id for member in members])
    gone = [member.contact_id for member in members if member.outcome == CREATED and member.contact_id not in busy]
    restored, changes, kept = list[Contact](), list[ContactChange](), 0
    for member in members:
        if member.contact_id in busy:
            kept += member.outcome in (CREATED, UPDATED)
        elif member.outcome == UPDATED and member.before:
            present = told(member.contact)
            restored.append(_as_before(member.contact, member.before))
            back = changed(present, told(member.contact))
            changes.append(ContactChange(contact=member.contact, source="import_undo", changes=back))
    change_contacts(restored)
    ContactChange.objects.bulk_create(changes)
    ImportedContact.objects.filter(pk__in=[member.pk for member in members]).delete()
    outlive(gone)
    Contact.objects.filter(pk__in=gone).delete()
    return Counter(removed=len(gone), restored=len(restored), kept=kept)


def _touched(source: Import, ids: Sequence[int]) -> set[int]:
    """Return whom somebody changed, wrote to or imported again since."""
    over = source.finished_at or now()
    changed = Q(updated_at__gt=over) | Q(imports__source_id__gt=source.pk)
    found = set(Contact.objects.filter(changed, pk__in=ids).values_list("pk", flat=True))
    written = ContactActivity.objects.filter(contact__in=ids)
    found |= set(written.values_list("contact_id", flat=True))
    said = Consent.objects.filter(contact__in=ids, at__gt=over)
    return found | set(said.values_list("contact_id", flat=True))


def _withdraw_consents(source: Import, ids: Sequence[int]) -> None:
    """A Yes that is in force only because of this file ends; a No stays, and so does a Yes given before."""
    begun = source.started_at or source.created_at
    for purpose in consent.BOTH:
        told = {"contact__in": ids, "platform": PLATFORM, "purpose": purpose}
        states = ConsentState.objects.filter(**told, value=ConsentValue.YES, source="import", at__gte=begun)
        given = set(states.filter(at__lte=source.finished_at or now()).values_list("contact_id", flat=True))
        earlier = Consent.objects.filter(**told, at__lt=begun).order_by("pk").values_list("contact_id", "value")
        agreed = {contact for contact, value in dict(earlier).items() if value == ConsentValue.YES}
        consent.record(given - agreed, PLATFORM, [purpose], ConsentValue.UNSET, "import_undone")


def _leave_the_list(source: Import, ids: Sequence[int]) -> None:
    """Who was in the list before, or was put in since in another way, stays in it."""
    if source.into_list_id:
        ListMember.objects.filter(list=source.into_list_id, contact__in=ids, source=by_import(source.pk)).delete()


def _as_before(contact: Contact, before: dict[str, Any]) -> Contact:
    for name, value in before.items():
        if name != "values":
            setattr(contact, name, value)
    own = {**contact.values, **before.get("values", {})}
    contact.values = {name: value for name, value in own.items() if value is not None}
    contact.search = search_text(contact)
    return contact
