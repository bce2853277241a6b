"""List pages ask the database the same number of times whatever they hold, and count nothing that may be large."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.contacts.consents.suppression import suppress
from staffetta.contacts.imports import rejects
from staffetta.contacts.lists import lists
from staffetta.contacts.models import ContactList, Import, ImportReject, ImportState
from staffetta.contacts.record_models import Erasure
from staffetta.work.clock import now
from tests.contacts.people import person

pytestmark = pytest.mark.django_db


def _list(number: int) -> None:
    made = ContactList.objects.create(name=f"Lista {number:02d}")
    lists.add_ids(made.pk, [person(f"+3932000000{number:02d}").pk])


def _import(number: int) -> None:
    Import.objects.create(name=f"file {number}.csv", state=ImportState.DONE, finished_at=now())


def _suppression(number: int) -> None:
    suppress("whatsapp", f"+3932000000{number:02d}", "hand", now() + timedelta(days=3) if number % 2 else None)


def _erasure(number: int) -> None:
    Erasure.objects.create(contact_number=number)


@pytest.mark.parametrize(
    ("path", "make", "queries"),
    [
        ("/contacts/lists/", _list, 5),
        ("/contacts/imports/", _import, 4),
        ("/contacts/blacklist/", _suppression, 4),
        ("/contacts/blacklist/?kind=days", _suppression, 4),
        ("/contacts/erasures/", _erasure, 4),
    ],
)
def test_a_list_page_asks_as_often_for_sixty_as_for_two(
    as_viewer: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
    make: Callable[[int], None],
    queries: int,
) -> None:
    for number in range(60):
        make(number)
        if number in (1, 59):
            with django_assert_num_queries(queries):
                assert as_viewer.get(path).status_code == 200


def test_the_lists_come_first_and_their_numbers_later(as_viewer: Client) -> None:
    _list(1)
    first = as_viewer.get("/contacts/lists/").content.decode()
    assert "Lista 01" in first
    assert 'hx-get="/contacts/lists/?count=1"' in first
    later = as_viewer.get("/contacts/lists/?count=1").content.decode()
    assert ">1</a>" in later
    assert "hx-get" not in later.partition('id="lists"')[2].partition("</table>")[0]


def test_counting_a_page_of_lists_does_not_count_the_next_ones(as_viewer: Client) -> None:
    for number in range(60):
        _list(number)
    assert "after=" in (page := as_viewer.get("/contacts/lists/?count=1").content.decode())
    assert "count=1&amp;after=" not in page


def test_a_list_nobody_is_in_says_nought(as_viewer: Client) -> None:
    ContactList.objects.create(name="Vuota")
    assert ">0</a>" in as_viewer.get("/contacts/lists/?count=1").content.decode()


def test_the_reasons_of_rejects_are_kept_and_not_counted(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    source = Import.objects.create(name="f.csv", reasons={"invalid_phone": 2, "doubled_in_file": 7})
    ImportReject.objects.create(source=source, row=2, reason="invalid_phone")
    with django_assert_num_queries(0):
        assert rejects.reasons(source) == [("doubled_in_file", 7), ("invalid_phone", 2)]
