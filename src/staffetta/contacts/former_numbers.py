"""Numbers that merges dropped: kept, so that nobody who comes with one is made anew."""

from collections.abc import Collection

from staffetta.contacts.models import Contact
from staffetta.contacts.phone import forms
from staffetta.contacts.record_models import FormerNumber, Merge


def remember(kept: Contact, phones: Collection[str | None]) -> list[str]:
    """Keep which of these numbers the merged contact has no longer; return them."""
    own = forms(kept.phone or "")
    dropped = sorted({phone for phone in phones if phone and phone not in own})
    for phone in dropped:
        FormerNumber.objects.update_or_create(phone=phone, defaults={"contact": kept})
    return dropped


def forget(merge: Merge) -> None:
    """The merge is taken back: both numbers have their contacts again."""
    phones = [phone for phone in (merge.lost["phone"], merge.before["phone"]) if phone]
    FormerNumber.objects.filter(contact=merge.kept_id, phone__in=phones).delete()


def owners(phones: Collection[str]) -> dict[str, Contact]:
    """Return the merged contact by every form of a former number; `phones` holds all forms of what is asked for."""
    if not phones:
        return {}
    rows = FormerNumber.objects.filter(phone__among=phones).select_related("contact")
    return {form: row.contact for row in rows for form in forms(row.phone)}
