"""`among` finds what `in` finds, told as one parameter where the database can take it so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffetta.contacts.models import Contact, ContactList, ListMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Contact:
    Contact.objects.create(first_name="Bruno", phone="+393330000002")
    return Contact.objects.create(first_name="Anna", phone="+393330000001")


@pytest.mark.parametrize(
    "values", [["+393330000001"], ["+393330000001", "x", "o'brien", 'a"b', "{,}", "\\"], {"+393330000001"}]
)
def test_it_finds_texts(anna: Contact, values: list[str] | set[str]) -> None:
    assert list(Contact.objects.filter(phone__among=values)) == [anna]


def test_it_finds_odd_texts_as_they_are(anna: Contact) -> None:
    for odd in ("{,}", 'a"b', "\\", "o'brien", "NULL", " ", "%s"):
        Contact.objects.filter(pk=anna.pk).update(external_id=odd)
        assert list(Contact.objects.filter(external_id__among=[odd, "another"])) == [anna]


def test_it_finds_by_number_and_by_foreign_key(anna: Contact) -> None:
    member = ListMember.objects.create(list=ContactList.objects.create(name="Soci"), contact=anna)
    assert list(Contact.objects.filter(pk__among=[anna.pk, 2**40])) == [anna]
    assert list(ListMember.objects.filter(contact_id__among=[anna.pk, -1])) == [member]


def test_nobody_is_among_none(anna: Contact) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert not list(Contact.objects.filter(phone__among=[]))
        assert set(Contact.objects.exclude(phone__among=[]).values_list("first_name", flat=True)) == {"Anna", "Bruno"}
    assert len(asked) == 1


def test_postgresql_gets_one_parameter(anna: Contact) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes no lists")
    _sql, parameters = Contact.objects.filter(phone__among=["a", "b", "c"]).query.sql_with_params()
    assert parameters == ('{"a","b","c"}',)
