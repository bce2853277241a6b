"""One person has one contact, whichever form of the number a file or a colleague writes."""

import pytest
from django.test import Client

from staffetta.contacts.consents.suppression import is_suppressed, suppress
from staffetta.contacts.models import Contact
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
FORMS = [
    ("+5511987654321", "+551187654321"),
    ("+5215512345678", "+525512345678"),
    ("+5491123456789", "+541123456789"),
]


@pytest.mark.parametrize(("first", "second"), FORMS[:1] + FORMS[2:])
def test_an_import_finds_the_contact_under_the_other_form(accept: Accept, first: str, second: str) -> None:
    known = person(first)
    source = finish(accept(f"Telefono;Nome\n{second};Ana\n{first};Bea".encode(), MAPPING))
    assert (source.created, source.updated, source.rejected) == (0, 1, 1)
    known.refresh_from_db()
    assert (known.phone, known.first_name) == (first, "Ana")


MAPPING = {"Telefono": "phone", "Nome": "first_name"}


def test_a_colleague_is_told_that_the_other_form_is_somebody_already(as_operator: Client) -> None:
    person("+5511987654321", first_name="Ana")
    told = {"first_name": "Ana", "phone": "+55 11 8765 4321", "opt_in": "unset"}
    assert "Ana" in as_operator.post("/contacts/new/", told).content.decode()
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(("first", "second"), FORMS)
def test_who_is_kept_out_is_so_under_every_form(first: str, second: str) -> None:
    suppress("whatsapp", first, "hand")
    assert is_suppressed("whatsapp", second.removeprefix("+"))
    assert not is_suppressed("whatsapp", "+393471234567")


def test_recovery_is_chosen_for_each_import(accept: Accept) -> None:
    strict = finish(accept(b"Telefono;Nome\n347 1234567;Ana", MAPPING))
    assert (strict.created, strict.rejected) == (0, 1)
    loose = finish(accept(b"Telefono;Nome\n347 1234567;Ana\n+39 347 123 4567;Bea", MAPPING, mode="recover"))
    assert (loose.created, loose.rejected) == (1, 1)
    assert Contact.objects.get().phone == "+393471234567"
