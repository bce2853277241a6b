"""Probable twins are found by rules of a few statements each, and decided on once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffetta.contacts.merging import search_twins
from staffetta.contacts.models import Contact, ContactField
from staffetta.contacts.record_models import Twin
from staffetta.work.lanes import LaneContext
from tests.contacts.people import person

pytestmark = pytest.mark.django_db


def search() -> set[tuple[str, str, str]]:
    search_twins.ask(None)
    while search_twins.work(LaneContext(worker="test")):
        pass
    twins = search_twins.open_twins().select_related("first", "second")
    return {(str(twin.first.external_id), str(twin.second.external_id), twin.reason) for twin in twins}


def one(name: str, phone: str | None = None, **more: object) -> Contact:
    return Contact.objects.create(external_id=name, phone=phone, **more)


def test_forms_of_one_number_and_the_providers_own_id_are_twins() -> None:
    one("a", "+5511987654321")
    one("b", "+551187654321")
    one("c", "+393471234567", whatsapp_id="393471234599")
    one("d", "+393471234599")
    one("e", "+393471234560")
    assert search() == {("a", "b", "same_number"), ("c", "d", "same_number")}


def test_a_number_in_a_phone_field_and_an_e_mail_address_are_a_persons_own() -> None:
    ContactField.objects.create(name="casa", label="Numero di casa", type="phone")
    ContactField.objects.create(name="email", label="E-mail", type="text")
    one("a", "+393471234567", values={"casa": "+390112345678"})
    one("b", "+390112345678")
    one("c", "+393471234001", values={"email": "Maria@Example.com "})
    one("d", "+393471234002", values={"email": "maria@example.com"})
    for number in range(25):
        one(f"info{number}", f"+3934750000{number:02}", values={"email": "info@example.com"})
    assert search() == {("a", "b", "second_number"), ("c", "d", "same_email")}


def test_an_external_id_that_lost_its_zeros_or_changed_its_capitals_is_the_same() -> None:
    one("0012A", "+393471234001")
    one("12a", "+393471234002")
    assert search() == {("0012A", "12a", "same_external_id")}


def test_a_name_makes_twins_only_with_a_close_number_or_the_other_platform() -> None:
    maria = {"first_name": "Nicolò", "last_name": "Rossi"}
    one("a", "+393471234567", **maria)
    one("b", "+393471234587", first_name="NICOLO", last_name="rossi")
    one("c", "+393471235467", **maria)
    one("far", "+393339999999", **maria)
    one("t", None, telegram_id="55", first_name="Ada", last_name="Neri")
    one("p", "+393470000001", first_name="Ada", last_name="Neri")
    assert search() == {("a", "b", "near_number"), ("a", "c", "near_number"), ("t", "p", "other_platform")}


def test_two_that_were_told_apart_stay_apart_and_a_corrected_pair_goes() -> None:
    one("a", "+5511987654321")
    one("b", "+551187654321")
    assert search()
    search_twins.dismiss(Twin.objects.get(), None)
    assert search() == set()
    Twin.objects.update(dismissed_at=None)
    Contact.objects.filter(external_id="b").update(phone="+393471234567")
    assert search() == set()


def test_the_number_of_statements_does_not_grow_with_the_contacts() -> None:
    def statements(people: int) -> int:
        Contact.objects.all().delete()
        for number in range(people):
            person(f"+39347{number:07}", first_name="Maria", last_name=f"Rossi{number}")
        with CaptureQueriesContext(connection) as met:
            search()
        return len(met)

    assert statements(300) <= statements(3) + 5
