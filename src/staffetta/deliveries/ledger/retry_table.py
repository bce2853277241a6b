"""What happens to a message when …: one row for each error of the connectors' family, as data.

Facts: the Engage facts, "what an answer to a send means"; letters as in the messaging rules, section 5. `policy.py`,
`sending.py` and `breaker.py` act by this table; `retry_words.py` says it in words, on a page and in
docs/reference/retry.md. The row is found by the code of the error, never by the provider's own code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from staffetta.connectors.errors import ConnectorError, Ruling
from staffetta.deliveries.models import DeliveryState

W, F, U = DeliveryState.WAITING, DeliveryState.FAILED, DeliveryState.UNCERTAIN


class Kind(StrEnum):
    """The classes of the messaging rules."""

    TRANSIENT = "transient"  # R: nothing left; the same message is attempted again
    LIMIT = "limit"  # R for the whole channel; never counts as an attempt, never fails a person
    PERMANENT = "permanent"  # P: refused for this message
    CONSENT = "consent"  # P: the person does not want it, or cannot be written to now; says nothing about the message
    TEMPLATE = "template"  # T and C: the template is taken out, the communication held
    CHANNEL = "channel"  # X: everything of the channel is held, the message waits
    UNKNOWN = "unknown"  # U: never repeated by itself


class Does(StrEnum):
    """What it does to one of recipient, template, communication, channel."""

    NOTHING = "nothing"
    COUNTS = "counts"  # counted by the breaker, which acts on too many (breaker.py)
    SLOWS = "slows"
    HOLDS = "holds"
    TAKES_OUT = "takes_out"
    READS_OPT_OUTS = "reads_opt_outs"  # who stopped is read at the provider before the next communication is planned


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds before the next attempt: `first`, doubled each time up to `longest`; the upper half is spread by chance.

    `expires` seconds after its first attempt the message fails: the expiry beats the retry. None: never by itself.
    """

    first: float
    longest: float
    expires: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what becomes of the message, and of what surrounds it. `wait` belongs to rows that wait again."""

    kind: Kind
    state: DeliveryState
    wait: Wait | None = None
    counts_as_attempt: bool = True
    recipient: Does = Does.NOTHING
    template: Does = Does.NOTHING
    communication: Does = Does.NOTHING
    channel: Does = Does.NOTHING


DAY = 24 * 3600.0
UNREACHABLE = Wait(first=2.0, longest=3600.0, expires=DAY)
ASKED_TO_WAIT = Wait(first=1.0, longest=3600.0, expires=None)
"""The channel waits as long as it was told (Retry-After, an hour at most), a second when it was not told."""

REFUSED_KEY = Rule(
    Kind.CHANNEL, W, counts_as_attempt=False, communication=Does.HOLDS, channel=Does.HOLDS
)  # the row waits for another key
REFUSED = Rule(Kind.PERMANENT, F, template=Does.COUNTS, communication=Does.COUNTS)
NO_ANSWER = Rule(Kind.UNKNOWN, U, channel=Does.COUNTS)

NO_SEND_RAISES = frozenset({"malformed_key", "not_supported"})
"""Of the family, what belongs to connecting and reading, and never to a send."""
TABLE: Mapping[str, Rule] = {
    "unreachable": Rule(Kind.TRANSIENT, W, UNREACHABLE, channel=Does.COUNTS),
    "too_fast": Rule(Kind.LIMIT, W, ASKED_TO_WAIT, counts_as_attempt=False, channel=Does.SLOWS),
    "refused": REFUSED,
    "not_deliverable": Rule(Kind.CONSENT, F, recipient=Does.READS_OPT_OUTS),
    "not_found": Rule(Kind.TEMPLATE, F, template=Does.TAKES_OUT, communication=Does.HOLDS),
    "key_refused": REFUSED_KEY,
    "not_permitted": REFUSED_KEY,  # the key is good, but may not send: nobody fails for that
    "address_forbidden": REFUSED_KEY,
    "timed_out": NO_ANSWER,
    "cut_off": NO_ANSWER,
    "server_fault": NO_ANSWER,
    "bad_answer": NO_ANSWER,
    # Not told by a connector, but by ourselves:
    "unexpected": NO_ANSWER,
    "worker_gone": Rule(Kind.UNKNOWN, U),
}

BY_RULING: Mapping[Ruling, Rule] = {
    Ruling.RETRY: TABLE["unreachable"],
    Ruling.SLOW: TABLE["too_fast"],
    Ruling.PERMANENT: REFUSED,
    Ruling.TEMPLATE: TABLE["not_found"],
    Ruling.CHANNEL: REFUSED_KEY,
    Ruling.UNKNOWN: NO_ANSWER,
}
"""The row of an error that has none of its own, such as a profile that cannot be read."""

COMMUNICATION_TRIED = 20
COMMUNICATION_SHARE = 0.2
"""A communication is held when so many were tried and more than this part was refused for the same reason."""
TEMPLATE_IN_A_ROW = 20
"""A template refused so often in a row holds the communications that use it."""
CHANNEL_IN_A_ROW = 10
"""So many sends in a row without an answer, or without a connection, pause the channel."""
CHANNEL_REST = Wait(first=5.0, longest=600.0, expires=None)
"""How long a channel pauses before one message tries it again."""


def rule_of(error: ConnectorError | type[ConnectorError]) -> Rule:
    """Return the row of an error; a kind of error made elsewhere has the row of what it is a kind of."""
    kinds = error.__mro__ if isinstance(error, type) else type(error).__mro__
    codes = (getattr(each, "code", "") for each in kinds)
    return next((TABLE[code] for code in codes if code in TABLE), BY_RULING[error.ruling])
