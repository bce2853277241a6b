"""The history of a contact: everything that happened, newest first, with its source."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.contacts.consents import consent
from staffetta.contacts.forms import ContactForm
from staffetta.contacts.lists.lists import add_ids
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.models import Consent, Contact
from staffetta.contacts.record_models import ContactChange
from staffetta.contacts.views.history import lines_of
from staffetta.deliveries.models import Delivery, DeliveryKind, DeliveryState
from staffetta.sync.models import SyncRow
from staffetta.work.clock import now
from tests import world as factory
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
NUMBER = "+393477770001"


def text(client: Client, contact: Contact) -> str:
    return client.get(f"/contacts/{contact.pk}/history/").content.decode()


def test_it_tells_messages_consents_changes_with_their_source_and_lists(as_operator: Client, accept: Accept) -> None:
    world = factory.build()
    form = {"first_name": "Anna", "phone": NUMBER, "opt_in": "yes", "wording": "Modulo in negozio"}
    as_operator.post("/contacts/new/", form)
    contact = Contact.objects.get(phone=NUMBER)
    as_operator.post(f"/contacts/{contact.pk}/edit/", {**form, "first_name": "Annarita"})
    finish(accept(f"Telefono,Nome\n{NUMBER},Anna Rita\n".encode(), {"Telefono": "phone", "Nome": "first_name"}))
    SyncRow.objects.create(
        run=world.sync_run, outcome="updated", customer_id="1", contact=contact, changes={"last_name": ["", "Verdi"]}
    )
    Delivery.objects.create(
        kind=DeliveryKind.TEST, contact=contact, template_name="saldi", state=DeliveryState.FAILED, reason="refused"
    )
    add_ids(world.members.pk, [contact.pk])
    merge(contact, person("+393477770002", last_name="Neri"), {}, None)
    shown = text(as_operator, contact)
    for told in (
        "Creato a mano", "Modificato a mano", "Anna → Annarita", "Importazione «a.csv»: Aggiornato", "prima: Annarita",
        "Sincronizzazione contatti «Anagrafica»", "Verdi", "Modulo in negozio", "Invio di test: saldi", "In errore",
        "Aggiunto alla lista «Torino»", "Unito a un altro contatto", "Neri",
    ):  # fmt: skip
        assert told in shown, told
    assert "Tutta la cronologia" in as_operator.get(f"/contacts/{contact.pk}/").content.decode()


def test_pages_follow_each_other_without_a_gap_or_a_repetition_even_within_one_moment() -> None:
    contact, at = person(NUMBER), now()
    for number in range(30):
        moment = at - timedelta(seconds=number // 7)
        Consent.objects.create(contact=contact, platform="whatsapp", purpose="marketing", value="yes", at=moment)
        ContactChange.objects.create(contact=contact, source="hand", at=moment)
    marks, after = [], ""
    while True:
        lines, after = lines_of(contact, after, size=8)
        marks += [line.mark for line in lines]
        if not after:
            break
    assert len(marks) == len(set(marks)) == 60
    assert [line.mark for line in lines_of(contact, size=100)[0]] == marks
    assert lines_of(contact, "odd")[0]


def test_it_costs_the_same_for_any_number(as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    contact = person(NUMBER)
    for number in range(60):
        Delivery.objects.create(kind=DeliveryKind.TEST, contact=contact, template_name=f"t{number}")
        consent.record([contact.pk], "whatsapp", ["marketing"], "yes" if number % 2 else "no", "import")
        if number in (1, 59):
            with django_assert_num_queries(11):
                text(as_viewer, contact)


def test_an_edit_that_changes_nothing_leaves_no_line(as_operator: Client) -> None:
    contact = person(NUMBER, first_name="Anna")
    form = ContactForm(contact, {"first_name": "Anna", "phone": NUMBER, "opt_in": "unset"})
    assert form.is_valid(), form.errors
    as_operator.post(f"/contacts/{contact.pk}/edit/", form.data)
    assert not ContactChange.objects.exists()
