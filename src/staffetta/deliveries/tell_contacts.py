"""What this room does when contacts are merged: nobody gets one communication twice, and nobody without a consent."""

from staffetta.contacts import recipients
from staffetta.contacts.recipients import LeftOut
from staffetta.deliveries import states
from staffetta.deliveries.models import Delivery, DeliveryKind, DeliveryState
from staffetta.deliveries.plan import purpose_of


def before_merge(kept: int, lost: int) -> None:
    """Hold back what waits for the contact that goes where the other is written to by the same communication."""
    mine = Delivery.objects.filter(contact=kept, kind=DeliveryKind.COMMUNICATION).exclude(state=DeliveryState.NOT_SENT)
    waiting = Delivery.objects.filter(contact=lost, kind=DeliveryKind.COMMUNICATION, state=DeliveryState.WAITING)
    twice = waiting.filter(communication__in=mine.values("communication"))
    states.hold_back(list(twice.values_list("pk", flat=True)), "duplicate_address")


def after_merge(kept: int) -> None:
    """Hold back what waits for the merged contact where the stricter consent forbids it now."""
    waiting = Delivery.objects.filter(contact=kept, state=DeliveryState.WAITING, channel__isnull=False)
    for pk, platform, category in waiting.values_list("pk", "channel__platform", "category"):
        found = recipients.recipient(kept, str(platform), purpose_of(category))
        if found and found.reason in (LeftOut.NO_OPT_IN, LeftOut.SUPPRESSED):
            states.hold_back([pk], found.reason)
