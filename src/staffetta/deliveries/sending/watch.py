"""Keep communications in step with what they depend on and with their rows.

Within two seconds: what may no longer go out as it was accepted is held, what was stopped is cancelled, what nobody
waits for any more is finished. Every change is conditional, so any number of workers may watch.
"""

from functools import partial

from django.db.models import Exists, F, OuterRef

from staffetta.accounts import audit
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.hold import Trouble, hold, trouble_of
from staffetta.communications.models import Communication, CommunicationState
from staffetta.connectors.errors import ConnectorError, KeyRefused, NotPermitted
from staffetta.deliveries.ledger import states
from staffetta.deliveries.models import Delivery, DeliveryCount, DeliveryKind, DeliveryState
from staffetta.work.clock import now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items

TROUBLES = {KeyRefused: Trouble.KEY_REFUSED, NotPermitted: Trouble.SEND_NOT_PERMITTED}
"""Why all of a channel is held, by what came back; anything else is the address (retry_table.py)."""
PIECE = 2000
"""Rows cancelled or held back in one transaction."""


def work(context: LaneContext) -> bool:
    """Look once; True while there is more to cancel.

    Each part asks first whether there is anything of its kind: a plain question costs a fifth of one that joins, and an
    UPDATE takes the lock of SQLite whether it finds rows or not.
    """
    del context
    items = Items("watch")
    hold_what_changed(items)
    items.handle("finish", finish_what_is_done)
    items.handle("single messages", hold_back_orphans)
    return cancel_what_was_stopped(items)


def hold_what_changed(items: Items) -> None:
    """Hold communications whose channel or template is no longer what was accepted."""
    running = Communication.objects.filter(state__in=(CommunicationState.SCHEDULED, CommunicationState.RUNNING))
    if not running.exists():
        return
    for each in running.select_related("channel", "variant__template").order_by("id"):
        items.handle(f"communication:{each.pk}", partial(_hold_if_in_trouble, each), name=str(each))


def _hold_if_in_trouble(communication: Communication) -> None:
    if trouble := _trouble(communication):
        hold_one(communication.pk, trouble)


def hold_one(communication_id: int, trouble: Trouble) -> bool:
    """Hold a communication that is under way, and keep in the audit log that Staffetta did so."""
    held = hold(communication_id, trouble)
    if held:
        audit.record(None, "communication_held", Communication.objects.get(pk=communication_id), reason=trouble.value)
    return held


def hold_running(trouble: Trouble, **which: object) -> None:
    """Hold the running communications that fit `which` (channel, variant)."""
    running = Communication.objects.filter(state=CommunicationState.RUNNING, **which)
    for communication_id in list(running.values_list("pk", flat=True)):
        hold_one(communication_id, trouble)


def hold_channel(channel: Channel, fault: ConnectorError) -> None:
    """Hold all that runs on a channel which cannot send at all."""
    hold_running(TROUBLES.get(type(fault), Trouble.ADDRESS_FORBIDDEN), channel=channel)


def take_out(variant_id: int) -> None:
    """Take a template out that the provider does not know any more: until a refresh finds it again.

    Whoever uses it is held.
    """
    TemplateVariant.objects.filter(pk=variant_id, gone_at=None).update(
        gone_at=now(), changed_at=now(), revision=F("revision") + 1
    )
    hold_running(Trouble.TEMPLATE_REFUSED, variant=variant_id)


def cancel_what_was_stopped(items: Items) -> bool:
    """Cancel rows that still wait in stopped communications; True while there are more."""
    stopped = DeliveryCount.objects.filter(
        communication__state=CommunicationState.STOPPED, state=DeliveryState.WAITING, number__gt=0
    )
    ids = list(stopped.values_list("communication_id", flat=True))
    cancelled = [items.handle(f"stopped communication:{pk}", partial(states.cancel, pk, PIECE)) for pk in ids]
    return any(cancelled)


def cancel_at_once(communication_id: int) -> None:
    """Cancel the first rows within the transaction that stops the communication; the lane cancels the rest."""
    states.cancel(communication_id, PIECE)


def finish_what_is_done() -> int:
    """Finish communications that are planned whole and have nobody waiting or sending; uncertain ones stay shown."""
    unsettled = DeliveryCount.objects.filter(
        communication=OuterRef("pk"), state__in=(DeliveryState.WAITING, DeliveryState.SENDING), number__gt=0
    )
    planned = Communication.objects.filter(
        state__in=(CommunicationState.RUNNING, CommunicationState.PAUSED, CommunicationState.HELD),
        started_at__isnull=False,
    )
    if not planned.exists():
        return 0
    return planned.filter(~Exists(unsettled)).update(
        state=CommunicationState.DONE, finished_at=now(), updated_at=now(), held_reason="", held_at=None, paused_at=None
    )


def hold_back_orphans() -> int:
    """Hold back single messages that can never go: useless by now, their channel removed, their template another one.

    Rows of communications wait for a person, who resumes or stops the whole.
    """
    if not Delivery.objects.filter(state=DeliveryState.WAITING).exists():
        return 0
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).exclude(kind=DeliveryKind.COMMUNICATION)
    removed = waiting.filter(channel__isnull=True)
    changed = waiting.filter(
        kind=DeliveryKind.TRANSACTIONAL,
        channel__isnull=False,
        transactional__accepted_fingerprint=F("variant__fingerprint"),
    ).exclude(fingerprint=F("variant__fingerprint"))
    expired = Delivery.objects.filter(state=DeliveryState.WAITING, expires_at__lte=now())
    found = {"expired": expired, "channel_removed": removed, "template_changed": changed}
    return sum(
        states.hold_back(list(rows.values_list("pk", flat=True)[:PIECE]), reason) for reason, rows in found.items()
    )


def _trouble(communication: Communication) -> Trouble:
    if trouble := trouble_of(communication):
        return trouble
    variant = communication.variant
    # The same template as accepted, but switched off and on in between: a person says that it may go on.
    # A start that is still ahead accepts it as a start at once does.
    running = communication.state == CommunicationState.RUNNING
    switched = running and variant is not None and variant.revision != communication.accepted_revision
    return Trouble.TEMPLATE_OFF if switched else Trouble.NONE
