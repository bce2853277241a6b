"""An administrator's decisions for a channel whose opt-outs cannot be known as they should; kept in the audit log."""

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.models import Channel
from staffetta.events.models import SourcesAllowed
from staffetta.work.wake import wake


def allow_sources(
    channel: Channel, by: User | None, *, stopped_alone: bool | None = None, older: bool | None = None
) -> bool:
    """Allow or forbid (None: as it is); say whether anything changed.

    `stopped_alone`: a STOP is known from "stopped" alone where conversations cannot be read. `older`: a start may use
    a reading of all customers of any age.
    """
    with transaction.atomic():
        Channel.objects.select_for_update().get(pk=channel.pk)
        row = SourcesAllowed.objects.filter(channel=channel).first() or SourcesAllowed(channel=channel)
        before = (row.stopped_alone, row.older)
        row.stopped_alone = row.stopped_alone if stopped_alone is None else stopped_alone
        row.older = row.older if older is None else older
        if (row.stopped_alone, row.older) == before:
            return False
        row.save()
        audit.record(by, "channel_sources_allowed", channel, stopped_alone=row.stopped_alone, older_opt_outs=row.older)
        wake()
    return True
