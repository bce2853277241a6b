"""Lists: made, filled, used as an audience; and files of what the list of contacts shows."""

import csv
import io
from pathlib import Path

import pytest
from django.test import Client
from python_calamine import load_workbook

from staffetta.accounts.models import AuditEntry
from staffetta.cli.main import main
from staffetta.contacts.audiences.audience import Audience, UnknownAudience
from staffetta.contacts.audiences.recipients import recipients, tally
from staffetta.contacts.consents import consent
from staffetta.contacts.lists import lists
from staffetta.contacts.models import Contact, ContactField, ContactList, Import, ListMember
from staffetta.contacts.save_contact import delete_contact
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db


def content(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


def test_those_found_are_added_to_a_new_list_each_once(as_operator: Client, saldi: Import) -> None:
    asked = content(as_operator, "/contacts/lists/add/?opt_in=no").decode()
    assert "180 persone" in asked
    for _twice in range(2):
        as_operator.post("/contacts/lists/add/?opt_in=no", {"new": "Contrari"})
    listed = ContactList.objects.get()
    assert ListMember.objects.filter(list=listed).count() == 180
    assert "Contrari" in content(as_operator, "/contacts/lists/").decode()
    assert content(as_operator, f"/contacts/?list={listed.pk}").decode().count('data-label="Telefono"') == 50


def test_every_filter_can_fill_a_list(saldi: Import) -> None:
    from staffetta.contacts.filters import Filters

    target = lists.named("Tutti", None)
    asked = {"import": str(saldi.pk), "q": "niccolo", "opt_in": "yes"}
    people = Filters.of(asked).people()
    assert lists.add_people(target, people, None) == people.count() > 0
    again = Filters.of({"list": str(target.pk)}).people()
    assert set(again) == set(people)
    assert lists.add_people(target, Filters.of({"opt_in": "unset"}).people(), None) == 60
    assert lists.add_people(target, Filters.of({"q": "ro"}).people(), None) > 0


def test_a_list_is_an_audience_read_in_pieces(saldi: Import) -> None:
    target = lists.named("Otto", None)
    eight = Contact.objects.order_by("pk")[5:13]
    lists.add_ids(target.pk, [contact.pk for contact in eight])
    audience = Audience.parse(f"list:{target.pk}")
    assert (str(audience), audience.name) == (f"list:{target.pk}", "Lista «Otto»")
    first = recipients(audience, "whatsapp", "marketing", size=5)
    rest = recipients(audience, "whatsapp", "marketing", first[-1].contact_id, size=5)
    assert [row.contact_id for row in first + rest] == [contact.pk for contact in eight]
    assert tally(audience, "whatsapp", "marketing").total == 8
    with pytest.raises(UnknownAudience):
        Audience.parse("list:999")


def test_an_import_fills_a_list(accept: Accept) -> None:
    source = accept(b"Telefono\n+393471234567\n+393471234568\n12\n")
    Import.objects.filter(pk=source.pk).update(into_list=lists.named("Nuovi", None))
    finish(source)
    assert ListMember.objects.filter(list__name="Nuovi").count() == 2


def test_a_person_leaves_a_list_and_a_deleted_contact_too(as_operator: Client) -> None:
    target, anna, bea = lists.named("VIP", None), person(), person("+393200000002")
    lists.add_ids(target.pk, [anna.pk, bea.pk])
    assert "VIP" in content(as_operator, f"/contacts/{anna.pk}/").decode()
    as_operator.post(f"/contacts/lists/{target.pk}/leave/{anna.pk}/")
    delete_contact(bea, None)
    assert not ListMember.objects.exists()


def test_a_deleted_list_leaves_the_people(as_operator: Client) -> None:
    target = lists.named("VIP", None)
    lists.add_ids(target.pk, [person().pk])
    assert "VIP" in content(as_operator, f"/contacts/lists/{target.pk}/delete/").decode()
    as_operator.post(f"/contacts/lists/{target.pk}/delete/")
    assert not ContactList.objects.exists()
    assert Contact.objects.count() == 1


def exported() -> None:
    ContactField.objects.create(name="socio", label="Socio", type="boolean")
    anna = person("+393471234567", first_name="=cmd|'x'", values={"socio": True})
    consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "import")
    person("+393471234568", first_name="Bea")


def test_an_export_holds_what_was_filtered_and_no_formula(as_operator: Client) -> None:
    exported()
    text = content(as_operator, "/contacts/contacts.csv?opt_in=yes").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(row["Nome"], row["Telefono"], row["Socio"], row["Opt-in WhatsApp"]) for row in rows] == [
        ("'=cmd|'x'", "+393471234567", "true", "Sì")
    ]
    assert AuditEntry.objects.filter(deed="contacts_exported").count() == 1


def test_an_exported_workbook_opens_with_everybody(as_operator: Client) -> None:
    exported()
    with load_workbook(io.BytesIO(content(as_operator, "/contacts/contacts.xlsx"))) as book:
        rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Nome"
    assert [row[0] for row in rows[1:]] == ["Bea", "=cmd|'x'"]


def test_viewers_export_and_change_nothing(as_viewer: Client) -> None:
    target = lists.named("VIP", None)
    assert as_viewer.get("/contacts/contacts.csv").status_code == 403
    assert as_viewer.post("/contacts/lists/new/", {"name": "a"}).status_code == 403
    assert as_viewer.post("/contacts/lists/add/").status_code == 403
    assert as_viewer.post(f"/contacts/lists/{target.pk}/delete/").status_code == 403
    assert as_viewer.get("/contacts/lists/").status_code == 200


def test_the_command_line_writes_the_file(tmp_path: Path) -> None:
    exported()
    assert main(["contacts", "export", str(tmp_path / "a.csv"), "--search", "bea"]) == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").count("\n") == 2
