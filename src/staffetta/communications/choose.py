"""What can be chosen when composing: channels that are connected, templates that are on and usable, languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from staffetta.channels.models import Channel, ConnectionState, TemplateVariant

PLATFORM = "whatsapp"
"""The medium of notification templates; Telegram's free texts come with their own form."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How far somebody has come: each is None or "" until it is chosen."""

    channel: Channel | None = None
    template: str = ""
    variant: TemplateVariant | None = None


def channels() -> list[Channel]:
    """Return the connected channels that carry notification templates."""
    rows = Channel.objects.filter(state=ConnectionState.CONNECTED, platform=PLATFORM)
    return list(rows.order_by("name", "pk"))


def variants(channel: Channel) -> list[TemplateVariant]:
    """Return what is on and could be sent, by name and language."""
    rows = TemplateVariant.objects.filter(
        template__channel=channel, template__active=True, status="approved", unsupported="", gone_at=None
    )
    return list(rows.select_related("template__channel").order_by("template__name", "language"))


def chosen(asked: Mapping[str, Any], among: Iterable[Channel]) -> tuple[Choice, list[TemplateVariant]]:
    """Read `channel`, `template` and `language` as far as they fit; return the choice and the channel's variants.

    What leaves no choice is chosen: the only channel, the only language; of several languages the reader's own.
    """
    listed = list(among)
    channel = next((c for c in listed if str(c.pk) == str(asked.get("channel", ""))), None)
    channel = channel or (listed[0] if len(listed) == 1 else None)
    if channel is None:
        return Choice(), []
    offered = variants(channel)
    name = str(asked.get("template", ""))
    spoken = [v for v in offered if v.template.name == name]
    if not spoken:
        return Choice(channel), offered
    return Choice(channel, name, _spoken(spoken, str(asked.get("language", "")))), offered


def find(channel_id: str, template: str, language: str) -> TemplateVariant | None:
    """Return the variant of a channel (its id at the provider), whatever its state; None when there is none."""
    rows = TemplateVariant.objects.filter(
        template__channel__provider_id=channel_id, template__name=template, language=language
    )
    return rows.select_related("template__channel").first()


def _spoken(among: list[TemplateVariant], wanted: str) -> TemplateVariant:
    exact = next((v for v in among if v.language == wanted), None)
    own = (translation.get_language() or "it").split("-")[0]
    return exact or next((v for v in among if v.language.split("_")[0] == own), among[0])
