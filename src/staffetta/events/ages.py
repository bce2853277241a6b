"""How old what is known of a channel's opt-outs is, for its home, the command line and whoever waits for a start."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.events.models import ReadMark, SourcesAllowed, StartKnowledge
from staffetta.events.read_customers import limit
from staffetta.work.clock import now


@dataclass(frozen=True, slots=True)
class Ages:
    """The sources of one channel. `lookup` is the last start whose people were looked up."""

    mark: ReadMark
    allowed: SourcesAllowed
    lookup: StartKnowledge | None

    @property
    def too_old(self) -> bool:
        """Whether the reading of all customers is too old for a start that needs it."""
        return self.mark.customers_at is None or self.mark.customers_at < now() - limit()

    @property
    def minutes(self) -> int:
        """How old it may be."""
        return int(limit().total_seconds() // 60)

    @property
    def absent(self) -> bool:
        return bool(self.mark.absent)

    @property
    def ends_at(self) -> datetime | None:
        """When the round under way will end, by its own speed and the number of the last one; None when not known."""
        mark = self.mark
        if not (mark.round_began and mark.round_number and mark.customers_number):
            return None
        spent = now() - mark.round_began
        return now() + max(spent * (mark.customers_number / mark.round_number - 1), timedelta(0))


def of_channel(channel: Channel) -> Ages:
    """Return the ages of a channel's sources."""
    looked_up = StartKnowledge.objects.filter(communication__channel=channel, lookup="done").order_by("-began")
    return Ages(
        ReadMark.objects.filter(channel=channel).first() or ReadMark(),
        SourcesAllowed.objects.filter(channel=channel).first() or SourcesAllowed(),
        looked_up.first(),
    )


def waited_for(communication: Communication) -> Ages | None:
    """Return the sources that a start still waits for; None once it knows enough."""
    known = StartKnowledge.objects.filter(communication=communication, asked_at=communication.updated_at).first()
    if communication.channel is None or (known and known.source):
        return None
    return of_channel(communication.channel)
