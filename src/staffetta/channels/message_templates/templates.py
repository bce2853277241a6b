"""Which templates there are, how many are available and on, and which may be chosen."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from staffetta.channels.models import APPROVED, Channel, Template, TemplateVariant

AVAILABLE = Q(variants__status=APPROVED, variants__gone_at=None)


@dataclass(frozen=True, slots=True)
class Counts:
    """Templates by name, whatever their languages: approved at the provider, and those of them that are on."""

    available: int = 0
    active: int = 0


def selectable_variants(channel: Channel) -> QuerySet[TemplateVariant]:
    """Return what may be chosen and sent: on, approved, still listed, without an unusable part."""
    return (
        TemplateVariant.objects.filter(
            template__channel=channel, template__active=True, status=APPROVED, gone_at=None, unsupported=""
        )
        .select_related("template")
        .order_by("template__name", "language")
    )


def selectable(variant: TemplateVariant) -> bool:
    """Say the same of one variant."""
    return variant.sendable and variant.template.active


def counts(channel_ids: Collection[int]) -> dict[int, Counts]:
    """Return the counts of these channels, in one query."""
    rows = (
        Template.objects.filter(AVAILABLE, channel__in=channel_ids)
        .values("channel")
        .annotate(
            available=Count("pk", distinct=True),
            on=Count("pk", distinct=True, filter=Q(active=True)),
        )
        .order_by("channel")
    )
    found = {row["channel"]: Counts(row["available"], row["on"]) for row in rows}
    return {pk: found.get(pk, Counts()) for pk in channel_ids}
