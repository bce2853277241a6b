"""What holds for any world of customers and contacts, and any mapping (acceptance 2)."""

from collections.abc import Sequence

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffetta.connectors.messages import Customer
from staffetta.contacts.models import Contact
from staffetta.sync.models import Mode, RunState, SyncConfiguration, SyncRun
from staffetta.sync.read_pages import Place
from staffetta.sync.run import take_page
from staffetta.sync.setup import ready
from tests import world as factory
from tests.sync.world import Row, configuration, contact, counts, number, people, undone

pytestmark = pytest.mark.django_db

NAMES = st.sampled_from(["", "Ugo", "Anna Rossi", "Maria De Luca"])
CITIES = st.sampled_from(["", "Roma", "Milano"])
BORN = st.sampled_from(["", "1990-01-01", "01/01/1990", "boh"])
CUSTOMERS = st.lists(
    st.builds(
        lambda place, name, city, born, stopped: Customer(
            number(place) if place else "12", name, stopped=stopped, fields={"citta": city, "nato_il": born}
        ),
        st.integers(0, 8),
        NAMES,
        CITIES,
        BORN,
        st.booleans(),
    ),
    max_size=12,
)
CONTACTS = st.dictionaries(st.integers(1, 8), st.tuples(NAMES, CITIES), max_size=8)
RULES = st.tuples(st.sampled_from(list(Mode)), st.sampled_from(list(Mode)), st.sampled_from(list(Mode)), st.booleans())
easy = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def rows_of(modes: Sequence[str]) -> list[Row]:
    return [
        {"kind": "first_name", "contact_field": "first_name", "mode": modes[0]},
        {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": modes[1]},
        {"customer_field": "nato_il", "type_seen": "date", "contact_field": "nascita", "mode": modes[2]},
    ]


def run_over(made: SyncConfiguration, customers: Sequence[Customer], *, rehearsal: bool = False) -> SyncRun:
    """Take the customers in pages of five, as the lane would."""
    run = SyncRun.objects.create(configuration=made, rehearsal=rehearsal)
    setup = ready(made)
    for start in range(0, len(customers), 5):
        take_page(run, customers[start : start + 5], Place(start + 5), setup)
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    run.refresh_from_db()
    return run


@pytest.fixture
def furnished(db: None) -> SyncConfiguration:
    channel = factory.a_channel()
    for name, kind in (("citta", "text"), ("nato_il", "date")):
        channel.customer_fields.create(name=name, type=kind)
    return configuration(channel, [])


def build(made: SyncConfiguration, here: dict[int, tuple[str, str]], rules: tuple[str, str, str, bool]) -> None:
    made.create_unknown = rules[3]
    made.save()
    for position, row in enumerate(rows_of(rules[:3])):
        made.mappings.create(position=position, **row)
    Contact.objects.bulk_create(
        contact(place, first, **({"citta": city} if city else {})) for place, (first, city) in here.items()
    )


@easy
@given(CUSTOMERS, CONTACTS, RULES)
def test_rehearsal_equals_run_twice_changes_nothing_and_undo_restores(
    furnished: SyncConfiguration,
    customers: list[Customer],
    here: dict[int, tuple[str, str]],
    rules: tuple[str, str, str, bool],
) -> None:
    with transaction.atomic():
        build(furnished, here, rules)
        before = people()
        rehearsal = run_over(furnished, customers, rehearsal=True)
        assert people() == before
        first = run_over(furnished, customers)
        after = people()
        assert counts(rehearsal) == counts(first)
        assert first.total == len({customer.id for customer in customers})
        assert len(after) == len(before) + first.created
        outcomes = first.rows.values_list("customer_id", "outcome")
        assert len({who for who, _outcome in outcomes}) == len(outcomes)

        second = run_over(furnished, customers)
        assert (second.created, second.updated) == (0, 0)
        assert (second.conflicting, second.rejected) == (first.conflicting, first.rejected)
        assert people() == after

        undone(first)
        assert people() == before
        transaction.set_rollback(True)


@easy
@given(CUSTOMERS, CONTACTS, RULES, st.integers(0, 5))
def test_going_on_after_a_kill_comes_to_the_same(
    furnished: SyncConfiguration,
    customers: list[Customer],
    here: dict[int, tuple[str, str]],
    rules: tuple[str, str, str, bool],
    again: int,
) -> None:
    """The page that was not committed is read again, and rows before it may come once more."""
    with transaction.atomic():
        build(furnished, here, rules)
        with transaction.atomic():
            straight = counts(run_over(furnished, customers))
            wanted = people()
            transaction.set_rollback(True)
        run = SyncRun.objects.create(configuration=furnished)
        setup = ready(furnished)
        for start in range(0, len(customers), 5):
            take_page(run, customers[max(start - again, 0) : start + 5], Place(start + 5), setup)
        assert (counts(run), people()) == (straight, wanted)
        transaction.set_rollback(True)
