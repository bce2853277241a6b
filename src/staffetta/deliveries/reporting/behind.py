"""Which rows of the ledger stand behind a number, in an order an index gives."""

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from staffetta.communications.models import Communication
from staffetta.deliveries.ledger.policy import ACCEPTED, RELEASED
from staffetta.deliveries.ledger.reasons import when
from staffetta.deliveries.models import Delivery, DeliveryKind, DeliveryState

LOOKS: dict[DeliveryState, tuple[str, str]] = {
    DeliveryState.WAITING: ("secondary", "clock"),
    DeliveryState.SENDING: ("azure", "send"),
    DeliveryState.SENT: ("green", "check"),
    DeliveryState.DELIVERED: ("green", "checks"),
    DeliveryState.READ: ("green", "checks"),
    DeliveryState.NOT_SENT: ("yellow", "send-off"),
    DeliveryState.FAILED: ("red", "circle-x"),
    DeliveryState.UNDELIVERED: ("red", "message-off"),
    DeliveryState.UNCERTAIN: ("yellow", "help"),
    DeliveryState.CANCELLED: ("secondary", "ban"),
}
"""State -> colour and icon of its badge."""


def behind(communication: Communication, state: str = "", reason: str = "") -> QuerySet[Delivery]:
    """Return the people of a communication in a state, for a reason; all of them without.

    Ordered as the index `delivery_behind_number` stores them, so that no page sorts. Test sends are outside: they are
    left out by `kind`, which the index does not hold, but there are few of them.
    """
    rows = Delivery.objects.filter(communication=communication, kind=DeliveryKind.COMMUNICATION)
    if state:
        rows = rows.filter(state=state)
    if reason:
        rows = rows.filter(reason=reason)
    return rows.order_by("state", "reason", "pk")


def outcome_text(outcome: str) -> str | Promise:
    """Say in words how an attempt ended; `outcome` is "" while nobody knows."""
    if outcome == ACCEPTED:
        return pgettext("attempt", "Accepted")
    if outcome == RELEASED:
        return _("Given back before anything was sent")
    return when(outcome) if outcome else _("No answer so far")
