"""Addresses that may not be written to whatever the consent (Blacklist).

Kept as a keyed digest beside a masked form, so that the entry outlives the contact and names nobody.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from staffetta.contacts.models import Suppression
from staffetta.work.clock import now


def digest(platform: str, address: str) -> str:
    """Return the keyed digest of an address under today's secret key."""
    return _digest(settings.SECRET_KEY, platform, address)


def suppress(platform: str, address: str, cause: str, until: datetime | None = None) -> Suppression:
    """Keep an address out of every send, for ever or until a time. Doing it again replaces cause and time."""
    row, _made = Suppression.objects.update_or_create(
        platform=platform,
        address_digest=digest(platform, address),
        defaults={"masked": masked(address), "cause": cause, "until": until},
    )
    return row


def is_suppressed(platform: str, address: str) -> bool:
    """Say whether an address may not be written to now."""
    return bool(suppressed_among(platform, [address]))


def suppressed_among(platform: str, addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses that may not be written to now; one statement for each secret key."""
    listed, found = list(addresses), set[str]()
    if not listed or not in_force(platform).exists():
        return found
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        digests = {_digest(key, platform, address): address for address in listed}
        rows = in_force(platform).filter(address_digest__in=digests).values_list("address_digest", flat=True)
        found.update(digests[row] for row in rows)
    return found


def in_force(platform: str) -> QuerySet[Suppression]:
    """Return the entries of a platform that count now."""
    return Suppression.objects.filter(Q(until=None) | Q(until__gt=now()), platform=platform)


def masked(address: str) -> str:
    """Return an address that people recognise and nobody can use: +39•••••4567."""
    hidden = max(len(address) - 7, 3)
    return f"{address[:3]}{'•' * hidden}{address[-4:]}" if len(address) > 7 else "•" * len(address)


def _digest(key: str, platform: str, address: str) -> str:
    plain = f"suppression:{platform}:{address.removeprefix('+')}"
    return hmac.new(key.encode(), plain.encode(), hashlib.sha256).hexdigest()
