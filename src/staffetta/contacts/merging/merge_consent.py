"""What two contacts agreed to, made one: the stricter counts, and what either refused the merged one refuses."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from staffetta.accounts.models import User
from staffetta.connectors.messages import Platform
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import OPTED_OUT, addresses_of, digest, digests_of, in_force, masked
from staffetta.contacts.models import Consent, ConsentState, ConsentValue, Contact, Suppression
from staffetta.work.clock import now

PLATFORMS = (Platform.WHATSAPP, Platform.TELEGRAM)
TOLD = ("platform", "purpose", "value", "source", "at", "expires_at")
type Key = tuple[str, str]


def states_of(contact_id: int) -> dict[Key, ConsentState]:
    """Return the present consents of a contact by (platform, purpose)."""
    return {(row.platform, row.purpose): row for row in ConsentState.objects.filter(contact=contact_id)}


def remembered(states: dict[Key, ConsentState]) -> list[dict[str, Any]]:
    """Return consents as a merge keeps them, to be put back."""
    return [{name: _plain(getattr(row, name)) for name in TOLD} for row in states.values()]


def restored(contact_id: int, kept: list[dict[str, Any]]) -> dict[Key, ConsentState]:
    """Return consents from what a merge kept of them, not stored."""
    rows = [ConsentState(contact_id=contact_id, **{**row, "at": _moment(row["at"])}) for row in kept]
    for row in rows:
        row.expires_at = _moment(row.expires_at) if row.expires_at else None
    return {(row.platform, row.purpose): row for row in rows}


def stricter(one: ConsentState | None, other: ConsentState | None) -> ConsentState | None:
    """Return which of two consents counts for both: a No before a Yes, a binding No before one that a file lifts.

    Of two Yes the one that ends first; a Yes that is over says nothing. A Yes beside nothing is a Yes: whoever merges
    says that this is one person.
    """
    said = [state for state in (one, other) if state is not None]
    return max(said, key=_strictness) if said else None


def _strictness(state: ConsentState) -> tuple[int, float]:
    if state.value == ConsentValue.NO:
        return (3 if consent.has_binding_no(consent.Present(state.value, state.source)) else 2, 0.0)
    if state.value == ConsentValue.YES and not (state.expires_at and state.expires_at <= now()):
        return (1, -state.expires_at.timestamp() if state.expires_at else float("-inf"))
    return (0, 0.0)


def settle(kept_id: int, one: dict[Key, ConsentState], other: dict[Key, ConsentState], by: User | None) -> None:
    """Give the merged contact the stricter consent of both; what changes by that is a line of the ledger."""
    for key in sorted({*one, *other}):
        mine, chosen = one.get(key), stricter(one.get(key), other.get(key))
        if chosen is None or (mine is not None and chosen is mine):
            continue
        told = {name: getattr(chosen, name) for name in TOLD}
        ConsentState.objects.update_or_create(contact_id=kept_id, platform=key[0], purpose=key[1], defaults={**told})
        Consent.objects.create(
            contact_id=kept_id,
            platform=key[0],
            purpose=key[1],
            value=chosen.value,
            source="merge",
            expires_at=chosen.expires_at,
            by=by,
            by_name=str(by or ""),
        )


def said_since(contact_id: int, last: int) -> set[Key]:
    """Return for what a contact's ledger got lines behind the line `last`."""
    lines = Consent.objects.filter(~Q(source="merge"), contact=contact_id, pk__gt=last)
    return set(lines.values_list("platform", "purpose"))


def keep_out(merged: Contact, lost: Contact, former: Contact, by: User | None) -> list[dict[str, str]]:
    """Keep out what either was kept out by; return the entries this made, to be taken back with the merge.

    An entry of one holds for every address of the merged one. An address that no contact has any more, of somebody
    who opted out, stays kept out: else an import would bring it back with a Yes.
    """
    made: list[dict[str, str]] = []
    for platform in PLATFORMS:
        present = addresses_of(merged, platform)
        all_of_them = [*addresses_of(lost, platform), *addresses_of(former, platform)]
        for entry in _entries(platform, all_of_them)[:1]:
            made += _copy(platform, present, entry.cause, entry.until, by)
        states = consent.present(merged)
        if any(key[0] == platform and consent.has_binding_no(state) for key, state in states.items()):
            made += _copy(platform, [each for each in all_of_them if each not in present], OPTED_OUT, None, by)
    return made


def _entries(platform: str, addresses: list[str]) -> list[Suppression]:
    """The longest first: for ever before any time."""
    codes = [code for address in addresses for code in digests_of(platform, address)]
    rows = list(in_force(platform).filter(address_digest__in=codes))
    return sorted(rows, key=lambda row: (row.until is not None, -(row.until.timestamp() if row.until else 0)))


def _copy(
    platform: str, addresses: list[str], cause: str, until: datetime | None, by: User | None
) -> list[dict[str, str]]:
    made = []
    for address in dict.fromkeys(addresses):
        known = in_force(platform).filter(address_digest__in=digests_of(platform, address))
        if known.exclude(until__lt=until).exists() if until else known.filter(until=None).exists():
            continue
        code, new = digest(platform, address), not known.exists()
        told = {"masked": masked(address), "cause": cause, "until": until, "by_name": str(by or ""), "at": now()}
        Suppression.objects.update_or_create(platform=platform, address_digest=code, defaults=told)
        if new:
            made.append({"platform": platform, "digest": code, "cause": cause})
    return made


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)
