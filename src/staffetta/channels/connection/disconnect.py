"""Disconnect channels, one or all (reset): all metadata and configuration go, and one starts from zero.

What goes is found through Django's own relations, so that what a later room hangs on a channel is counted and deleted
without this room knowing it; what must stay keeps its frozen names (foreign keys SET_NULL).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models, transaction
from django.utils.functional import Promise

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels import blockers, holds
from staffetta.channels.blockers import Blocker
from staffetta.channels.calls import health
from staffetta.channels.models import Channel, CustomerField, Exchange, Refresh, Template, TemplateVariant
from staffetta.channels.refreshing import ask, bad_items

OWN = (Channel, Template, TemplateVariant, CustomerField, Exchange, Refresh)


class Blocked(Exception):
    """Something must be stopped first."""

    def __init__(self, found: list[blockers.Blocker]) -> None:
        super().__init__("; ".join(blocker.label for blocker in found))
        self.blockers = found


@dataclass(frozen=True, slots=True)
class Outlook:
    """What disconnecting would do. `others`: what other rooms hang on the channels and goes too, name and number.

    Only kinds that people know are told: those whose plural is translated.
    """

    channels: int
    keys: int
    templates: int
    switched_off: int
    fields: int
    calls: int
    refreshes: int  # under way: cancelled
    others: list[tuple[str, int]] = field(default_factory=list)
    held: list[holds.Held] = field(default_factory=list)
    blockers: list[Blocker] = field(default_factory=list)


def outlook(channels: list[Channel]) -> Outlook:
    """Count what goes, what will be held and what is in the way."""
    ids = [channel.pk for channel in channels]
    counts = dict(_cascade(Channel, "pk__in", ids))
    return Outlook(
        channels=len(ids),
        keys=sum(channel.has_key for channel in channels),
        templates=counts.get(Template, 0),
        switched_off=Template.objects.filter(channel__in=ids, active=False).count(),
        fields=CustomerField.objects.filter(channel__in=ids, gone_at=None).count(),
        calls=counts.get(Exchange, 0),
        refreshes=Refresh.objects.filter(channel__in=ids, state__in=ask.UNDER_WAY).count(),
        others=[
            (str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural), number)
            for model, number in counts.items()
            if model not in OWN and number and _named(model)
        ],
        held=holds.count(ids),
        blockers=blockers.of(ids),
    )


def disconnect(channel: Channel, by: User | None = None) -> None:
    """Forget one channel. It stays in the list, not connected, as long as another key sees it. Raises Blocked."""
    with transaction.atomic():
        unseen = [row for row in channel.sees.filter(sealed_key=None) if not _seen_by_others(row, channel)]
        going = [channel, *unseen]
        list(Channel.objects.select_for_update().filter(pk__in=[row.pk for row in going]).order_by("id"))
        _refuse_if_blocked([channel.pk])
        others = list(channel.seen_by.filter(sealed_key__isnull=False).exclude(pk=channel.pk))
        audit.record(by, "channel_disconnected", channel, channel=channel.provider_id)
        _forget(going)
        if others:
            _list_again(channel, others)


def reset(by: User | None = None) -> int:
    """Forget all channels; return how many there were. Raises Blocked."""
    with transaction.atomic():
        channels = list(Channel.objects.select_for_update().order_by("id"))
        _refuse_if_blocked([channel.pk for channel in channels])
        audit.record(by, "channels_reset", None, channels=[f"{row} ({row.provider_id})" for row in channels])
        _forget(channels)
    return len(channels)


def _refuse_if_blocked(channel_ids: list[int]) -> None:
    if found := blockers.of(channel_ids):
        raise Blocked(found)


def _forget(channels: list[Channel]) -> None:
    """Delete channels that are locked: nobody writes a message that refers to one (`deliveries/states.keep`)."""
    ids = [channel.pk for channel in channels]
    ask.cancel(ids)
    health.forget(ids)
    holds.hold(ids)
    bad_items.forget(ids)
    Channel.objects.filter(pk__in=ids).delete()


def _seen_by_others(row: Channel, channel: Channel) -> bool:
    return row.seen_by.filter(sealed_key__isnull=False).exclude(pk=channel.pk).exists()


def _list_again(channel: Channel, seen_by: list[Channel]) -> None:
    """A new row, so that nothing of the former one is left hanging on it."""
    row = Channel.objects.create(
        provider=channel.provider,
        provider_id=channel.provider_id,
        name=channel.name,
        number=channel.number,
        platform=channel.platform,
        platform_raw=channel.platform_raw,
    )
    row.seen_by.add(*seen_by)


def _named(model: type[models.Model]) -> bool:
    """Say whether people know these rows by a name (Django makes up one for every other model)."""
    given = model._meta.original_attrs.get("verbose_name_plural")
    return isinstance(given, Promise)


def _cascade(model: type[models.Model], lookup: str, ids: list[int]) -> Iterator[tuple[type[models.Model], int]]:
    """Yield each model whose rows go with these channels, with their number: one count per model."""
    for relation in model._meta.related_objects:
        below = relation.related_model
        if relation.on_delete is not models.CASCADE or not isinstance(below, type):
            continue
        path = f"{relation.field.name}__{lookup}"
        yield below, models.QuerySet(below).filter(**{path: ids}).count()
        yield from _cascade(below, path, ids)
