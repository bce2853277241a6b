"""PostgreSQL's planner knows of many new rows at once, and is left alone for few."""

import pytest
from django.db import connection

from staffetta.contacts.models import Contact
from staffetta.work.database import statistics
from tests.contacts.people import Accept, finish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps no such numbers")


def known() -> int:
    """Return how many contacts the planner believes in; -1 when it never looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Contact._meta.db_table])
        return int(cursor.fetchone()[0])


def test_a_large_import_tells_the_planner(accept: Accept) -> None:
    rows = "".join(f"+39333{number:07}\n" for number in range(statistics.MANY))
    finish(accept(f"Cellulare\n{rows}".encode(), {"Cellulare": "phone"}))
    assert known() == statistics.MANY == Contact.objects.count()


def test_a_small_one_does_not(accept: Accept) -> None:
    before = known()
    finish(accept(b"Cellulare\n+393331234567\n", {"Cellulare": "phone"}))
    assert known() == before


def test_it_looks_again_when_there_are_ten_times_as_many() -> None:
    Contact.objects.create(phone="+393331234567")
    before = known()
    for piece in ((0, 500), (9_000, 9_999), (10_000, 10_500), (99_000, 99_999)):
        statistics.grown("contacts", *piece)
        assert known() == before
    statistics.grown("contacts", 9_500, 10_000)
    assert known() == 1
    Contact.objects.create(phone="+393331234568")
    statistics.grown("contacts", 99_999, 100_499)
    assert known() == 2
