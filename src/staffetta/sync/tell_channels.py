"""What the room of the channels is told of syncs: how many hang on a channel, and which of them are held."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import ngettext

from staffetta.channels.holds import Held
from staffetta.channels.message_templates.usage import Dependent, Usage
from staffetta.notices import incidents
from staffetta.sync.models import SyncConfiguration
from staffetta.sync.run import INCIDENT
from staffetta.sync.save import lock_runs
from staffetta.sync.setup import held_among


def of_templates(_template_ids: Sequence[int]) -> Mapping[int, Sequence[Usage]]:
    """No sync uses a template."""
    return {}


def of_channel(channel_id: int) -> Sequence[Dependent]:
    """Return the channel's configurations, and those that are held because a customer field changed."""
    rows = list(SyncConfiguration.objects.filter(channel=channel_id))
    url = reverse("sync:list", args=[channel_id])
    held = len(held_among(rows)) if rows else 0
    return [
        Dependent(ngettext("contact-sync configuration", "contact-sync configurations", len(rows)), len(rows), url),
        Dependent(_held(held), held, url),
    ]


def _held(number: int) -> str:
    return ngettext(
        "contact-sync configuration held: a customer field changed",
        "contact-sync configurations held: a customer field changed",
        number,
    )


def count_held(_channel_ids: Sequence[int]) -> Sequence[Held]:
    """Nothing of a sync is held when its channel goes: it goes with it."""
    return []


def forget(channel_ids: Sequence[int]) -> None:
    """Close what was open about configurations that go with their channel, and let no run of theirs write any more."""
    going = list(SyncConfiguration.objects.filter(channel__in=channel_ids).values_list("pk", flat=True))
    for pk in going:
        incidents.success(INCIDENT, str(pk))
    lock_runs(going)
