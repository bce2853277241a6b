"""Read what people wrote, as far as the provider's open conversations show it: each minute, and before each start.

A conversation that an agent closes vanishes from that list, with whatever was written since the last reading. So
whoever's conversation was open then and is not listed now is asked for alone, by their history.

Where the account has no such list, or the key may not read it, that is kept as what it is: it does not pass by itself,
and an administrator decides whether a STOP is known from *stopped* alone (`allow.py`).
"""

import asyncio
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field

from staffetta.channels.calls import gateway, health
from staffetta.channels.models import Channel
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import (
    BadAnswer,
    ConnectorError,
    CutOff,
    KeyRefused,
    NotDeliverable,
    NotFound,
    NotPermitted,
    NotSupported,
    Refused,
    ServerFault,
    TimedOut,
)
from staffetta.connectors.messages import Reply
from staffetta.contacts.consents.suppression import erased_among
from staffetta.events.apply import apply
from staffetta.events.models import ReadMark
from staffetta.events.store import closed_at_rest, note_closed, store_replies
from staffetta.work.clock import monotonic, now

BETWEEN_PAGES = 0.2
"""Seconds: reads are bounded to five a second and key."""


MOST_CLOSED = 50
"""Closed conversations read at once, ten seconds of them; the others wait for the next reading."""
MOST_OPEN = 20_000
"""Conversations whose closing is noticed."""
NO_HISTORY = (Refused, NotFound, NotDeliverable)
"""Answers that say: nothing is known of this person. Asking again tells no more."""
THIS_ONE = (ServerFault, BadAnswer, TimedOut, CutOff)
"""What may well be this person's alone: the next one is asked for, unless it comes again and again."""
MOST_FAILED = 3


@dataclass(slots=True)
class Read:
    """What one reading brought before it ended, well or not."""

    before: Sequence[str]
    resting: Set[str]
    replies: list[Reply] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    failed: dict[str, ConnectorError] = field(default_factory=dict)
    took: float = 0.0

    @property
    def listed(self) -> dict[str, None]:
        """People whose conversations are open, as far as they were read."""
        return dict.fromkeys(reply.recipient for reply in self.replies if reply.recipient not in self.closed)

    @property
    def open(self) -> list[str]:
        """Whose conversations the next reading may find closed; those that wait longest come first."""
        kept = (one for one in self.before if one not in self.closed or one in self.failed)
        return list(dict.fromkeys([*kept, *self.listed]))[:MOST_OPEN]


def read_conversations(channel: Channel, beat: Callable[[], None] | None = None) -> bool:
    """Read and fold what people wrote; False when it could not be read whole.

    What a broken reading brought before it broke is kept: an opt-out is one, however the rest ended.
    """
    began, since = now(), monotonic()
    mark, _made = ReadMark.objects.get_or_create(channel=channel)
    before = list(mark.open or ())
    brought = Read(before, closed_at_rest(channel, before))
    told: dict[str, object] = {"at": began, "problem": "", "absent": ""}
    try:
        gateway.call(channel, lambda connector: _read(connector, brought), beat=beat)
    except (NotSupported, NotPermitted) as error:
        told = {"absent": error.code, "absent_at": began, "problem": ""}
    except ConnectorError as error:
        told = {"problem": error.code, "problem_at": began}
        if isinstance(error, KeyRefused):
            health.key_refused(channel, error)
    store_replies(channel, brought.replies)
    note_closed(channel, brought.closed | brought.listed.keys(), brought.failed)
    apply(channel)
    told["open"] = _without_erased(channel, brought.open)
    ReadMark.objects.filter(channel=channel).update(**told, took=brought.took or monotonic() - since)
    return "at" in told


def _without_erased(channel: Channel, people: Sequence[str]) -> list[str]:
    erased = erased_among(channel.platform, set(people))
    return [one for one in people if one not in erased]


async def _read(connector: Connector, brought: Read) -> None:
    since = monotonic()
    async for lines in connector.replies():
        brought.replies += lines
        await asyncio.sleep(BETWEEN_PAGES)
    brought.took = monotonic() - since
    there = brought.listed
    gone = [one for one in brought.before if one not in there and one not in brought.resting]
    for one in gone[:MOST_CLOSED]:
        try:
            brought.replies += await connector.replies_of(one)
        except (NotSupported, NotPermitted):
            break  # of the key, not of the person: whoever is left is asked for again when that changes
        except NO_HISTORY:
            pass
        except THIS_ONE as error:
            brought.failed[one] = error
            if len(brought.failed) == MOST_FAILED:
                raise
        brought.closed.add(one)  # never when the reading ends here: whoever was not read stays open
        await asyncio.sleep(BETWEEN_PAGES)
