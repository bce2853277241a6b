"""Look the people of one start up at the provider, several ids a call, while that fits into ten seconds of reading.

An answer to several ids proves nothing about whoever is not in it: they are asked for alone. That the provider offers
the look-up at all is proven by a witness, a customer just read from the list, in the same call: without it "not found"
could mean that nobody is ever found. Whoever is not found alone is unknown there, which is not the same as not stopped:
what is known of them from elsewhere stays.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import NamedTuple

from staffetta.channels.calls import gateway, health
from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import BadAnswer, ConnectorError, KeyRefused, NotPermitted, NotSupported, Refused
from staffetta.connectors.messages import Customer, Platform
from staffetta.contacts.audiences.recipients import LeftOut
from staffetta.contacts.phones.equivalents import equivalents
from staffetta.deliveries.planning import plan
from staffetta.events.apply import apply
from staffetta.events.read_conversations import BETWEEN_PAGES
from staffetta.events.store import store_customers
from staffetta.work.clock import now

SECONDS = 10.0
MOST_CALLS = int(SECONDS / BETWEEN_PAGES)
NEITHER = (Refused, NotSupported, NotPermitted, BadAnswer)
"""Answers that say: not in this way."""

DONE, TOO_MANY, UNUSABLE, FAILED = "done", "too_many", "unusable", "failed"


class Bounds(NamedTuple):
    """Ids of one call, and calls of one look-up."""

    ids: int
    calls: int


class TooMany(Exception):
    """It would take longer than a start may wait for it."""


class Unusable(Exception):
    """The provider does not find even somebody who is listed: its look-up says nothing."""


@dataclass(slots=True)
class LookUp:
    """How it went: `outcome` is done, too_many, unusable or failed; `unknown` ids are nobody's there."""

    outcome: str = DONE
    people: int = 0
    customers: list[Customer] = field(default_factory=list)
    unknown: int = 0
    calls: int = 0


def look_up_people(
    channel: Channel, communication: Communication, cheaper: int | None, beat: Callable[[], None]
) -> LookUp:
    """Look up everybody who would be written to; store and fold what that tells.

    `cheaper`: the calls that reading all customers takes. Beyond them it is not done: reading all tells more.
    """
    calls = min(MOST_CALLS, MOST_CALLS if cheaper is None else cheaper)
    bounds = Bounds(gateway.capabilities(channel.provider).lookup_ids, calls)
    ids = _ids(channel, communication, bounds.ids * bounds.calls)
    found, began = LookUp(people=len(ids or ())), now()
    if ids is None:
        return LookUp(TOO_MANY)
    try:
        gateway.call(channel, lambda connector: _look_up(connector, ids, found, bounds), beat=beat)
    except TooMany:
        found.outcome = TOO_MANY
    except (Unusable, *NEITHER):
        found.outcome = UNUSABLE
    except ConnectorError as error:
        found.outcome = FAILED
        if isinstance(error, KeyRefused):
            health.key_refused(channel, error)
    store_customers(channel, found.customers, began)
    apply(channel)
    return found


def _ids(channel: Channel, communication: Communication, most: int) -> list[str] | None:
    """Return the ids of whoever would be written to, in all forms of their number; None when they are too many."""
    ids: dict[str, None] = {}
    after = communication.planned_to
    while people := plan.read(communication, after):
        for person in people:
            if person.reason == LeftOut.NO:
                ids.update(dict.fromkeys(_forms(channel, person.address)))
        if len(ids) > most:
            return None
        after = people[-1].contact_id
    return list(ids)


def _forms(channel: Channel, address: str) -> Sequence[str]:
    return sorted(equivalents(address)) if channel.platform == Platform.WHATSAPP else [address]


async def _look_up(connector: Connector, ids: Sequence[str], found: LookUp, bounds: Bounds) -> None:
    if not ids:
        return
    listed = await connector.customer_page(0, 1)
    found.calls += 1
    if not listed:  # no customers at all: nobody is known there
        found.unknown = len(ids)
        return
    witness = listed[0].id
    left = await _several(connector, witness, ids, found, bounds)
    if left and found.calls + len(left) + 1 > bounds.calls:
        raise TooMany
    if left and witness not in {customer.id for customer in await _ask(connector, [witness], found)}:
        raise Unusable
    for one in left:
        answer = await _ask(connector, [one], found)
        found.customers += answer
        found.unknown += not answer


async def _several(connector: Connector, witness: str, ids: Sequence[str], found: LookUp, bounds: Bounds) -> list[str]:
    """Ask for several at once while the witness comes back; return those who did not come."""
    left: list[str] = []
    batches = list(batched(ids, bounds.ids - 1)) if bounds.ids > 1 else []
    if found.calls + len(batches) > bounds.calls:
        raise TooMany
    for number, batch in enumerate(batches):
        try:
            answer = {customer.id: customer for customer in await _ask(connector, [witness, *batch], found)}
        except NEITHER:
            answer = {}
        if witness not in answer:
            return left + [one for rest in batches[number:] for one in rest]
        found.customers += [answer[one] for one in batch if one in answer]
        left += [one for one in batch if one not in answer]
    return left if batches else list(ids)


async def _ask(connector: Connector, ids: Sequence[str], found: LookUp) -> Sequence[Customer]:
    await asyncio.sleep(BETWEEN_PAGES)
    found.calls += 1
    return await connector.look_up(list(dict.fromkeys(ids)))
