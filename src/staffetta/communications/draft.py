"""Make, change, copy and delete drafts of communications."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.models import TemplateVariant
from staffetta.communications.check_media import MediaCheck
from staffetta.communications.hold import remember
from staffetta.communications.models import Communication, CommunicationState, Composition
from staffetta.contacts.audiences.audience import Audience, Source
from staffetta.contacts.models import AudienceRules, ContactList, Import
from staffetta.text import title
from staffetta.work.clock import now


@dataclass(frozen=True, slots=True)
class Content:
    """What is said: a template in one language, where its values come from, the header's file and its check."""

    variant: TemplateVariant
    mapping: Mapping[str, Any]
    header_media: str = ""
    media_check: MediaCheck | Mapping[str, Any] = field(default_factory=dict)


class NotADraft(Exception):
    """It was started meanwhile: it can no longer be changed or deleted."""


def save_draft(
    communication: Communication | None,
    name: str,
    content: Content,
    source: Source | None,
    by: User | None,
    *,
    speed: int | None = None,
    hours: str = "",
) -> Communication:
    """Make a draft, or change `communication`; `source` is the audience, None means all contacts. Raises NotADraft.

    `speed` is messages a minute, None as fast as the channel goes; `hours` the send window (hours.py), "" for none.
    """
    draft = communication or Communication(created_by=by)
    draft.name, draft.speed, draft.hours = title(name, 200), speed, hours
    draft.audience_import = source if isinstance(source, Import) else None
    draft.audience_list = source if isinstance(source, ContactList) else None
    draft.audience_rules = source if isinstance(source, AudienceRules) else None
    draft.audience_kind = Audience.of(source).kind
    draft.audience_name = source.name if source else ""
    fill(draft, content)
    with transaction.atomic():
        if communication is not None:
            _locked(communication)
        draft.save()
        audit.record(by, "communication_changed" if communication else "communication_created", draft)
    return draft


def fill(composition: Composition, content: Content) -> None:
    """Put the content into a communication or a transactional message, with the names frozen; the caller saves."""
    channel = content.variant.template.channel
    composition.channel = channel
    composition.variant = content.variant
    composition.platform = channel.platform
    composition.channel_name = str(channel)
    composition.channel_provider_id = channel.provider_id
    composition.template_name = content.variant.template.name
    composition.template_language = content.variant.language
    composition.mapping = dict(content.mapping)
    composition.header_media = content.header_media
    composition.media_check = dict(content.media_check)
    composition.held_reason = ""
    composition.held_at = None
    composition.updated_at = now()
    remember(composition, content.variant)


COPIED = (
    "channel",
    "variant",
    "platform",
    "channel_name",
    "channel_provider_id",
    "template_name",
    "template_language",
    "accepted_revision",
    "accepted_fingerprint",
    "accepted_contract",
    "mapping",
    "header_media",
    "media_check",
    "audience_kind",
    "audience_import",
    "speed",
    "hours",
    "audience_list",
    "audience_rules",
    "audience_name",
)


def duplicate(communication: Communication, name: str, by: User | None) -> Communication:
    """Return a new draft with the same content and audience; what was sent stays with the first."""
    copy = Communication(name=name[:200], created_by=by, **{each: getattr(communication, each) for each in COPIED})
    with transaction.atomic():
        copy.save()
        audit.record(by, "communication_duplicated", copy, of=communication.pk)
    return copy


def delete_draft(communication: Communication, by: User | None) -> None:
    """Delete a draft; its test sends stay in the ledger. Raises NotADraft."""
    with transaction.atomic():
        _locked(communication)
        audit.record(by, "communication_deleted", communication)
        communication.delete()


def _locked(communication: Communication) -> None:
    """Keep a start from overtaking the change (SQLite's transactions are immediate: they need no row lock)."""
    row = Communication.objects.select_for_update().filter(pk=communication.pk, state=CommunicationState.DRAFT)
    if not row.exists():
        raise NotADraft
