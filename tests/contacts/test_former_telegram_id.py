"""A TELEGRAMID that a merge dropped is remembered: nobody who comes with it is made anew."""

import pytest
from django.test import Client

from staffetta.accounts.models import User
from staffetta.connectors.messages import Customer
from staffetta.contacts.consents.suppression import is_suppressed
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.merging.unmerge import unmerge
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import FormerAddress, Merge
from staffetta.events.people import contacts_behind
from tests import world as factory
from tests.contacts.people import Accept, finish
from tests.sync.any_world import run_over
from tests.sync.world import configuration, counts

pytestmark = pytest.mark.django_db
KEPT, LOST = "471100001", "471100002"
NAMES = {"Telegram": "telegram_id", "Nome": "first_name"}
FIRST_NAME = {"kind": "first_name", "contact_field": "first_name"}


def merged(**choices: str) -> tuple[Contact, Merge]:
    """Return the merged contact, with the TELEGRAMID of the one that stayed unless chosen otherwise."""
    stays = Contact.objects.create(telegram_id=KEPT, first_name="Maria")
    done = merge(stays, Contact.objects.create(telegram_id=LOST, first_name="Mariuccia"), choices, None)
    stays.refresh_from_db()
    return stays, done


@pytest.mark.parametrize(("choice", "has", "had"), [("kept", KEPT, LOST), ("other", LOST, KEPT)])
def test_an_import_with_it_finds_the_merged_contact_and_leaves_its_own(
    choice: str, has: str, had: str, accept: Accept
) -> None:
    contact, _done = merged(telegram_id=choice)
    source = finish(accept(f"Telegram,Nome\n{had},Maria Rosa\n{has},Mary\n".encode(), NAMES))
    assert (source.created, source.updated, source.reasons) == (0, 1, {"doubled_in_file": 1})
    contact.refresh_from_db()
    assert (contact.telegram_id, contact.first_name) == (has, "Maria Rosa")


def test_a_sync_with_it_finds_the_merged_contact() -> None:
    contact, _done = merged()
    made = configuration(factory.a_channel(platform="telegram"), [FIRST_NAME], key_contact="telegram_id")
    assert counts(run_over(made, [Customer(LOST, "Mary")])) == {"updated": 1}
    contact.refresh_from_db()
    assert (contact.telegram_id, contact.first_name) == (KEPT, "Mary")
    run = run_over(made, [Customer(LOST, "Mary"), Customer(KEPT, "Maria")])
    assert counts(run) == {"unchanged": 1, "rejected": 1}
    assert Contact.objects.count() == 1


def test_matched_by_something_else_nobody_is_made_with_it() -> None:
    merged()
    channel = factory.a_channel(platform="telegram")
    channel.customer_fields.create(name="codice", type="text")
    made = configuration(channel, [], key_customer="codice", key_contact="external_id")
    assert run_over(made, [Customer(LOST, "Mary", fields={"codice": "A1"})]).rows.get().reason == "address_taken"
    assert Contact.objects.count() == 1


def test_no_field_of_a_customer_gives_it_to_another() -> None:
    merged()
    Contact.objects.create(phone="+393470000001", first_name="Ugo")
    rows = [{"customer_field": "tg", "type_seen": "text", "contact_field": "telegram_id"}]
    channel = factory.a_channel()
    channel.customer_fields.create(name="tg", type="text")
    run = run_over(configuration(channel, rows), [Customer("393470000001", "Ugo", fields={"tg": LOST})])
    assert [row.reason for row in run.rows.all()] == ["telegram_id_taken"]


def test_who_writes_from_it_is_the_merged_contact_unless_another_has_it_now() -> None:
    contact, _done = merged()
    assert contacts_behind("telegram", [LOST, KEPT]) == {LOST: {contact.pk}, KEPT: {contact.pk}}
    other = Contact.objects.create(telegram_id=LOST)
    assert contacts_behind("telegram", [LOST]) == {LOST: {other.pk}}


def test_taken_apart_again_nothing_is_remembered() -> None:
    _contact, done = merged()
    assert FormerAddress.objects.get().address == LOST
    unmerge(done, None)
    assert not FormerAddress.objects.exists()


def test_an_erased_person_does_not_come_back_with_it(accept: Accept) -> None:
    contact, _done = merged()
    assert erase(contact, "", None).deleted["contacts.formeraddress"] == 1
    assert is_suppressed("telegram", LOST)
    assert finish(accept(f"Telegram,Nome\n{LOST},B\n".encode(), NAMES)).rejected == 1


@pytest.mark.parametrize(
    ("language", "there", "then"),
    [("it", "Recapiti precedenti", "TELEGRAMID precedente"), ("en", "Former addresses", "Former TELEGRAMID")],
)
def test_the_pages_tell_of_it(language: str, there: str, then: str, as_operator: Client) -> None:
    contact, _done = merged()
    User.objects.update(language=language)
    page = as_operator.get(f"/contacts/{contact.pk}/").content.decode()
    assert there in page
    assert f"TELEGRAMID {LOST}" in page
    assert f"{then}: – → {LOST}" in as_operator.get(f"/contacts/{contact.pk}/history/").content.decode()
