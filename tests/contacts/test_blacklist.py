"""The Blacklist: added to, searched, lifted; it outlives the contact."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from staffetta.accounts.models import AuditEntry, User
from staffetta.cli.main import main
from staffetta.contacts.audiences.audience import Audience
from staffetta.contacts.audiences.recipients import LeftOut, tally
from staffetta.contacts.consents import consent, keep_out
from staffetta.contacts.consents.suppression import ERASED, erased_among, is_suppressed, suppress
from staffetta.contacts.imports import sample
from staffetta.contacts.models import ConsentState, Contact, Import, Suppression
from staffetta.contacts.save_contact import delete_contact
from staffetta.deliveries.ledger.reasons import REASONS
from staffetta.work.clock import now
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
NUMBER = "+393471234567"


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_an_empty_blacklist_says_what_it_is_for(as_operator: Client, as_viewer: Client) -> None:
    assert "/contacts/blacklist/new/" in page(as_operator, "/contacts/blacklist/")
    assert "/contacts/blacklist/new/" not in page(as_viewer, "/contacts/blacklist/")


def test_a_number_is_added_found_shown_with_its_contact_and_lifted(as_operator: Client) -> None:
    contact = person(NUMBER)
    told = {"platform": "whatsapp", "addresses": "+39 347 123 4567", "note": "Ha telefonato"}
    assert as_operator.post("/contacts/blacklist/new/", told).status_code == 302
    assert is_suppressed("whatsapp", NUMBER)
    listed = page(as_operator, "/contacts/blacklist/?q=0039 3471234567")
    assert "Ha telefonato" in listed
    assert "Per sempre" in listed
    assert NUMBER not in listed
    assert "Non è in Blacklist" in page(as_operator, "/contacts/blacklist/?q=3471234568")
    assert "Nella Blacklist" in page(as_operator, f"/contacts/{contact.pk}/")
    row = Suppression.objects.get()
    assert "togliere" in page(as_operator, f"/contacts/blacklist/{row.pk}/lift/").lower()
    assert is_suppressed("whatsapp", NUMBER)
    as_operator.post(f"/contacts/blacklist/{row.pk}/lift/")
    assert not is_suppressed("whatsapp", NUMBER)
    deeds = AuditEntry.objects.values_list("deed", flat=True)
    assert {"suppressed", "suppression_lifted"} <= set(deeds)


def test_a_file_is_taken_and_lines_that_are_no_numbers_come_back_to_be_corrected(as_operator: Client) -> None:
    file = SimpleUploadedFile("numeri.csv", b"Telefono;Nome\n3471234567;A\n+393471234568;B\nboh 1;C\n")
    told = {"platform": "whatsapp", "file": file, "note": "Lista vecchia", "days": "30"}
    shown = as_operator.post("/contacts/blacklist/new/", told).content.decode()
    assert "boh 1" in shown
    assert "correggila" in shown
    assert Suppression.objects.count() == 2
    assert all(row.until and row.until > now() + timedelta(days=29) for row in Suppression.objects.all())


def test_days_over_do_not_count_and_never_shorten_what_is_for_ever(administrator: User) -> None:
    keep_out.keep_out("whatsapp", [NUMBER], "a", 1, administrator)
    Suppression.objects.update(until=now() - timedelta(hours=1))
    assert not is_suppressed("whatsapp", NUMBER)
    assert keep_out.keep_out("whatsapp", [NUMBER], "b", None, administrator) == 1
    assert keep_out.keep_out("whatsapp", [NUMBER], "c", 3, administrator) == 0
    assert Suppression.objects.get().until is None


def test_the_blacklist_outlives_the_contact_and_a_new_import(accept: Accept) -> None:
    contact = person(NUMBER)
    keep_out.keep_out("whatsapp", [NUMBER], "a", None, None)
    delete_contact(contact, None)
    finish(accept(f"Telefono;Opt\n{NUMBER};sì".encode(), {"Telefono": "phone"}, "Opt"))
    assert tally(Audience(), "whatsapp", "marketing").reasons == {LeftOut.SUPPRESSED: 1}


def test_story_b_leaves_out_240_without_opt_in_and_8_in_the_blacklist(saldi: Import) -> None:
    yes = ConsentState.objects.filter(value="yes", purpose="marketing").values("contact")
    eight = Contact.objects.filter(pk__in=yes).order_by("pk").values_list("phone", flat=True)[:8]
    keep_out.keep_out("whatsapp", [phone or "" for phone in eight], "Reclami", None, None)
    found = tally(Audience("import", saldi.pk), "whatsapp", "marketing")
    assert (found.total, found.reachable, found.left_out) == (sample.IMPORTED, 1692, 248)
    assert found.reasons == {LeftOut.NO_OPT_IN: 240, LeftOut.SUPPRESSED: 8}
    assert str(REASONS[LeftOut.SUPPRESSED].what)


def test_the_command_line_adds_lists_and_lifts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["blacklist", "add", NUMBER, "3471234568", "--reason", "Reclamo", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"added": 2}
    assert main(["blacklist", "list", "--json"]) == 0
    assert {row["reason"] for row in json.loads(capsys.readouterr().out)} == {"Reclamo"}
    assert main(["blacklist", "lift", NUMBER]) == 0
    assert Suppression.objects.count() == 1


def test_the_command_line_adds_the_numbers_and_tells_the_lines_that_are_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["blacklist", "add", NUMBER, "boh 1", "--reason", "Reclamo"]) == 1
    assert "boh 1" in capsys.readouterr().err
    assert is_suppressed("whatsapp", NUMBER)


def test_who_was_erased_stays_erased_when_put_in_by_hand(administrator: User) -> None:
    suppress("whatsapp", NUMBER, ERASED)
    keep_out.keep_out("whatsapp", [NUMBER], "Ha telefonato", None, administrator)
    assert erased_among("whatsapp", [NUMBER]) == {NUMBER}


def test_an_opt_out_that_outlives_its_contact_replaces_no_entry_by_hand(administrator: User) -> None:
    """The entry by hand is lifted by hand alone; the opt-out's by any new explicit consent."""
    contact = person(NUMBER)
    consent.record([contact.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    keep_out.keep_out("whatsapp", [NUMBER], "Avvocato", None, administrator)
    delete_contact(contact, None)
    again = person(NUMBER)
    consent.record([again.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Di nuovo")
    assert is_suppressed("whatsapp", NUMBER)


def test_viewers_add_and_lift_nothing(as_viewer: Client) -> None:
    keep_out.keep_out("whatsapp", [NUMBER], "a", None, None)
    assert as_viewer.post("/contacts/blacklist/new/").status_code == 403
    assert as_viewer.post(f"/contacts/blacklist/{Suppression.objects.get().pk}/lift/").status_code == 403


def test_the_greylist_is_what_ends_by_itself(as_operator: Client) -> None:
    keep_out.keep_out("whatsapp", ["+393471234567"], "Per sempre", None, None)
    keep_out.keep_out("whatsapp", ["+393471234568"], "Un mese", 30, None)
    for kind, there, absent in (("ever", "4567", "4568"), ("days", "4568", "4567")):
        shown = page(as_operator, f"/contacts/blacklist/?kind={kind}")
        assert there in shown
        assert absent not in shown
    Suppression.objects.filter(until__isnull=True).delete()
    assert "Nessuno è escluso" in page(as_operator, "/contacts/blacklist/?kind=ever")
