"""Who can be written to, and why not: the one eligibility query of summary, planning and single sends.

A person is left out without an address, without a Yes for the purpose, of marketing with a reply that may be an opt-out
and that nobody has decided on, or on the Blacklist: for that reason, in that order, each person has one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, F, FilteredRelation, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from staffetta.connectors.messages import Platform
from staffetta.contacts.audiences.audience import Audience
from staffetta.contacts.consents.consent import counts
from staffetta.contacts.consents.suppression import in_force, suppressed_among
from staffetta.contacts.fields.values import shown
from staffetta.contacts.models import ConsentValue, Contact, Purpose
from staffetta.contacts.opt_outs.decide import waiting_on
from staffetta.contacts.phones.equivalents import equivalents
from staffetta.work import set_aside


class LeftOut(StrEnum):
    """Why a person gets nothing; "" means they get it."""

    NO = ""
    NO_ADDRESS = "no_address"
    NO_OPT_IN = "no_opt_in"
    TO_DECIDE = "opt_out_to_decide"
    SUPPRESSED = "suppressed"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person as a send needs them: `values` by field name, `address` as the provider wants it ("" for none)."""

    contact_id: int
    name: str
    language: str
    values: Mapping[str, str]
    address: str
    reason: LeftOut


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people an audience has, and how many are left out for which reason."""

    total: int
    reasons: Mapping[LeftOut, int] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        return sum(self.reasons.values())

    @property
    def reachable(self) -> int:
        return self.total - self.left_out


def recipients(audience: Audience, platform: str, purpose: str, after_id: int = 0, size: int = 1000) -> list[Recipient]:
    """Return the next people of an audience behind the contact `after_id`, at most `size`, by id.

    Everybody comes, with the reason why not if there is one; the end is an empty list. One statement, one
    more for the Blacklist, and one for whoever has an item set aside.
    """
    return _read(_judged(audience.behind(after_id), platform, purpose, after_id)[:size], platform)


def recipient(contact_id: int, platform: str, purpose: str) -> Recipient | None:
    """Return one person by the same rule; None when the contact is gone."""
    found = those([contact_id], platform, purpose)
    return found[0] if found else None


def those(contact_ids: Collection[int], platform: str, purpose: str) -> list[Recipient]:
    """Return these people by the same rule, but for contacts that are gone."""
    return _read(_judged(Contact.objects.filter(pk__in=contact_ids), platform, purpose), platform)


def count(audience: Audience) -> int:
    """Return how many people an audience has."""
    return audience.queryset().count()


def tally(audience: Audience, platform: str, purpose: str) -> Tally:
    """Count an audience by reason, as `recipients` would judge it, without reading everybody."""
    people = _judged(audience.queryset(), platform, purpose)
    counted = people.order_by().values("left_out").annotate(number=Count("pk"))
    numbers = {LeftOut(row["left_out"]): int(row["number"]) for row in counted}
    total, good = sum(numbers.values()), numbers.pop(LeftOut.NO, 0)
    if good and (suppressed := _count_suppressed(people, platform)):
        numbers[LeftOut.SUPPRESSED] = suppressed
    if good and (in_trouble := _in_trouble(platform)):
        numbers[LeftOut.SET_ASIDE] = people.filter(left_out=LeftOut.NO, address__in=in_trouble).count()
    return Tally(total, numbers)


def _judged(people: QuerySet[Contact], platform: str, purpose: str, after_id: int = 0) -> QuerySet[Any, Any]:
    """Annotate the address, and the reason as far as the database can tell.

    `after_id` is told of the consents too: PostgreSQL, merging both in the order of people, reads them from the first
    one on otherwise (at 500,000 contacts 180 ms for 2,000 people instead of 10).
    """
    wanted = Q(consent_states__platform=platform, consent_states__purpose=purpose) & counts("consent_states__")
    if after_id:
        wanted &= Q(consent_states__contact__gt=after_id)
    return people.annotate(
        consent=FilteredRelation("consent_states", condition=wanted),
        address=_address(platform),
        left_out=Case(
            When(address="", then=Value(LeftOut.NO_ADDRESS)),
            *_to_decide(platform, purpose),
            When(consent__value=ConsentValue.YES, then=Value(LeftOut.NO)),
            default=Value(LeftOut.NO_OPT_IN),
            output_field=CharField(),
        ),
    )


def _to_decide(platform: str, purpose: str) -> list[When]:
    """Return the branch of those whose marketing waits for a person's decision.

    The subquery asks nothing of the outer row, so that the database reads the few open replies once.
    """
    if purpose != Purpose.MARKETING:
        return []
    waiting = Q(consent__value=ConsentValue.YES, pk__in=waiting_on(platform).values("contact"))
    return [When(waiting, then=Value(LeftOut.TO_DECIDE))]


def _address(platform: str) -> Case:
    """Return the provider's own id where it is known, else what we can make of ours; "" on platforms without any."""
    if platform == Platform.WHATSAPP:
        return Case(
            When(~Q(whatsapp_id=""), then=F("whatsapp_id")),
            When(phone__isnull=False, then=Substr("phone", 2)),  # without the plus
            default=Value(""),
            output_field=CharField(),
        )
    known = Q(telegram_id__isnull=False) if platform == Platform.TELEGRAM else Q(pk__isnull=True)
    return Case(When(known, then=F("telegram_id")), default=Value(""), output_field=CharField())


FIELDS = (
    *("pk", "first_name", "last_name", "phone", "telegram_id", "language", "time_zone", "external_id"),
    *("values", "address", "left_out"),
)


def _read(people: QuerySet[Any, Any], platform: str) -> list[Recipient]:
    rows: Sequence[tuple[Any, ...]] = list(people.values_list(*FIELDS))
    good = [row[-2] for row in rows if row[-1] == LeftOut.NO]
    suppressed = suppressed_among(platform, good) if good else set()
    in_trouble = _in_trouble(platform) if good else set()
    return [_recipient(row, suppressed, in_trouble) for row in rows]


def _in_trouble(platform: str) -> set[str]:
    """Return the addresses, in all their forms, of whom something told by the provider could not be handled."""
    told = set_aside.people(platform)
    if platform == Platform.WHATSAPP:
        return {form for address in told for form in equivalents(address.removeprefix("+"))} if told else told
    return told


def _recipient(row: tuple[Any, ...], suppressed: set[str], in_trouble: set[str]) -> Recipient:
    key, first, last, phone, telegram, language, zone, external, own, address, reason = row
    values = {**shown(own), "first_name": first, "last_name": last, "phone": phone or "", "language": language}
    values |= {"telegram_id": telegram or "", "time_zone": zone, "external_id": external or ""}
    if reason == LeftOut.NO and address in suppressed:
        reason = LeftOut.SUPPRESSED
    elif reason == LeftOut.NO and address in in_trouble:
        reason = LeftOut.SET_ASIDE
    return Recipient(key, f"{first} {last}".strip(), language, values, address, LeftOut(reason))


def _count_suppressed(people: QuerySet[Any, Any], platform: str) -> int:
    """Digests cannot be made in the database: only where a Blacklist exists are the good addresses read, in pieces."""
    if not in_force(platform).exists():
        return 0
    number, piece = 0, list[str]()
    for address in people.filter(left_out=LeftOut.NO).values_list("address", flat=True).iterator(chunk_size=2000):
        piece.append(address)
        if len(piece) == 2000:
            number, piece = number + len(suppressed_among(platform, piece)), []
    return number + len(suppressed_among(platform, piece))
