"""What a person decides about uncertain messages: treat as sent, or send again. Singly or all of a communication."""

from django.db import transaction
from django.db.models import QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger import states
from staffetta.deliveries.models import Delivery, DeliveryCount, DeliveryState
from staffetta.work.clock import now
from staffetta.work.wake import wake

PIECE = 1000


def uncertain_of(communication: Communication) -> QuerySet[Delivery]:
    """Return the messages of a communication that wait for a decision."""
    return Delivery.objects.filter(communication=communication, state=DeliveryState.UNCERTAIN)


def treat_as_sent(deliveries: QuerySet[Delivery], by: User | None) -> int:
    """Count these uncertain messages as sent; return how many were uncertain still."""
    settled = 0
    while ids := _uncertain(deliveries):
        with transaction.atomic():
            done = states.settle(ids, DeliveryState.SENT, "person")
            _keep(by, "treated_as_sent", ids, done)
        if not done:
            break
        settled += done
    return settled


def send_again(deliveries: QuerySet[Delivery], by: User | None) -> int:
    """Let these uncertain messages be sent once more, on the person's word; return how many were uncertain still.

    Their communication runs again if it had ended.
    """
    again = 0
    while ids := _uncertain(deliveries):
        with transaction.atomic():
            _reopen(ids)
            done = states.send_again(ids)
            _keep(by, "sent_again", ids, done)
            wake()
        if not done:
            break
        again += done
    return again


def _uncertain(deliveries: QuerySet[Delivery]) -> list[int]:
    rows = deliveries.filter(state=DeliveryState.UNCERTAIN).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:PIECE])


def _keep(by: User | None, deed: str, ids: list[int], done: int) -> None:
    if done:
        target = Delivery.objects.get(pk=ids[0]) if len(ids) == 1 else None
        communications = Delivery.objects.filter(pk__in=ids).order_by().values_list("communication", flat=True)
        audit.record(by, deed, target, number=done, communications=sorted(set(filter(None, communications))))


def _reopen(ids: list[int]) -> None:
    """A communication that was stopped must not send what was to be cancelled: that is done first."""
    ended = Communication.objects.filter(
        deliveries__in=ids, state__in=(CommunicationState.DONE, CommunicationState.STOPPED)
    ).distinct()
    for communication in ended:
        while _waiting(communication):
            if not states.cancel(communication.pk):
                break
        Communication.objects.filter(pk=communication.pk).update(
            state=CommunicationState.RUNNING, finished_at=None, updated_at=now()
        )


def _waiting(communication: Communication) -> bool:
    return DeliveryCount.objects.filter(communication=communication, state=DeliveryState.WAITING, number__gt=0).exists()
