"""A digest of keys says who was counted: the database and Python say the same, and any exchange is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.contacts.models import Contact
from staffetta.work.database.row_digest import PRIME, KeyDigest, counted
from tests.contacts.people import person

KEYS = st.sets(st.integers(1, 2**62), max_size=20)


def digest(keys: set[int]) -> str:
    made = KeyDigest()
    for key in keys:
        made.add(key)
    return str(made)


@pytest.mark.django_db
def test_the_database_and_python_say_the_same() -> None:
    for number in (1, 7, PRIME - 1, PRIME + 5, 2**61):
        person(f"+3934800{number % 100000:05d}", pk=number)
    told = counted(Contact.objects.all())
    assert told.number == 5
    assert told.digest == digest(set(Contact.objects.values_list("pk", flat=True)))
    assert counted(Contact.objects.none()).digest == digest(set())


@given(KEYS, st.data())
def test_somebody_in_somebody_elses_place_is_seen(keys: set[int], data: st.DataObject) -> None:
    if not keys:
        return
    gone = data.draw(st.sampled_from(sorted(keys)))
    come = data.draw(st.integers(1, PRIME - 1).filter(lambda key: key not in keys and key % PRIME != gone % PRIME))
    assert digest(keys - {gone} | {come}) != digest(keys)


def test_two_exchanges_that_leave_the_sum_are_seen() -> None:
    assert digest({1, 4}) != digest({2, 3})
