"""Read what people wrote, as far as the provider's open conversations show it: each minute, and before each start.

Where the account has no such list, or the key may not read it, that is kept as what it is: it does not pass by itself,
and an administrator decides whether a STOP is known from *stopped* alone (`allow.py`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from staffetta.channels import gateway, health
from staffetta.channels.models import Channel
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, KeyRefused, NotPermitted, NotSupported
from staffetta.connectors.messages import Reply
from staffetta.events.apply import apply
from staffetta.events.models import ReadMark
from staffetta.events.store import store_replies
from staffetta.work.clock import monotonic, now

BETWEEN_PAGES = 0.2
"""Seconds: reads are bounded to five a second and key."""


@dataclass(slots=True)
class Read:
    """What one reading brought before it ended, well or not."""

    replies: list[Reply] = field(default_factory=list)


def read_conversations(channel: Channel, beat: Callable[[], None] | None = None) -> bool:
    """Read and fold what people wrote; False when it could not be read whole.

    What a broken reading brought before it broke is kept: an opt-out is one, however the rest ended.
    """
    began, since, brought = now(), monotonic(), Read()
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
    apply(channel)
    ReadMark.objects.update_or_create(channel=channel, defaults={**told, "took": monotonic() - since})
    return "at" in told


async def _read(connector: Connector, brought: Read) -> None:
    async for lines in connector.replies():
        brought.replies += lines
        await asyncio.sleep(BETWEEN_PAGES)
