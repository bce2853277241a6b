"""The terms of the closing sum, in words: "1.676 inviati + 248 non inviati"."""

from django.utils.translation import npgettext

from staffetta.deliveries.models import DeliveryState


def term(state: DeliveryState, number: int) -> str:
    """Return a term of the closing sum in words, without its number: "inviati", or "inviato" for one."""
    words = {
        DeliveryState.SENT: npgettext("term of the sum", "sent", "sent", number),
        DeliveryState.DELIVERED: npgettext("term of the sum", "delivered", "delivered", number),
        DeliveryState.READ: npgettext("term of the sum", "read", "read", number),
        DeliveryState.NOT_SENT: npgettext("term of the sum", "not sent", "not sent", number),
        DeliveryState.FAILED: npgettext("term of the sum", "failed", "failed", number),
        DeliveryState.UNDELIVERED: npgettext("term of the sum", "undelivered", "undelivered", number),
        DeliveryState.UNCERTAIN: npgettext("term of the sum", "uncertain", "uncertain", number),
        DeliveryState.SENDING: npgettext("term of the sum", "sending", "sending", number),
        DeliveryState.WAITING: npgettext("term of the sum", "waiting", "waiting", number),
        DeliveryState.CANCELLED: npgettext("term of the sum", "cancelled", "cancelled", number),
    }
    return words[state]
