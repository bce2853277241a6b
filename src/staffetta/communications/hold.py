"""Hold what may no longer go out as it was accepted, and let a person accept it again (its states: ARCHITECTURE.md).

A running communication is held by whoever finds the trouble (dispatch compares the revision at every claim). Drafts and
transactional messages carry no mark: `trouble_of` tells at any moment whether they could go.
"""

from enum import StrEnum
from typing import Any

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.models import Channel, ConnectionState, TemplateVariant
from staffetta.communications.models import Communication, CommunicationState, Composition
from staffetta.contacts.audiences import rule_world
from staffetta.contacts.audiences.audience import Audience
from staffetta.work.clock import now
from staffetta.work.wake import wake

UNDER_WAY = (CommunicationState.PLANNING, CommunicationState.RUNNING)
HOLDABLE = (*UNDER_WAY, CommunicationState.PAUSED, CommunicationState.SCHEDULED)
RESUMABLE = (CommunicationState.HELD, CommunicationState.PAUSED)


class Trouble(StrEnum):
    """Why something is held; worded in `wording.py`. `NONE` is empty, hence false."""

    NONE = ""
    CHANNEL_REMOVED = "channel_removed"  # disconnected or reset here: the row is gone
    CHANNEL_GONE = "channel_gone"
    CHANNEL_NOT_CONNECTED = "channel_not_connected"
    KEY_REFUSED = "key_refused"
    ADDRESS_FORBIDDEN = "address_forbidden"
    SEND_NOT_PERMITTED = "send_not_permitted"  # 403 to a send, although the key is good
    TEMPLATE_REMOVED = "template_removed"
    TEMPLATE_OFF = "template_off"
    TEMPLATE_GONE = "template_gone"
    TEMPLATE_NOT_APPROVED = "template_not_approved"
    TEMPLATE_UNSUPPORTED = "template_unsupported"
    TEMPLATE_CHANGED = "template_changed"
    TEMPLATE_REFUSED = "template_refused"  # the provider says 404 to a send: it does not know method or template
    TEMPLATE_FAILING = "template_failing"  # refused again and again, whoever it goes to
    TOO_MANY_REFUSED = "too_many_refused"  # more than a fifth of its messages refused for one reason
    OPT_OUTS_UNREAD = "opt_outs_unread"  # who stopped could not be read before planning
    CONVERSATIONS_ABSENT = "conversations_absent"  # the account has no list of conversations, or may not read it
    MISSED = "missed"  # its time came while Staffetta was off, too long ago to start by itself
    HEADER_FILE = "header_file"  # looked at again before planning: it cannot be fetched as it could at the draft
    NUMBERS_MOVED = "numbers_moved"  # it would go to another number of people than was confirmed
    AUDIENCE_BROKEN = "audience_broken"  # rules name what is no longer there; looked at before and while planning
    AUDIENCE_GONE = "audience_gone"  # the import or list was deleted while its people were planned
    RESTORED = "restored"  # a backup was restored: what was sent since it was made is not known here


class StillHeld(Exception):
    """It cannot go on: the trouble is not over. `trouble` says which."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def trouble_of(composition: Composition) -> Trouble:
    """Return why `composition` could not be sent now; NONE when it could.

    The contract is compared by its fingerprint: a template switched off and on again is what it was.
    """
    return (
        _channel_trouble(composition.channel)
        or usability_of(composition.variant)
        or (Trouble.TEMPLATE_CHANGED if changed(composition) else Trouble.NONE)
    )


def held_for(communication: Communication) -> str:
    """Return why a list shows it as held, "" when it is not: a draft as things are now, others as they were held."""
    if communication.state == CommunicationState.DRAFT:
        return trouble_of(communication) or communication.held_reason
    return communication.held_reason if communication.state == CommunicationState.HELD else ""


def usability_of(variant: TemplateVariant | None) -> Trouble:
    """Return why a variant cannot be sent by anybody; NONE when it can."""
    if variant is None:
        return Trouble.TEMPLATE_REMOVED
    if not variant.template.active:
        return Trouble.TEMPLATE_OFF
    if variant.gone_at is not None:
        return Trouble.TEMPLATE_GONE
    if variant.status != "approved":
        return Trouble.TEMPLATE_NOT_APPROVED
    return Trouble.TEMPLATE_UNSUPPORTED if variant.unsupported else Trouble.NONE


def changed(composition: Composition) -> bool:
    """Return whether the template is no longer the one that was accepted."""
    return composition.variant is None or composition.variant.fingerprint != composition.accepted_fingerprint


def hold(communication_id: int, trouble: str) -> bool:
    """Hold what is under way or will be; its waiting messages stay waiting. False when there is nothing to hold."""
    return bool(
        Communication.objects.filter(pk=communication_id, state__in=HOLDABLE).update(
            state=CommunicationState.HELD, held_reason=trouble, held_at=now(), paused_at=None, updated_at=now()
        )
    )


def remember(composition: Composition, variant: TemplateVariant) -> None:
    """Note `variant` as it is now as what was accepted; the caller saves."""
    composition.accepted_revision = variant.revision
    composition.accepted_fingerprint = variant.fingerprint
    composition.accepted_contract = {
        "components": variant.components,
        "variables": variant.variables,
        "category": variant.category,
        "language": variant.language,
    }


def may_accept(composition: Composition) -> bool:
    """Return whether accepting is enough: what was frozen still answers every variable of the template."""
    return _keys(composition.accepted_contract.get("variables", [])) == _keys(
        composition.variant.variables if composition.variant else []
    )


def resume(communication: Communication, by: User | None) -> None:
    """Accept the template as it is now and let a held or paused communication go on where it was.

    Raises StillHeld while the channel or the template cannot be used, or when its variables are others than the
    planned messages carry: then only a new communication helps. What was only paused is held then: whoever paused it
    has seen nothing of the trouble and accepted nothing.
    """
    if trouble := resume_trouble(communication):
        if communication.state == CommunicationState.PAUSED:
            hold(communication.pk, trouble)
        raise StillHeld(trouble)
    assert communication.variant is not None
    with transaction.atomic():
        remember(communication, communication.variant)
        state = _resumed_state(communication)
        ahead = state == CommunicationState.SCHEDULED
        done = Communication.objects.filter(pk=communication.pk, state__in=RESUMABLE).update(
            state=state,
            held_reason="",
            held_at=None,
            paused_at=None,
            confirmed=communication.confirmed if ahead else None,  # whoever lets it start now has seen the numbers
            start_asked_at=None if ahead else communication.start_asked_at or now(),
            audience_frozen=communication.audience_frozen or ({} if ahead else frozen_audience(communication)),
            accepted_revision=communication.accepted_revision,
            accepted_fingerprint=communication.accepted_fingerprint,
            accepted_contract=communication.accepted_contract,
            updated_at=now(),
        )
        if done:
            audit.record(by, "communication_resumed", communication, reason=communication.held_reason)
            wake()


def resume_trouble(communication: Communication) -> Trouble:
    """Return what still stands in the way of resuming."""
    trouble = trouble_of(communication)
    held = communication.state == CommunicationState.HELD
    if held and trouble == Trouble.TEMPLATE_CHANGED and may_accept(communication):
        return Trouble.NONE
    return trouble or audience_trouble(communication)


def audience_trouble(communication: Communication) -> Trouble:
    """Return why it is not known who is meant; once all are planned, nobody asks any more."""
    if communication.started_at is not None:
        return Trouble.NONE
    audience = audience_of(communication)
    if audience.pk == 0 and not audience.frozen:
        return Trouble.AUDIENCE_GONE
    return Trouble.AUDIENCE_BROKEN if audience.broken else Trouble.NONE


def audience_of(communication: Communication) -> Audience:
    """Return whom the communication goes to; once it was started, by its rules as they stood then."""
    ids = {
        "import": communication.audience_import_id,
        "list": communication.audience_list_id,
        "rule": communication.audience_rules_id,
    }
    kind = communication.audience_kind
    return Audience(kind, ids[kind] or 0, communication.audience_frozen) if kind in ids else Audience()


def frozen_audience(communication: Communication) -> dict[str, Any]:
    """Return the rules and the day they are counted from: planning takes a while, and midnight changes no audience."""
    if communication.audience_kind != "rule":
        return {}
    return {"rules": audience_of(communication).rules, "today": rule_world.present().today.isoformat()}


def _resumed_state(communication: Communication) -> CommunicationState:
    """Return where it goes on: with what it was doing, or with waiting for its time when that is still ahead."""
    if communication.started_at:
        return CommunicationState.RUNNING
    ahead = communication.start_asked_at is None and communication.start_at and communication.start_at > now()
    return CommunicationState.SCHEDULED if ahead else CommunicationState.PLANNING


def _channel_trouble(channel: Channel | None) -> Trouble:
    if channel is None:
        return Trouble.CHANNEL_REMOVED
    if channel.state == ConnectionState.REFUSED:
        return Trouble.KEY_REFUSED
    if channel.state == ConnectionState.GONE:
        return Trouble.CHANNEL_GONE
    return Trouble.NONE if channel.connected else Trouble.CHANNEL_NOT_CONNECTED


def _keys(variables: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    return {(v["key"], v["component"], v.get("kind", "text")) for v in variables}
