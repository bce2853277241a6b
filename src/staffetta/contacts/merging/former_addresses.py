"""Numbers and TELEGRAMIDs that merges dropped: kept, so that nobody who comes with one is made anew."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from staffetta.connectors.messages import Platform
from staffetta.contacts.models import Contact
from staffetta.contacts.phones.phone import forms
from staffetta.contacts.record_models import FormerAddress, Merge

OF_PLATFORM = {Platform.WHATSAPP.value: "phone", Platform.TELEGRAM.value: "telegram_id"}
"""The contact's field that holds an address of a platform."""
TOLD_AS = {"phone": "former_number", "telegram_id": "former_telegram_id"}


def remember(kept: Contact, both: Iterable[Contact]) -> dict[str, list[Any]]:
    """Keep which addresses of these two the merged contact has no longer; return them as a change tells of them."""
    people, told = list(both), dict[str, list[Any]]()
    for platform, name in OF_PLATFORM.items():
        own = forms(kept.phone or "") if name == "phone" else {kept.telegram_id}
        dropped = sorted({had for person in people if (had := getattr(person, name)) and had not in own})
        for address in dropped:
            FormerAddress.objects.update_or_create(platform=platform, address=address, defaults={"contact": kept})
        if dropped:
            told[TOLD_AS[name]] = [None, ", ".join(dropped)]
    return told


def forget(merge: Merge) -> None:
    """The merge is taken back: all addresses have their contacts again."""
    for platform, name in OF_PLATFORM.items():
        had = [address for values in (merge.lost, merge.before) if (address := values[name])]
        FormerAddress.objects.filter(contact=merge.kept_id, platform=platform, address__in=had).delete()


def owners(phones: Collection[str]) -> Mapping[str, Contact]:
    """Return the merged contact by every form of a former number; `phones` holds all forms of what is asked for."""
    return {form: contact for phone, contact in _owners(Platform.WHATSAPP, phones) for form in forms(phone)}


def owners_of_telegram(ids: Collection[str]) -> Mapping[str, Contact]:
    """Return the merged contact by a former TELEGRAMID."""
    return dict(_owners(Platform.TELEGRAM, ids))


def _owners(platform: Platform, addresses: Collection[str]) -> Iterable[tuple[str, Contact]]:
    rows = FormerAddress.objects.filter(platform=platform)
    if not addresses or not rows.exists():  # nearly nobody merges, and each page of a sync asks
        return []
    return [(row.address, row.contact) for row in rows.filter(address__among=addresses).select_related("contact")]
