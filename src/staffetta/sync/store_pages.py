"""Judge and store the customers of some pages: together, or by halves when one of them cannot be handled."""

from collections.abc import Sequence
from dataclasses import replace

from staffetta.connectors.messages import Customer
from staffetta.sync import store
from staffetta.sync.judge import OUTCOMES, REJECTED, Known, Verdict
from staffetta.sync.look_up import look_up
from staffetta.sync.models import SyncRun
from staffetta.sync.own_states import own_among
from staffetta.sync.plan_writes import plan_writes
from staffetta.sync.setup import Setup
from staffetta.text import storable
from staffetta.work.set_aside import by_halves

CANNOT_HANDLE = "cannot_handle"


def store_whole(customers: Sequence[Customer], run: SyncRun, setup: Setup) -> None:
    known = look_up(customers, run, setup)
    plan_writes(store.take(customers, known, run, setup), run, setup, known.own)


def store_by_halves(customers: Sequence[Customer], run: SyncRun, setup: Setup) -> None:
    """Store whoever can be stored; a customer who cannot is rejected with that reason."""

    def store_some(some: Sequence[Customer]) -> None:
        before = {name: getattr(run, name) for name in OUTCOMES}
        try:
            store_whole(some, run, setup)
        except Exception:
            vars(run).update(before)
            raise

    def refuse(customer: Customer, _error: Exception) -> None:
        kept = _storable(customer)
        known = Known(own=own_among(run.configuration.channel.provider_id, [kept], run.created_at))
        store.store([Verdict(REJECTED, kept, reason=CANNOT_HANDLE)], known, run, setup)

    by_halves(customers, store_some, refuse)


def _storable(customer: Customer) -> Customer:
    fields = {storable(str(name)): storable(str(value)) for name, value in customer.fields.items()}
    return replace(customer, id=storable(customer.id), name=storable(customer.name), fields=fields)
