"""An import cancelled, and an import taken back."""

import json

import pytest
from django.test import Client

from staffetta.cli.main import main
from staffetta.contacts.consents import consent
from staffetta.contacts.imports import import_file, undo_import
from staffetta.contacts.lists import lists
from staffetta.contacts.models import Contact, ContactActivity, Import, ImportState
from staffetta.work.clock import now
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
MAPPING = {"Telefono": "phone", "Nome": "first_name", "Citta": "citta"}
CONTENT = """Telefono;Nome;Citta;Opt
+393471234561;Anna;Roma;sì
+393471234562;Bea;Bari;sì
+393471234563;Carla;;no
+393471234564;Dora;Pisa;sì
""".encode()


def done(accept: Accept) -> Import:
    return finish(accept(CONTENT, MAPPING, "Opt"))


def test_undo_deletes_whom_it_made_and_restores_what_it_replaced(accept: Accept, as_operator: Client) -> None:
    before = person("+393471234561", first_name="Annina", values={"cap": "00100"})
    source = done(accept)
    assert "annullare" in as_operator.get(f"/contacts/imports/{source.pk}/undo/").content.decode().lower()
    as_operator.post(f"/contacts/imports/{source.pk}/undo/")
    finish(source)
    assert (source.state, source.undone) == ("undone", {"removed": 3, "restored": 1, "kept": 0})
    kept = Contact.objects.get()
    assert (kept.pk, kept.first_name, kept.values) == (before.pk, "Annina", {"cap": "00100"})
    assert kept.search.startswith("annina")
    assert consent.opt_in(kept) == "unset"
    assert "3 eliminati, 1 ripristinati" in as_operator.get(f"/contacts/imports/{source.pk}/").content.decode()


def test_undo_is_a_line_of_the_contacts_history(accept: Accept, as_operator: Client) -> None:
    before = person("+393471234561", first_name="Annina")
    source = done(accept)
    undo_import.undo(source, None)
    finish(source)
    (line,) = before.changes.all()
    assert (line.source, line.changes) == ("import_undo", {"first_name": ["Anna", "Annina"], "citta": ["Roma", None]})
    page = as_operator.get(f"/contacts/{before.pk}/").content.decode()
    assert "Importazione annullata: sono tornati i valori di prima" in page


def test_who_was_changed_or_written_to_since_stays(accept: Accept) -> None:
    source = done(accept)
    changed, written = Contact.objects.order_by("pk")[:2]
    changed.updated_at = now()
    changed.save()
    ContactActivity.objects.create(contact=written, platform="whatsapp", last_sent_at=now())
    assert undo_import.undo(source, None)
    finish(source)
    assert source.undone == {"removed": 2, "restored": 0, "kept": 2}
    assert set(Contact.objects.all()) == {changed, written}


def test_a_no_of_the_file_stays_and_a_yes_of_before_too(accept: Accept) -> None:
    agreed, refused = person("+393471234561"), person("+393471234563")
    consent.record([agreed.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Al banco")
    source = done(accept)
    undo_import.undo(source, None)
    finish(source)
    assert (consent.opt_in(agreed), consent.opt_in(refused)) == ("yes", "no")


def test_only_whom_the_import_put_into_the_list_leaves_it(accept: Accept, as_operator: Client) -> None:
    before, unchanged = person("+393471234561"), person("+393471234562", first_name="Bea", values={"citta": "Bari"})
    club = lists.named("Club", None)
    lists.add_ids(club.pk, [before.pk])
    source = accept(CONTENT, MAPPING)
    Import.objects.filter(pk=source.pk).update(into_list=club)
    finish(source)
    lists.add_people(club, Contact.objects.filter(phone="+393471234563"), None)
    other = accept(b"Telefono\n+393471234564\n", {"Telefono": "phone"})
    Import.objects.filter(pk=other.pk).update(into_list=club)
    finish(other)
    assert club.members.count() == 4
    page = as_operator.get(f"/contacts/imports/{source.pk}/undo/").content.decode()
    assert "Chi è entrato nella lista «Club» con questa importazione ne esce." in page
    undo_import.undo(source, None)
    finish(source)
    kept = {"+393471234561", "+393471234564"}  # Carla goes as a contact, Dora came with the other file too
    assert set(club.members.values_list("contact__phone", flat=True)) == kept
    assert Contact.objects.filter(pk=unchanged.pk).exists()


def test_who_was_put_into_the_list_again_by_hand_stays_in_it(accept: Accept) -> None:
    people = [person("+393471234561", first_name="Anna", values={"citta": "Roma"}), person("+393471234562")]
    club = lists.named("Club", None)
    source = accept(CONTENT, MAPPING)
    Import.objects.filter(pk=source.pk).update(into_list=club)
    finish(source)
    assert lists.add_people(club, Contact.objects.filter(pk=people[0].pk), None) == 0
    undo_import.undo(source, None)
    finish(source)
    assert list(club.members.values_list("contact", flat=True)) == [people[0].pk]


def test_an_import_that_only_filled_a_list_can_be_undone(accept: Accept) -> None:
    person("+393471234561")
    club = lists.named("Club", None)
    source = accept(b"Telefono\n+393471234561\n", {"Telefono": "phone"})
    Import.objects.filter(pk=source.pk).update(into_list=club)
    finish(source)
    assert (source.unchanged, club.members.count()) == (1, 1)
    assert undo_import.undo(source, None)
    finish(source)
    assert not club.members.exists()
    assert Contact.objects.exists()


def test_undo_happens_once_and_not_before_the_end(accept: Accept) -> None:
    source = accept(CONTENT, MAPPING)
    assert not undo_import.undo(source, None)
    finish(source)
    assert undo_import.undo(source, None)
    assert not undo_import.undo(source, None)


def test_a_cancelled_import_takes_no_further_row(accept: Accept, as_operator: Client) -> None:
    source = accept(CONTENT, MAPPING)
    as_operator.post(f"/contacts/imports/{source.pk}/cancel/")
    finish(source)
    assert source.state == ImportState.CANCELLED
    assert not source.file
    assert not Contact.objects.exists()
    assert not import_file.cancel(source, None)


def test_viewers_take_nothing_back(accept: Accept, as_viewer: Client) -> None:
    source = done(accept)
    for deed in ("cancel", "undo"):
        assert as_viewer.post(f"/contacts/imports/{source.pk}/{deed}/").status_code == 403


def test_the_command_line_lists_and_undoes(accept: Accept, capsys: pytest.CaptureFixture[str]) -> None:
    source = done(accept)
    assert main(["contacts", "imports", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["created"] == 4
    assert main(["contacts", "undo", str(source.pk)]) == 0
    finish(source)
    assert not Contact.objects.exists()
