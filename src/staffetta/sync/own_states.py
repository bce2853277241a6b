"""Tell what we set at the provider from what the people there said themselves.

Who is in the Blacklist here is blocked there, if a sync writes that back; who opted out here is stopped there. The next
reading shows both, and they are no word of the person: else an entry for seven days would come back as a No for ever.
A write counts as ours only if the customer was not so just before it (`write_back.note_before`).
"""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from staffetta.connectors.messages import Customer
from staffetta.sync.models import SyncWrite
from staffetta.sync.state_models import OwnState
from staffetta.work.clock import now

SETS = {"stop": "stopped", "block": "blocked"}
TAKES_BACK = {"start": "stopped", "unblock": "blocked"}
STATES = ("stopped", "blocked")
type Own = set[tuple[str, str]]
"""(customer, state) of those that are ours."""


def any_own(channel: str) -> bool:
    """Say whether there is any state of ours on a channel: nearly always there is none, and nothing more is asked."""
    return OwnState.objects.filter(channel=channel).exists()


def own_among(channel: str, customers: Iterable[Customer], read_after: datetime) -> Own:
    """Return which states of these customers, read later than `read_after`, are ours and not the person's."""
    on = {customer.id for customer in customers if customer.stopped or customer.blocked}
    if not on:
        return set()
    mine = OwnState.objects.filter(channel=channel, customer_id__among=on)
    rows = mine.filter(Q(ended_at=None) | Q(ended_at__gte=read_after))
    return set(rows.values_list("customer_id", "state"))


def without_own(customers: Sequence[Customer], own: Set[tuple[str, str]]) -> Sequence[Customer]:
    """Return the customers as they would stand there without us."""
    if not own:
        return customers
    return [
        replace(
            customer,
            stopped=customer.stopped and (customer.id, "stopped") not in own,
            blocked=customer.blocked and (customer.id, "blocked") not in own,
        )
        for customer in customers
    ]


def held(channel: str) -> set[str]:
    """Return the customers of a channel about whom there is a state of ours."""
    return set(OwnState.objects.filter(channel=channel).values_list("customer_id", flat=True))


def forget_ended(channel: str, customers: Collection[Customer], read_after: datetime) -> None:
    """Forget states of ours that these customers, read later than `read_after`, no longer have: the next is theirs."""
    for state in STATES:
        off = {customer.id for customer in customers if not getattr(customer, state)}
        mine = OwnState.objects.filter(channel=channel, state=state, set_at__lt=read_after)
        mine.filter(customer_id__among=off).delete()
    OwnState.objects.filter(channel=channel, ended_at__lt=read_after).filter(
        customer_id__among={customer.id for customer in customers}
    ).delete()


def mark(channel: str, writes: Iterable[SyncWrite]) -> None:
    """Keep, before the requests leave, that these states will be ours."""
    rows = [
        OwnState(channel=channel, customer_id=write.customer_id, state=SETS[write.deed], contact_id=write.contact_id)
        for write in writes
    ]
    OwnState.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["channel", "customer_id", "state"],
        update_fields=["contact", "set_at", "ended_at"],
    )


def settle(channel: str, write: SyncWrite, *, done: bool) -> None:
    """Keep what became of a write: a state that was refused is not ours, one that was taken back ends now."""
    mine = OwnState.objects.filter(channel=channel, customer_id=write.customer_id)
    if write.deed in TAKES_BACK:
        if done:
            mine.filter(state=TAKES_BACK[write.deed], ended_at=None).update(ended_at=now())
    elif write.deed in SETS and write.ours:
        this = mine.filter(state=SETS[write.deed])
        if done:
            this.update(set_at=now())
        else:
            this.delete()
