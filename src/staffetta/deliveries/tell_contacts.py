"""What this room does when a consent is withdrawn or an address suppressed, and when contacts are merged or erased.

Withdrawn or suppressed: what still waits is held back. Merged: nobody gets one communication twice, nobody without a
consent. Erased: rows and counts stay, without name, address and values.
"""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from staffetta.contacts.audiences import recipients
from staffetta.contacts.audiences.recipients import LeftOut
from staffetta.contacts.hanging import Erased, InTheWay, Traces
from staffetta.deliveries.ledger import states
from staffetta.deliveries.models import Attempt, Delivery, DeliveryKind, DeliveryState
from staffetta.deliveries.planning.plan import purpose_of


def before_merge(kept: int, lost: int) -> None:
    """Hold back what waits for the contact that goes where the other is written to by the same communication."""
    mine = Delivery.objects.filter(contact=kept, kind=DeliveryKind.COMMUNICATION).exclude(state=DeliveryState.NOT_SENT)
    waiting = Delivery.objects.filter(contact=lost, kind=DeliveryKind.COMMUNICATION, state=DeliveryState.WAITING)
    twice = waiting.filter(communication__in=mine.values("communication"))
    states.hold_back(list(twice.values_list("pk", flat=True)), "duplicate_address")


def after_merge(kept: int) -> None:
    """Hold back what waits for the merged contact where the stricter consent forbids it now."""
    _look_again(Delivery.objects.filter(contact=kept))


def withdrawn(contact_ids: Collection[int], platform: str) -> None:
    """Hold back what waits for people who said No, may have, or were put into the Blacklist, after it was planned.

    Consent and Blacklist are judged until a message leaves.
    """
    _look_again(Delivery.objects.filter(contact__in=list(contact_ids), channel__platform=platform))


def hold_back_person(platform: str, contact_ids: Collection[int]) -> int:
    """Hold back what waits for people of whom something told by the provider could not be handled."""
    waiting = Delivery.objects.filter(
        contact__in=list(contact_ids), state=DeliveryState.WAITING, channel__platform=platform
    )
    return states.hold_back(list(waiting.values_list("pk", flat=True)), LeftOut.SET_ASIDE)


def _look_again(rows: QuerySet[Delivery]) -> None:
    """Judge again whoever waits; a fixed number of statements for each platform and purpose, however many wait."""
    waiting = rows.filter(state=DeliveryState.WAITING, channel__isnull=False, contact__isnull=False)
    asked: defaultdict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for pk, contact, platform, category in waiting.values_list("pk", "contact", "channel__platform", "category"):
        asked[platform, purpose_of(category)][pk] = contact
    for (platform, purpose), people in asked.items():
        found = recipients.those(set(people.values()), platform, purpose)
        reasons = {each.contact_id: each.reason for each in found}
        for reason in (LeftOut.NO_OPT_IN, LeftOut.TO_DECIDE, LeftOut.SUPPRESSED):
            if ids := [pk for pk, contact in people.items() if reasons.get(contact) == reason]:
                states.hold_back(ids, reason)


def erase(traces: Traces) -> Erased:
    """Empty the person's messages; what waits is held back. Raises InTheWay while one is being sent."""
    nameless = Q(contact__isnull=True, address__in=traces.addresses)
    ids = list(Delivery.objects.filter(Q(contact=traces.contact_id) | nameless).values_list("pk", flat=True))
    rows = Delivery.objects.filter(pk__in=ids)
    if rows.filter(state=DeliveryState.SENDING).exists():
        raise InTheWay("being_sent")
    waiting = list(rows.filter(state=DeliveryState.WAITING).values_list("pk", flat=True))
    states.hold_back(waiting, "erased")
    nobody = Concat(Value("#"), Cast("pk", CharField()))
    emptied = rows.update(address=nobody, contact_name="", parameters={}, provider_reason="")
    Attempt.objects.filter(delivery__in=ids).exclude(provider_reason="").update(provider_reason="")
    return Erased(emptied={"messages": emptied})
