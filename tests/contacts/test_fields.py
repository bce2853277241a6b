"""Fields of our own: made, changed, converted and deleted in the interface."""

import pytest
from django.test import Client

from staffetta.communications.models import Communication
from staffetta.contacts.models import Contact, ContactField, ImportReject
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
TOLD = {"label": "Taglia", "label_en": "Size", "type": "choice", "choices_text": "S\nM\nL\nm", "help": "Della maglia"}


def made(kind: str = "text", name: str = "taglia", **more: object) -> ContactField:
    return ContactField.objects.create(name=name, label=name.title(), type=kind, **more)


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_field_is_made_with_type_choices_and_both_labels(as_operator: Client) -> None:
    assert as_operator.post("/contacts/fields/new/", TOLD).status_code == 302
    field = ContactField.objects.get()
    assert (field.name, field.type, field.choices, field.label_en) == ("taglia", "choice", ["S", "M", "L"], "Size")
    shown = page(as_operator, "/contacts/fields/")
    assert "Scelta singola" in shown
    assert "Della maglia" in shown


def test_a_choice_without_choices_is_refused_and_what_was_typed_stays(as_operator: Client) -> None:
    shown = as_operator.post("/contacts/fields/new/", {**TOLD, "choices_text": ""}).content.decode()
    assert "Scrivi almeno una scelta." in shown
    assert "Della maglia" in shown
    assert not ContactField.objects.exists()


@pytest.mark.parametrize("label", ["taglia", "TAGLIA ", "Ta\u200bglia", "\uff34aglia"])
def test_a_field_that_looks_like_another_is_refused(as_operator: Client, label: str) -> None:
    made()
    assert "Esiste già" in as_operator.post("/contacts/fields/new/", {**TOLD, "label": label}).content.decode()
    assert ContactField.objects.count() == 1


def test_forms_read_and_refuse_by_type(as_operator: Client) -> None:
    made("integer", "figli")
    made("boolean", "socio")
    made("choices", "colori", choices=["Rosso", "Blu"])
    made("date", "nato_il", required=True)
    told: dict[str, str | list[str]] = {
        "first_name": "Anna",
        "phone": "+39 347 123 4567",
        "opt_in": "unset",
        "own_figli": "due",
    }
    shown = as_operator.post("/contacts/new/", told).content.decode()
    assert "Non è un numero" in shown
    assert "own_nato_il_error" in shown
    told |= {"own_figli": "0", "own_socio": "false", "own_colori": ["Blu"], "own_nato_il": "1990-03-01"}
    as_operator.post("/contacts/new/", told)
    contact = Contact.objects.get()
    assert contact.values == {"figli": 0, "socio": False, "colori": ["Blu"], "nato_il": "1990-03-01"}
    shown = page(as_operator, f"/contacts/{contact.pk}/edit/")
    assert 'value="1990-03-01"' in shown
    assert '<dd class="col-7">No</dd>' in page(as_operator, f"/contacts/{contact.pk}/")


def test_an_import_reads_cells_by_type_and_rejects_what_does_not_fit(accept: Accept) -> None:
    made("date", "nato_il")
    made("boolean", "socio", required=True)
    rows = ["+393471234567;31/12/1990;sì", "+393471234568;boh;sì", "+393471234569;;"]
    content = "\n".join(["Telefono;Nato;Socio", *rows]).encode()
    source = finish(accept(content, {"Telefono": "phone", "Nato": "nato_il", "Socio": "socio"}))
    assert (source.created, source.rejected) == (1, 2)
    assert Contact.objects.get().values == {"nato_il": "1990-12-31", "socio": True}
    reasons = ImportReject.objects.order_by("row").values_list("reason", "column")
    assert list(reasons) == [("not_a_date", "Nato"), ("required_empty", "Socio")]


def test_time_zone_and_external_id_come_with_a_file_and_stay_unique(accept: Accept) -> None:
    person("+393471234500", external_id="C-1")
    rows = ["+393471234567;Europe/Rome;C-2", "+393471234568;Marte/Nord;C-3", "+393471234569;;C-1"]
    content = "\n".join(["Telefono;Fuso;Codice", *rows]).encode()
    source = finish(accept(content, {"Telefono": "phone", "Fuso": "time_zone", "Codice": "external_id"}))
    assert source.created == 1
    assert Contact.objects.get(external_id="C-2").time_zone == "Europe/Rome"
    reasons = ImportReject.objects.order_by("row").values_list("reason", flat=True)
    assert list(reasons) == ["unknown_time_zone", "external_id_taken"]


def test_another_type_first_shows_what_cannot_be_converted_then_converts(as_operator: Client) -> None:
    field = made()
    good, bad = person(values={"taglia": "42"}), person("+393471234568", values={"taglia": "grande"})
    told = {"label": "Taglia", "type": "integer"}
    asked = as_operator.post(f"/contacts/fields/{field.pk}/edit/", told).content.decode()
    assert "1 valore non si può convertire" in asked
    assert "grande" in asked
    assert Contact.objects.get(pk=bad.pk).values == {"taglia": "grande"}
    as_operator.post(f"/contacts/fields/{field.pk}/edit/", {**told, "confirmed": "1-1"})
    field.refresh_from_db()
    assert field.type == "integer"
    assert Contact.objects.get(pk=good.pk).values == {"taglia": 42}
    assert Contact.objects.get(pk=bad.pk).values == {}


def test_a_field_in_use_tells_where_before_it_is_deleted(as_operator: Client) -> None:
    field = made()
    contact = person(values={"taglia": "42", "altro": "x"})
    mapping = {"1": {"source": "field:taglia", "fallback": None}}
    Communication.objects.create(name="Saldi d'estate", mapping=mapping)
    asked = page(as_operator, f"/contacts/fields/{field.pk}/delete/")
    assert "Saldi d&#x27;estate" in asked
    assert "1 contatto" in asked
    as_operator.post(f"/contacts/fields/{field.pk}/delete/")
    assert not ContactField.objects.exists()
    assert Contact.objects.get(pk=contact.pk).values == {"altro": "x"}


def test_viewers_change_no_field(as_viewer: Client) -> None:
    field = made()
    assert as_viewer.get(f"/contacts/fields/{field.pk}/edit/").status_code == 403
    assert as_viewer.post(f"/contacts/fields/{field.pk}/delete/").status_code == 403
