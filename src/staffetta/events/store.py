"""Keep what the provider told, before anything is made of it: the same thing told twice is one row.

What it tells of a person who was erased here is not kept. A reply is judged when it is stored (`opt_out` in its
payload): words that are narrowed later take nothing back.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

from staffetta.channels.models import Channel
from staffetta.connectors.messages import Customer, Reply
from staffetta.contacts.consents.suppression import erased_among
from staffetta.contacts.opt_outs.match import Outcome, Vocabulary, judge, strongest
from staffetta.contacts.opt_outs.own_words import vocabulary
from staffetta.deliveries.tell_contacts import hold_back_person
from staffetta.events.models import ProviderEvent
from staffetta.events.people import contacts_behind
from staffetta.sync import own_states
from staffetta.text import identity, storable
from staffetta.work.clock import now
from staffetta.work.set_aside import Items, by_halves

REPLY = "reply"
STATES = {"stopped": ("stopped", "started"), "blocked": ("blocked", "unblocked")}
"""What can be on or off about a customer, and the kinds of event when it turns."""
TURNED_ON = frozenset(on for on, _off in STATES.values())
LONGEST_REPLY = 4096


@dataclass(frozen=True, slots=True)
class Known:
    """What was last told about one customer: `event` is the number of that row, `on` what it said."""

    event: int
    on: bool


type Knowledge = dict[tuple[str, str], Known]


def knowledge(channel: Channel, addresses: Sequence[str]) -> Knowledge:
    """Return what is known of these customers, by (stopped or blocked, address); the latest event counts."""
    kinds = {kind: (what, kind in TURNED_ON) for what, pair in STATES.items() for kind in pair}
    known: Knowledge = {}
    for some in batched(addresses, 500):
        rows = ProviderEvent.objects.filter(channel=channel, kind__in=kinds, address__in=some).order_by("pk")
        for pk, kind, address in rows.values_list("pk", "kind", "address"):
            known[kinds[kind][0], address] = Known(pk, kinds[kind][1])
    return known


def telling(customer: Customer, known: Knowledge, held: Set[str]) -> bool:
    """Say whether a customer is worth storing: something turned, or there is a state of ours that may have ended."""
    return bool(turned(customer, known)) or customer.id in held


def address_of(customer_id: str) -> str:
    """Return the address by which people are looked up here: the id as it can be compared, not as it is sent back."""
    return identity(customer_id, 60)


def turned(customer: Customer, known: Knowledge) -> list[tuple[str, bool]]:
    """Return what turned on or off about a customer since the last event (pure)."""
    present = {"stopped": customer.stopped, "blocked": customer.blocked}
    before = {what: known.get((what, address_of(customer.id))) for what in present}
    return [(what, on) for what, on in present.items() if on != bool((last := before[what]) and last.on)]


def _last_event(known: Knowledge, what: str, customer: Customer) -> int:
    last = known.get((what, address_of(customer.id)))
    return last.event if last else 0


def store_customers(channel: Channel, read: Iterable[Customer], read_after: datetime) -> int:
    """Store one event for each turn; return how many. The key holds the event before, so that each turn is one row.

    What we stopped or blocked there ourselves is no turn (sync/own_states.py). `read_after`: all were read later.
    """
    all_read, held = list(read), own_states.held(channel.provider_id)
    known = knowledge(channel, [address_of(customer.id) for customer in all_read])
    listed = [customer for customer in all_read if telling(customer, known, held)]
    customers: Sequence[Customer] = listed
    if own_states.any_own(channel.provider_id):
        own_states.forget_ended(channel.provider_id, listed, read_after)
        customers = own_states.without_own(listed, own_states.own_among(channel.provider_id, listed, read_after))
    erased = erased_among(channel.platform, {customer.id for customer in customers})
    rows = [
        ProviderEvent(
            channel=channel,
            kind=STATES[what][0 if on else 1],
            address=address_of(customer.id),
            key=f"{what}:{customer.id}:{_last_event(known, what, customer)}"[:200],
            payload={"name": customer.name},
        )
        for customer in customers
        if customer.id not in erased and not customer.unstorable
        for what, on in turned(customer, known)
    ]
    _write(channel, rows)
    for on, off in STATES.values():
        _forget_former(channel, on, [row.address for row in rows if row.kind == off])
    return len(rows)


def store_replies(channel: Channel, replies: Sequence[Reply]) -> int:
    """Store the lines that are new, each once for ever and in their order; return how many there were.

    A line that cannot be judged, looked for or stored is set aside, and its person is not written to meanwhile.
    """
    items, stored = Items("events"), Counter[str]()

    def store(some: Sequence[Reply]) -> None:
        stored["lines"] += _store_replies(channel, some)

    def refuse(reply: Reply, error: Exception) -> None:
        _set_aside(items, channel, _key(reply), reply.recipient, error)

    by_halves(replies, store, refuse)
    items.succeeded([_subject(channel, _key(reply)) for reply in replies])
    return stored["lines"]


def closed_at_rest(channel: Channel, people: Iterable[str]) -> set[str]:
    """Return those of these people whose closed conversation could not be read lately: they are asked for later."""
    items = Items("events")
    return {one for one in people if items.rests(_subject(channel, f"closed:{one}"))}


def note_closed(channel: Channel, read: Collection[str], failed: Mapping[str, Exception]) -> None:
    """Set aside whose closed conversation could not be read: they may have written STOP, and get nothing meanwhile."""
    items = Items("events")
    for one, error in failed.items():
        _set_aside(items, channel, f"closed:{one}", address_of(one), error)
    items.succeeded([_subject(channel, f"closed:{one}") for one in read])


def _store_replies(channel: Channel, replies: Sequence[Reply]) -> int:
    new = _not_read_yet(channel, replies)
    erased = erased_among(channel.platform, {reply.recipient for reply in new})
    words = vocabulary() if new else None
    rows = [_reply(channel, reply, words) for reply in new if words and reply.recipient not in erased]
    _write(channel, rows)
    return len(rows)


def _write(channel: Channel, rows: Sequence[ProviderEvent]) -> None:
    """Write what can be written; what cannot is set aside, and its person is not written to meanwhile."""
    items = Items("events")

    def store(some: Sequence[ProviderEvent]) -> None:
        ProviderEvent.objects.bulk_create(some, batch_size=500, ignore_conflicts=True)

    def refuse(row: ProviderEvent, error: Exception) -> None:
        _set_aside(items, channel, row.key, row.address, error)

    by_halves(rows, store, refuse)
    items.succeeded([_subject(channel, row.key) for row in rows])


def _set_aside(items: Items, channel: Channel, key: str, address: str, error: Exception) -> None:
    address = storable(address)
    items.set_aside(_subject(channel, key), error, name=str(channel), person=(channel.platform, address))
    hold_back_person(channel.platform, contacts_behind(channel.platform, {address}).get(address, set()))


def _subject(channel: Channel, key: str) -> str:
    return f"channel:{channel.pk}:{key}"


def outcome_of(event: ProviderEvent, words: Vocabulary) -> Outcome:
    """Return what a stored reply is; one from before replies were judged when stored is judged now."""
    stored = event.payload.get("opt_out")
    if isinstance(stored, str) and stored in Outcome:
        return Outcome(stored)
    return judge(str(event.payload.get("text", "")), words).outcome


def _not_read_yet(channel: Channel, replies: Sequence[Reply]) -> list[Reply]:
    """Return the lines that are not stored, in their order: a conversation is read again with all its last lines."""
    new: list[Reply] = []
    for start in range(0, len(replies), 500):
        piece = replies[start : start + 500]
        rows = ProviderEvent.objects.filter(channel=channel, key__among=[_key(reply) for reply in piece])
        known = set(rows.values_list("key", flat=True))
        new += [reply for reply in piece if _key(reply) not in known]
    return new


def _key(reply: Reply) -> str:
    return f"{REPLY}:{reply.key}"[:200]


def _reply(channel: Channel, reply: Reply, words: Vocabulary) -> ProviderEvent:
    text, button = (storable(each, LONGEST_REPLY) for each in (reply.text, reply.button))
    verdict = strongest([judge(text, words), judge(button, words)])
    payload = {"text": text, "opt_out": verdict.outcome.value} | ({"button": button} if button else {})
    return ProviderEvent(
        channel=channel,
        kind=REPLY,
        address=address_of(reply.recipient),
        key=_key(reply),
        payload=payload,
        at=now() if reply.at is None else _moment(reply.at),
    )


def _moment(at: int) -> datetime:
    """Return a time the provider gave; one that is no time of ours counts as now."""
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, ValueError, OSError):
        return now()


def _forget_former(channel: Channel, on: str, addresses: Sequence[str]) -> None:
    """Who turned off again before we knew them here is no opt-out by that when they come in later.

    By that alone: whoever was unblocked may be stopped all the same.
    """
    for start in range(0, len(addresses), 500):
        ProviderEvent.objects.filter(
            channel=channel, kind=on, address__in=addresses[start : start + 500], applied_at=None
        ).update(applied_at=now())
