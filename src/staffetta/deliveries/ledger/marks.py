"""What passes between dispatch, the wire and the ledger: who claims, what was marked, what was answered.

What there is of each message is a named tuple: a frozen dataclass takes five times as long to fill.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from staffetta.deliveries.ledger.questions import Runnable


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims: the lease of one channel, its fence, and the worker's name for the attempt's row.

    `counted`: the channel's people count against the daily budget.
    """

    channel_id: int
    lease: str
    fence: int
    worker: str
    counted: bool = False


class Marked(NamedTuple):
    """A row that is durably `sending`: what the request needs, frozen when it was planned."""

    id: int
    attempt: int
    kind: str
    communication_id: int | None
    variant_id: int | None
    address: str
    template: str
    language: str
    parameters: dict[str, Any]
    zone: str = ""


class Answer(NamedTuple):
    """What came of one attempt: `state` is sent, failed, uncertain or waiting; `outcome` goes to the attempt's row.

    `not_before` is when a waiting row may be attempted again; None: at once. Communication and template are for the
    breakers (breaker.py); they are not written.
    """

    id: int
    attempt: int
    state: str
    outcome: str
    reason: str = ""
    provider_code: str = ""
    provider_reason: str = ""
    message_id: str = ""
    not_before: datetime | None = None
    communication_id: int | None = None
    variant_id: int | None = None


@dataclass(slots=True)
class Shares:
    """What a session remembers: which communication begins, so that all share the channel, and how far each came.

    A row that waits again gets a `not_before` of that moment, so nothing due lies behind `since`. Both are kept by
    communication and zone (None where no hours hold); a zone is `dry` when it gave less than it was asked for.
    `singles`: whether transactional messages and test sends have to be asked for, because some may have come since the
    last time; `flooded`: whether some had. `running`: the communications that might be sent in the last turn.
    """

    rotation: int = 0
    since: dict[tuple[int, str | None], Any] = field(default_factory=dict)
    dry: set[tuple[int, str | None]] = field(default_factory=set)
    singles: bool = True
    flooded: bool = False
    running: list[Runnable] = field(default_factory=list)
