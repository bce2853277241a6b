"""Put addresses into the Blacklist (for ever) or the greylist (for days) by hand, and take them out again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.connectors.messages import Platform
from staffetta.contacts.consents.suppression import ERASED, digest, digests_of, in_force, masked, tell
from staffetta.contacts.fields.types import TELEGRAM_ID
from staffetta.contacts.models import Suppression
from staffetta.contacts.phones.phone import NotAPhone, PhoneReading, existing_phone
from staffetta.work.clock import now

HAND = "hand"
PLATFORMS = (Platform.WHATSAPP, Platform.TELEGRAM)
PIECE = 1000
TOLD = ("cause", "note", "by_name", "at", "until")


@dataclass(slots=True)
class Sorted:
    """Lines told apart: addresses to keep out, each once, and the lines that are none."""

    addresses: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def sort_lines(platform: str, lines: Iterable[str]) -> Sorted:
    """Read one address per line; blank lines and a heading without a single digit are passed over."""
    found: dict[str, None] = {}
    result = Sorted()
    for place, line in enumerate(lines):
        text = line.strip().strip('"').strip()
        if not text or (place == 0 and not any(sign.isdigit() for sign in text)):
            continue
        address = _address(platform, text)
        if address:
            found[address] = None
        else:
            result.wrong.append(text)
    result.addresses = list(found)
    return result


def _address(platform: str, text: str) -> str:
    if platform == Platform.TELEGRAM:
        return text if TELEGRAM_ID.fullmatch(text) else ""
    for how in (PhoneReading(settings.PHONE_PREFIX), PhoneReading(settings.PHONE_PREFIX, recovers=True)):
        try:
            return existing_phone(text, how)
        except NotAPhone:
            continue
    return ""


def keep_out(platform: str, addresses: Sequence[str], note: str, days: int | None, by: User | None) -> int:
    """Keep addresses out of every send for so many days, for ever with None; return how many entries were written.

    What is kept out for longer already stays so.
    """
    at = now()
    like = Suppression(platform=platform, cause=HAND, note=note, by_name=str(by or ""), at=at)
    like.until = None if days is None else at + timedelta(days=days)
    with transaction.atomic():
        written = sum(_write(like, addresses[start : start + PIECE]) for start in range(0, len(addresses), PIECE))
        audit.record(by, "suppressed", None, number=written)
    return written


def _write(like: Suppression, addresses: Sequence[str]) -> int:
    digests = {digest(like.platform, address): address for address in addresses}
    known = in_force(like.platform).filter(address_digest__in=digests)
    # An entry of somebody who was erased is more than this one: nothing makes them anew by itself.
    stays = known.filter(cause=ERASED) if like.until is None else known.exclude(until__lt=like.until)
    for lasting in stays.values_list("address_digest", flat=True):
        digests.pop(lasting)
    told = {name: getattr(like, name) for name in ("platform", *TOLD)}
    rows = [Suppression(address_digest=code, masked=masked(address), **told) for code, address in digests.items()]
    Suppression.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["platform", "address_digest"], update_fields=TOLD
    )
    tell(like.platform, list(digests.values()))
    return len(rows)


def let_in(row: Suppression, by: User | None) -> None:
    """Take an entry out of the Blacklist; consent is still needed for anything to be sent."""
    with transaction.atomic():
        audit.record(by, "suppression_lifted", row)
        row.delete()


def entries_of(platform: str, addresses: Iterable[str]) -> list[Suppression]:
    """Return the entries in force for addresses, under whichever secret key they were written."""
    digests = {code for address in addresses for code in digests_of(platform, address)}
    return list(in_force(platform).filter(address_digest__in=digests)) if digests else []
