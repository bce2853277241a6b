"""Who is behind an address: the number in all its forms, or the Telegram id (messaging-rules 1.12)."""

from collections.abc import Collection, Iterable, Mapping

from staffetta.connectors.messages import Platform
from staffetta.contacts.merging import former_addresses
from staffetta.contacts.models import Contact
from staffetta.contacts.phones.equivalents import equivalents


def contacts_behind(platform: str, addresses: Collection[str]) -> Mapping[str, set[int]]:
    """Return the contacts behind each address; an address nobody has is absent. A few hundred at a time."""
    if platform == Platform.TELEGRAM:
        rows = Contact.objects.filter(telegram_id__in=addresses).values_list("telegram_id", "pk")
        there = _gathered((str(address), key) for address, key in rows)
        lacking = [address for address in addresses if address not in there]
        merged = former_addresses.owners_of_telegram(lacking).items()
        return there | {address: {contact.pk} for address, contact in merged}
    forms = {form: address for address in addresses for form in equivalents(address.removeprefix("+"))}
    by_phone = Contact.objects.filter(phone__in=[f"+{form}" for form in forms]).values_list("phone", "pk")
    by_id = Contact.objects.filter(whatsapp_id__in=forms).exclude(whatsapp_id="").values_list("whatsapp_id", "pk")
    pairs = [(forms[str(phone).removeprefix("+")], key) for phone, key in by_phone]
    found = _gathered(pairs + [(forms[known], key) for known, key in by_id])
    missing = [f"+{form}" for form, address in forms.items() if address not in found]
    for phone, contact in former_addresses.owners(missing).items():
        if address := forms.get(phone.removeprefix("+")):
            found.setdefault(address, {contact.pk})
    return found


def _gathered(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for address, key in pairs:
        found.setdefault(address, set()).add(key)
    return found
