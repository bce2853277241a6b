"""Addresses that may not be written to whatever the consent (Blacklist).

Kept as a keyed digest beside a masked form, so that the entry outlives the contact and names nobody.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from staffetta.connectors.messages import Platform
from staffetta.contacts.models import Contact, Suppression
from staffetta.contacts.phones.equivalents import canonical, equivalents
from staffetta.text import identity
from staffetta.work.clock import now

OPTED_OUT = "opted_out"
"""Cause of an entry that stands for the opt-out of a contact that was deleted."""

ERASED = "erased"
"""Cause of an entry that stands for a person who was erased: nothing makes them anew by itself."""


def digest(platform: str, address: str) -> str:
    """Return the keyed digest of an address under today's secret key."""
    return _digest(settings.SECRET_KEY, platform, address)


def digests_of(platform: str, address: str) -> list[str]:
    """Return the digests of an address under every secret key that still counts."""
    return [_digest(key, platform, address) for key in _keys()]


def suppress(platform: str, address: str, cause: str, until: datetime | None = None) -> Suppression:
    """Keep an address out of every send, for ever or until a time. Doing it again replaces cause and time."""
    row, _made = Suppression.objects.update_or_create(
        platform=platform,
        address_digest=digest(platform, address),
        defaults={"masked": masked(address), "cause": cause, "until": until},
    )
    tell(platform, [address])
    return row


type Suppressed = Callable[[Collection[int], str], None]
_when_suppressed: list[Suppressed] = []


def when_suppressed(hear: Suppressed) -> None:
    """Ask to be told, in the same transaction, of contacts whose address may not be written to any more."""
    if hear not in _when_suppressed:
        _when_suppressed.append(hear)


def tell(platform: str, addresses: Collection[str]) -> None:
    """Tell who asked of the contacts behind addresses that were just put in; whoever writes entries calls it."""
    people = Q(telegram_id__in=addresses)
    if platform == Platform.WHATSAPP:
        numbers = {form for address in addresses for form in equivalents(address.removeprefix("+"))}
        people = Q(phone__in=[f"+{number}" for number in numbers])
    if ids := list(Contact.objects.filter(people).values_list("pk", flat=True)):
        for hear in _when_suppressed:
            hear(ids, platform)


def not_kept_out(platform: str, addresses: Collection[str]) -> list[str]:
    """Return those of the addresses that are not kept out for ever."""
    listed = list(addresses)
    known = _among(platform, listed, in_force(platform).filter(until=None))
    return [address for address in listed if address not in known]


def keep_out_for_good(platform: str, addresses: Collection[str], cause: str) -> int:
    """Keep addresses out for ever and return how many were not: an entry for days becomes one for ever.

    An entry for ever keeps its cause: another one might be lifted by what does not lift this one.
    """
    rows = {digest(platform, address): masked(address)[:30] for address in not_kept_out(platform, addresses)}
    Suppression.objects.bulk_create(
        [Suppression(platform=platform, address_digest=code, masked=text, cause=cause) for code, text in rows.items()],
        update_conflicts=True,
        unique_fields=["platform", "address_digest"],
        update_fields=["cause", "at", "until"],
    )
    if rows:
        tell(platform, addresses)
    return len(rows)


def lift(platform: str, addresses: Iterable[str], cause: str) -> None:
    """Let addresses be written to again that were kept out for this cause; entries of other causes stay."""
    listed = list(addresses)
    digests = [_digest(key, platform, address) for key in _keys() for address in listed]
    Suppression.objects.filter(platform=platform, cause=cause, address_digest__in=digests).delete()


def addresses_of(contact: Contact, platform: str) -> list[str]:
    """Return every address of a contact on a platform: its number, and the provider's own id for it."""
    known: dict[str, tuple[str | None, ...]] = {
        Platform.WHATSAPP: (contact.phone, contact.whatsapp_id),
        Platform.TELEGRAM: (contact.telegram_id,),
    }
    return [address for address in known.get(platform, ()) if address]


def is_suppressed(platform: str, address: str) -> bool:
    """Say whether an address may not be written to now."""
    return bool(suppressed_among(platform, [address]))


def suppressed_among(platform: str, addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses that may not be written to now; one statement for each secret key."""
    return _among(platform, list(addresses), in_force(platform))


def erased_among(platform: str, addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses whose person was erased here."""
    return _among(platform, list(addresses), in_force(platform).filter(cause=ERASED))


def _among(platform: str, addresses: list[str], rows: QuerySet[Suppression]) -> set[str]:
    """Two forms of one number have one digest: both are found."""
    if not addresses or not rows.exists():
        return set()
    found = set[str]()
    for key in _keys():
        behind: dict[str, list[str]] = {}
        for address in addresses:
            behind.setdefault(_digest(key, platform, address), []).append(address)
        for code in rows.filter(address_digest__among=behind).values_list("address_digest", flat=True):
            found.update(behind[code])
    return found


def in_force(platform: str) -> QuerySet[Suppression]:
    """Return the entries of a platform that count now."""
    return Suppression.objects.filter(Q(until=None) | Q(until__gt=now()), platform=platform)


def masked(address: str) -> str:
    """Return an address that people recognise and nobody can use: +39•••••4567."""
    hidden = max(len(address) - 7, 3)
    return f"{address[:3]}{'•' * hidden}{address[-4:]}" if len(address) > 7 else "•" * len(address)


def _one_form(platform: str, address: str) -> str:
    """The other forms of one number (Brazil, Mexico, Argentina) are the same person's."""
    return canonical(address) if platform == Platform.WHATSAPP and address.startswith("5") else address


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _digest(key: str, platform: str, address: str) -> str:
    plain = f"suppression:{platform}:{_one_form(platform, identity(address).removeprefix('+'))}"
    return hmac.new(key.encode(), plain.encode(), hashlib.sha256).hexdigest()
