"""People are found by an own field through an index that is made when it is first needed."""

import pytest
from django.db import connection

from staffetta.contacts.fields import value_index
from staffetta.contacts.fields.change_field import delete_field
from staffetta.contacts.models import Contact, ContactField
from tests.contacts.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> ContactField:
    return ContactField.objects.create(name="tessera-n_1", label="Tessera", type="integer")


def test_a_value_is_found_as_text_whatever_its_type(own: ContactField) -> None:
    anna, ugo = person("+393200000001", values={own.name: 7}), person("+393200000002", values={own.name: "x" * 1000})
    person("+393200000003", values={})
    for _twice in range(2):
        assert list(value_index.holding(own.name, ["7"])) == [anna]
        assert set(value_index.holding(own.name, ["7", "x" * 1000, "8"])) == {anna, ugo}
        value_index.ensure(own.name)


def test_the_look_up_reads_the_index_and_not_everybody(own: ContactField) -> None:
    Contact.objects.bulk_create(Contact(phone=f"+39320{n:07d}", values={own.name: n}) for n in range(3000))
    value_index.ensure(own.name)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert f"contacts_value_{own.pk}" in value_index.holding(own.name, ["7", "8"]).explain()


def test_the_index_goes_with_its_field(own: ContactField) -> None:
    value_index.ensure(own.name)
    delete_field(own, None)
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "contacts_contact")
    assert not [name for name in found if name.startswith("contacts_value_")]


def test_a_field_that_is_gone_needs_no_index() -> None:
    value_index.ensure("andato")
