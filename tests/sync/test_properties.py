"""What holds for any world of customers and contacts, and any mapping (acceptance 2)."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from staffetta.channels.models import Channel
from staffetta.connectors.messages import Customer
from staffetta.contacts.models import Contact
from staffetta.sync.judge import OUTCOMES
from staffetta.sync.models import Direction, Mode, SyncRun, WriteState
from staffetta.sync.read_ahead import Pages
from staffetta.sync.read_pages import Place
from staffetta.sync.run import take
from staffetta.sync.setup import ready
from tests import world as factory
from tests.sync.any_world import World, run_over, worlds
from tests.sync.world import Row, configuration, counts, number, people, undone

pytestmark = pytest.mark.django_db
easy = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def channel(db: None) -> Channel:
    return factory.a_channel()


def told(run: SyncRun) -> list[tuple[object, ...]]:
    """What a run says of each person, and what it writes or would write."""
    rows = run.rows.order_by("pk").values_list("customer_id", "outcome", "changes", "conflicts", "reason", "field")
    return [(*row[:2], str(row[2]), str(row[3]), *row[4:]) for row in rows]


def written(run: SyncRun) -> list[tuple[object, ...]]:
    due = run.writes.exclude(state=WriteState.FAILED)
    return [(*row[:3], str(row[3])) for row in due.order_by("pk").values_list("customer_id", "deed", "name", "fields")]


@easy
@given(worlds())
def test_rehearsal_equals_run_twice_changes_nothing_and_undo_restores(channel: Channel, world: World) -> None:
    with transaction.atomic():
        made = world.build(channel)
        customers, there, before = world.customers.copy(), world.customers.copy(), people()
        rehearsal = run_over(made, customers, rehearsal=True)
        assert (people(), customers) == (before, there)

        first = run_over(made, customers)
        after, there = people(), customers.copy()
        assert (counts(rehearsal), told(rehearsal), written(rehearsal)) == (counts(first), told(first), written(first))
        assert first.total == sum(getattr(first, name) for name in OUTCOMES) == len({each.id for each in customers})
        assert len(after) == len(before) + first.created
        seen = list(first.rows.values_list("customer_id", flat=True))
        assert len(set(seen)) == len(seen)
        if made.direction == Direction.TO:
            assert after == before
        if made.direction == Direction.FROM:
            assert customers == world.customers

        second = run_over(made, customers)
        assert (second.created, second.updated, written(second)) == (0, 0, [])
        assert (second.conflicting, second.rejected) == (first.conflicting, first.rejected)
        assert (people(), customers) == (after, there)

        undone(first)
        assert people() == before
        transaction.set_rollback(True)


@easy
@given(worlds(), st.integers(0, 5))
def test_going_on_after_a_kill_comes_to_the_same(channel: Channel, world: World, again: int) -> None:
    """The page that was not committed is read again, and rows before it may come once more."""
    with transaction.atomic():
        made = world.build(channel)
        with transaction.atomic():
            straight = run_over(made, world.customers.copy())
            wanted = counts(straight), people(), written(straight)
            transaction.set_rollback(True)
        run = SyncRun.objects.create(configuration=made)
        setup = ready(made)
        for start in range(0, len(world.customers), 5):
            take(run, Pages(world.customers[max(start - again, 0) : start + 5], Place(start + 5), 1), setup)
        assert (counts(run), people(), written(run)) == wanted
        transaction.set_rollback(True)


@easy
@given(worlds())
def test_the_same_holds_when_both_sides_went_on_since_the_last_run(channel: Channel, world: World) -> None:
    with transaction.atomic():
        made, customers = world.build(channel), world.customers.copy()
        run_over(made, customers)
        world.go_on(customers)
        before = people()
        rehearsal = run_over(made, customers, rehearsal=True)
        run = run_over(made, customers)
        assert (counts(rehearsal), told(rehearsal), written(rehearsal)) == (counts(run), told(run), written(run))
        after, there = people(), customers.copy()
        again = run_over(made, customers)
        assert (again.created, again.updated, written(again)) == (0, 0, [])
        assert (people(), customers) == (after, there)
        undone(run)
        assert people() == before
        transaction.set_rollback(True)


HERE, THERE, BOTH = "here", "there", "both"
SETTLED: dict[Mode, dict[str, tuple[str, str] | None]] = {
    # who changed since both sides were «Roma»: what is here then, and there where it is written back; None: a conflict
    Mode.PROVIDER: {HERE: ("Roma", "Roma"), THERE: ("Bari", "Bari"), BOTH: ("Bari", "Bari")},
    Mode.PLATFORM: {HERE: ("Como", "Como"), THERE: ("Bari", "Bari"), BOTH: ("Como", "Como")},
    Mode.IF_EMPTY: {HERE: ("Como", "Roma"), THERE: ("Roma", "Bari"), BOTH: ("Como", "Bari")},
    Mode.ONLY_NEW: {HERE: ("Como", "Roma"), THERE: ("Roma", "Bari"), BOTH: ("Como", "Bari")},
    Mode.NEWEST: {HERE: ("Como", "Como"), THERE: ("Bari", "Bari"), BOTH: None},
    Mode.ASK: {HERE: ("Como", "Como"), THERE: ("Bari", "Bari"), BOTH: None},
}


@pytest.mark.parametrize("mode", SETTLED)
@pytest.mark.parametrize("direction", [Direction.FROM, Direction.BOTH])
@pytest.mark.parametrize("changed", [HERE, THERE, BOTH])
def test_each_update_mode_does_what_its_name_says(channel: Channel, mode: Mode, direction: str, changed: str) -> None:
    channel.customer_fields.create(name="citta", type="text")
    row: Row = {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": mode}
    made = configuration(channel, [row], direction=direction)
    customers = [Customer(number(1), fields={"citta": "Roma"})]
    run_over(made, customers)
    if changed != THERE:
        Contact.objects.update(values={"citta": "Como"})
    if changed != HERE:
        customers = [Customer(number(1), fields={"citta": "Bari"})]
    there = customers[0].fields["citta"]
    run = run_over(made, customers)
    found = Contact.objects.get().values["citta"], customers[0].fields["citta"]
    if (wanted := SETTLED[mode][changed]) is None:
        assert (found, counts(run)) == (("Como", "Bari"), {"conflicting": 1})
    else:
        assert found == (wanted[0], wanted[1] if direction == Direction.BOTH else there)
