"""Hold what must not go on by itself: it waits for a person, with the reason.

A composition is held when its template or channel is no longer what a person accepted (design, section 2 "Held"). The
codes are worded in `deliveries/reasons.py`.
"""

from enum import StrEnum

from staffetta.accounts.audit import record
from staffetta.accounts.models import User
from staffetta.channels.models import ConnectionState
from staffetta.communications.models import Communication, CommunicationState, Composition, TransactionalMessage
from staffetta.work.clock import now


class Held(StrEnum):
    """Why something is held."""

    CHANNEL_REMOVED = "channel_removed"
    CHANNEL_NOT_CONNECTED = "channel_not_connected"
    KEY_REFUSED = "key_refused"
    TEMPLATE_REMOVED = "template_removed"
    TEMPLATE_OFF = "template_off"
    TEMPLATE_UNUSABLE = "template_unusable"
    TEMPLATE_CHANGED = "template_changed"
    TEMPLATE_NOT_FOUND = "not_found"
    ADDRESS_FORBIDDEN = "address_forbidden"
    OPT_OUTS_UNREAD = "opt_outs_unread"


def gate(composition: Composition) -> str:
    """Return why nothing may be sent for this composition now, "" when it may. The claim asks the same in SQL."""
    return _channel_gate(composition) or _template_gate(composition) or _revision_gate(composition)


def hold(communication: Communication, reason: str) -> bool:
    """Hold a communication that is being prepared or running; False when it was not (any more)."""
    changed = Communication.objects.filter(
        pk=communication.pk, state__in=(CommunicationState.PLANNING, CommunicationState.RUNNING)
    ).update(state=CommunicationState.HELD, held_reason=reason, held_at=now(), updated_at=now())
    if changed:
        communication.refresh_from_db()
        record(None, "communication_held", communication, reason=reason)
    return bool(changed)


def hold_transactional(message: TransactionalMessage, reason: str) -> bool:
    """Hold a transactional message: calls are refused, what waits keeps waiting."""
    changed = TransactionalMessage.objects.filter(pk=message.pk, held_reason="").update(
        held_reason=reason, held_at=now(), updated_at=now()
    )
    if changed:
        message.refresh_from_db()
        record(None, "transactional_held", message, reason=reason)
    return bool(changed)


def resume(communication: Communication, by: User | None) -> str:
    """Let a held communication go on, by a person; return why it may not, "" when it goes on.

    The person accepts the template as it is now, unless its contract is another one: what was planned is frozen, and
    values made for other variables must not be sent.
    """
    still = _channel_gate(communication) or _template_gate(communication)
    if still or not _same_contract(communication):
        return still or Held.TEMPLATE_CHANGED
    variant = communication.variant
    state = CommunicationState.RUNNING if communication.started_at else CommunicationState.PLANNING
    asked = {} if communication.started_at else {"start_asked_at": now()}
    changed = Communication.objects.filter(pk=communication.pk, state=CommunicationState.HELD).update(
        state=state,
        held_reason="",
        held_at=None,
        problem="",
        accepted_revision=variant.revision if variant else None,
        updated_at=now(),
        **asked,
    )
    if changed:
        communication.refresh_from_db()
        record(by, "communication_resumed", communication)
    return ""


def _channel_gate(composition: Composition) -> str:
    channel = composition.channel
    if channel is None:
        return Held.CHANNEL_REMOVED
    if channel.state == ConnectionState.REFUSED:
        return Held.KEY_REFUSED
    return "" if channel.state == ConnectionState.CONNECTED else Held.CHANNEL_NOT_CONNECTED


def _template_gate(composition: Composition) -> str:
    variant = composition.variant
    if variant is None:
        return Held.TEMPLATE_REMOVED
    if not variant.template.active:
        return Held.TEMPLATE_OFF
    return "" if variant.sendable else Held.TEMPLATE_UNUSABLE


def _revision_gate(composition: Composition) -> str:
    variant = composition.variant
    return "" if variant and variant.revision == composition.accepted_revision else Held.TEMPLATE_CHANGED


def _same_contract(communication: Communication) -> bool:
    """Whether what a person accepted is still the template's contract, whatever was switched off and on since."""
    variant = communication.variant
    return variant is not None and variant.fingerprint == communication.accepted_fingerprint
