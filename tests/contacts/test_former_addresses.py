"""A number or TELEGRAMID that a merge dropped is remembered: nobody who comes with it is made anew."""

import pytest
from django.test import Client

from staffetta.channels.models import Channel
from staffetta.connectors.messages import Customer
from staffetta.contacts.consents.suppression import is_suppressed
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.merging.unmerge import unmerge
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import FormerAddress, Merge
from staffetta.events.people import contacts_behind
from tests import world as factory
from tests.contacts.people import Accept, finish, person
from tests.sync.any_world import run_over
from tests.sync.world import configuration, counts

pytestmark = pytest.mark.django_db
KEPT, LOST = "+393470000001", "+393470000002"
NAMES = {"Telefono": "phone", "Nome": "first_name"}


@pytest.fixture
def channel(db: None) -> Channel:
    return factory.a_channel()


def merged(kept: str = KEPT, lost: str = LOST, **choices: str) -> tuple[Contact, Merge]:
    stays = person(kept, first_name="Maria")
    done = merge(stays, person(lost, first_name="Mariuccia"), choices, None)
    stays.refresh_from_db()
    return stays, done


def test_an_import_with_it_finds_the_merged_contact_and_leaves_its_number(accept: Accept) -> None:
    contact, _done = merged()
    source = finish(accept(f"Telefono,Nome\n{LOST},Maria Rosa\n".encode(), NAMES))
    assert (source.created, source.updated) == (0, 1)
    contact.refresh_from_db()
    assert (contact.phone, contact.first_name) == (KEPT, "Maria Rosa")


def test_both_numbers_in_one_file_are_one_person(accept: Accept) -> None:
    merged()
    source = finish(accept(f"Telefono,Nome\n{KEPT},Maria Rosa\n{LOST},Mary\n".encode(), NAMES))
    assert (source.created, source.updated, source.reasons) == (0, 1, {"doubled_in_file": 1})
    assert Contact.objects.get().first_name == "Maria Rosa"


def test_a_number_and_a_telegramid_of_one_contact_in_two_rows_are_one_person(accept: Accept) -> None:
    person(KEPT, telegram_id="4711")
    content = f"Telefono,Telegram,Nome\n{KEPT},,Maria\n,4711,Mary\n".encode()
    source = finish(accept(content, NAMES | {"Telegram": "telegram_id"}))
    assert (source.updated, source.reasons) == (1, {"doubled_in_file": 1})


def test_it_is_the_number_of_before_too_when_the_others_was_chosen(accept: Accept) -> None:
    contact, _done = merged(phone="other")
    assert contact.phone == LOST
    assert finish(accept(f"Telefono,Nome\n{KEPT},Maria\n".encode(), NAMES)).created == 0


def test_another_form_of_it_finds_the_contact_too(accept: Accept) -> None:
    merged(lost="+5511987654321")
    assert finish(accept(b"Telefono,Nome\n+551187654321,Maria\n", NAMES)).created == 0
    assert contacts_behind("whatsapp", ["551187654321"]) == {"551187654321": {Contact.objects.get().pk}}


def test_a_sync_with_it_finds_the_merged_contact_and_two_customers_of_one_contact_are_one(channel: Channel) -> None:
    contact, _done = merged()
    made = configuration(channel, [{"kind": "first_name", "contact_field": "first_name"}])
    run = run_over(made, [Customer(LOST[1:], "Mary")])
    assert counts(run) == {"updated": 1}
    contact.refresh_from_db()
    assert (contact.phone, contact.first_name) == (KEPT, "Mary")
    twice = [Customer(place, name) for place, name in ((LOST[1:], "Mary"), (KEPT[1:], "Maria"))]
    for rehearsal in (True, False):
        run = run_over(made, twice.copy(), rehearsal=rehearsal)
        assert counts(run) == {"unchanged": 1, "rejected": 1}
        assert run.rows.get(outcome="rejected").reason == "doubled_key"
    apart = [Customer(LOST[1:], "Mary"), *(Customer(f"39348000000{place}") for place in range(5)), twice[1]]
    assert run_over(made, apart, rehearsal=True).rejected == 1  # on another page
    assert Contact.objects.count() == 1


def test_matched_by_something_else_nobody_is_made_with_it(channel: Channel) -> None:
    merged()
    made = configuration(channel, [], key_customer="codice", key_contact="external_id")
    channel.customer_fields.create(name="codice", type="text")
    run = run_over(made, [Customer(LOST[1:], "Mary", fields={"codice": "A1"})])
    assert run.rows.get().reason == "address_taken"
    assert Contact.objects.count() == 1


def test_who_writes_from_it_is_the_merged_contact() -> None:
    contact, _done = merged()
    assert contacts_behind("whatsapp", [LOST[1:], KEPT[1:]]) == {LOST[1:]: {contact.pk}, KEPT[1:]: {contact.pk}}


def test_whoever_has_the_number_now_comes_first(accept: Accept) -> None:
    merged()
    other = person(LOST, first_name="Ugo")
    finish(accept(f"Telefono,Nome\n{LOST},Ugo Maria\n".encode(), NAMES))
    other.refresh_from_db()
    assert other.first_name == "Ugo Maria"
    assert contacts_behind("whatsapp", [LOST[1:]]) == {LOST[1:]: {other.pk}}


def test_merged_further_and_taken_apart_again_each_number_goes_with_its_contact() -> None:
    first, _done = merged()
    last = person("+393470000003", first_name="Mary")
    further = merge(last, first, {}, None)
    assert set(last.former_addresses.values_list("address", flat=True)) == {KEPT, LOST}
    unmerge(further, None)
    assert list(FormerAddress.objects.values_list("contact", "address")) == [(first.pk, LOST)]


def test_taken_apart_again_nothing_is_remembered() -> None:
    _contact, done = merged()
    unmerge(done, None)
    assert not FormerAddress.objects.exists()


@pytest.mark.parametrize("choice", ["kept", "other"])
def test_an_erased_person_does_not_come_back_with_it(choice: str, accept: Accept) -> None:
    contact, _done = merged(phone=choice)
    certificate = erase(contact, "", None)
    assert certificate.deleted["contacts.formeraddress"] == 1
    assert is_suppressed("whatsapp", LOST)
    assert is_suppressed("whatsapp", KEPT)
    assert finish(accept(f"Telefono,Nome\n{KEPT},A\n{LOST},B\n".encode(), NAMES)).rejected == 2


def test_the_pages_tell_of_it(as_operator: Client) -> None:
    contact, _done = merged()
    assert f"Numero precedente: – → {LOST}" in as_operator.get(f"/contacts/{contact.pk}/history/").content.decode()
    page = as_operator.get(f"/contacts/{contact.pk}/").content.decode()
    assert "Recapiti precedenti" in page.partition("Cronologia")[0]
    other = person("+393470000009")
    asked = as_operator.get(f"/contacts/{contact.pk}/merge/{other.pk}/").content.decode()
    assert "Il numero o il TELEGRAMID non scelto resta noto" in asked
