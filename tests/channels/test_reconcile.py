"""The comparison of what is stored with what was listed, for any lists."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from staffetta.channels.refreshing import reconcile
from staffetta.channels.refreshing.reconcile import Stored, StoredField
from staffetta.connectors.messages import ListedField, ListedTemplate

NAMES = st.sampled_from(["a", "b", "c"])
POOL = [
    ListedTemplate(name, language, language, status, category, components=({"type": "BODY", "text": text},))
    for name, language, status, category, text in product(
        "abc",
        ("it", "en"),
        ("approved", "pending", "paused", "something_new"),
        ("UTILITY", "MARKETING"),
        ("x", "y"),
    )
]
LISTINGS = st.sampled_from(POOL)


def taken(row: ListedTemplate, *, gone: bool = False) -> Stored:
    return Stored(row.name, row.language, row.status, reconcile.fingerprint(row), gone, category=row.category)


LISTS = st.lists(LISTINGS, max_size=8)
STORED = st.lists(
    st.builds(taken, LISTINGS, gone=st.booleans()), max_size=6, unique_by=lambda row: (row.name, row.language)
)


@given(STORED, LISTS)
def test_everything_known_is_written_anew_or_vanishes_and_nothing_is_both(
    stored: list[Stored], listed: list[ListedTemplate]
) -> None:
    changes = reconcile.templates(stored, listed)
    known = {(row.name, row.language) for row in stored}
    found = {(row.name, row.language) for row in listed}
    assert {(row.name, row.language) for row in changes.updated} == known & found
    assert set(changes.gone) == {(row.name, row.language) for row in stored if not row.gone} - found


@given(STORED, LISTS)
def test_only_what_is_approved_comes_in(stored: list[Stored], listed: list[ListedTemplate]) -> None:
    changes = reconcile.templates(stored, listed)
    assert all(row.status == "approved" for row in changes.added)
    assert {(row.name, row.language) for row in changes.added}.isdisjoint((row.name, row.language) for row in stored)


@given(STORED, LISTS)
def test_a_name_is_counted_as_never_approved_only_when_nothing_of_it_is_kept(
    stored: list[Stored], listed: list[ListedTemplate]
) -> None:
    changes = reconcile.templates(stored, listed)
    kept = {row.name for row in stored} | {row.name for row in changes.added}
    assert set(changes.unapproved) == {row.name for row in listed} - kept


@given(STORED, LISTS)
def test_the_revision_rises_exactly_when_an_acceptance_may_no_longer_hold(
    stored: list[Stored], listed: list[ListedTemplate]
) -> None:
    changes = reconcile.templates(stored, listed)
    written = {(row.name, row.language): row for row in changes.updated}
    for row in stored:
        key = (row.name, row.language)
        new = written.get(key)
        vanished = new is None and not row.gone
        changed = new is not None and reconcile.fingerprint(new) != row.fingerprint
        stopped = new is not None and row.available and new.status != "approved"
        assert (key in changes.raised) == (vanished or changed or stopped)


@given(LISTS)
def test_the_same_list_twice_tells_nothing_the_second_time(listed: list[ListedTemplate]) -> None:
    first = reconcile.templates([], listed)
    again = reconcile.templates([taken(row) for row in first.added], listed)
    assert not again.added
    assert not again.gone
    assert not again.raised
    assert not again.told
    assert again.unapproved == first.unapproved


@given(LISTS)
def test_what_was_entered_by_hand_never_vanishes(listed: list[ListedTemplate]) -> None:
    row = Stored("by_hand_only", "it", "approved", "f", by_hand=True)
    assert not reconcile.templates([row], listed).gone


FIELDS = st.lists(
    st.builds(ListedField, name=NAMES, label=st.sampled_from(["", "Età"]), type=st.sampled_from(["text", "date"])),
    max_size=6,
    unique_by=lambda row: row.name,
)


@given(FIELDS, FIELDS)
def test_fields_that_come_change_and_go_are_told_apart(before: list[ListedField], after: list[ListedField]) -> None:
    stored = [StoredField(row.name, row.label, row.type) for row in before]
    changes = reconcile.fields(stored, after)
    old, new = {row.name: row for row in before}, {row.name: row for row in after}
    assert set(changes.added) == new.keys() - old.keys()
    assert set(changes.gone) == old.keys() - new.keys()
    assert set(changes.changed) == {name for name in old.keys() & new.keys() if old[name] != new[name]}


@given(st.sets(NAMES), st.sets(NAMES), NAMES)
def test_a_key_that_works_always_sees_its_own_channel(before: set[str], listed: set[str], own: str) -> None:
    assert own not in reconcile.dropped(before, listed, own)
