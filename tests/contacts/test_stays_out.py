"""Who opted out or is suppressed stays out, whichever way the person comes in again; only a new explicit consent helps.

The sync's way in: tests/sync/test_runs.py.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from staffetta.contacts.audiences.recipients import recipient
from staffetta.contacts.consents import consent, keep_out, state_consent
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.merging.unmerge import unmerge
from staffetta.contacts.models import Contact
from staffetta.contacts.phones.phone import forms
from staffetta.contacts.save_contact import delete_contact
from staffetta.work.clock import now
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "+551187654321", "+5511987654321"  # two forms of one number
SECOND = "+393477770009"
Out = Callable[[Contact], None]


def wrote_stop(contact: Contact) -> None:
    consent.record([contact.pk], "whatsapp", consent.BOTH, "no", "stop_word")


def stopped_there(contact: Contact) -> None:
    consent.record([contact.pk], "whatsapp", consent.BOTH, "no", "stopped")


def said_no_to_us(contact: Contact) -> None:
    consent.record([contact.pk], "whatsapp", consent.BOTH, "no", "hand")


def blacklisted(contact: Contact) -> None:
    agree(contact)
    keep_out.keep_out("whatsapp", [contact.phone or ""], "Ha chiesto", None, None)


def greylisted(contact: Contact) -> None:
    agree(contact)
    keep_out.keep_out("whatsapp", [contact.phone or ""], "Troppi messaggi", 30, None)


OUT = [wrote_stop, stopped_there, said_no_to_us, blacklisted, greylisted]


def agree(contact: Contact) -> None:
    consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "import")


def reachable() -> list[str]:
    """Return the numbers of those a communication would go to now."""
    people = Contact.objects.order_by("pk")
    judged = (recipient(contact.pk, "whatsapp", "marketing") for contact in people)
    return [found.address for found in judged if found and not found.reason]


@pytest.fixture(params=OUT, ids=lambda out: out.__name__)
def outsider(request: pytest.FixtureRequest) -> Contact:
    contact = person(NUMBER, first_name="Anna")
    agree(contact)
    request.param(contact)
    assert reachable() == []
    return contact


def bring_in(accept: Accept, *numbers: str) -> None:
    rows = "".join(f"{number},Sì\n" for number in numbers)
    finish(accept(f"Telefono,Opt\n{rows}".encode(), consent="Opt"))


@pytest.mark.parametrize("number", [NUMBER, OTHER])
def test_over_an_import_in_whatever_form_of_the_number(outsider: Contact, accept: Accept, number: str) -> None:
    bring_in(accept, number)
    assert reachable() == []
    assert Contact.objects.count() == 1


def test_over_the_explicit_step_of_an_import(outsider: Contact, accept: Accept) -> None:
    source = finish(accept(f"Telefono\n{NUMBER}\n".encode()))
    state_consent.state(
        source, None, where="Negozio", wording="Accetto", given_on=date(2026, 1, 1), purpose="marketing"
    )
    finish(source)
    assert reachable() == []


@pytest.mark.parametrize("stays", ["outsider", "newcomer"])
@pytest.mark.parametrize("phone", ["kept", "other"])
def test_over_a_merge_and_an_import_of_both_numbers_after_it(
    outsider: Contact, accept: Accept, stays: str, phone: str
) -> None:
    newcomer = person(SECOND, first_name="Annetta")
    agree(newcomer)
    kept, lost = (outsider, newcomer) if stays == "outsider" else (newcomer, outsider)
    merge(kept, lost, {"phone": phone}, None)
    assert reachable() == []
    bring_in(accept, NUMBER, SECOND)
    assert not {number.removeprefix("+") for number in forms(NUMBER)} & set(reachable())


def test_over_a_merge_that_is_undone(outsider: Contact) -> None:
    newcomer = person(SECOND)
    agree(newcomer)
    unmerge(merge(newcomer, outsider, {}, None), None)
    assert reachable() == [SECOND.removeprefix("+")]


@pytest.mark.parametrize("number", [NUMBER, OTHER])
def test_over_a_deletion_and_an_import_after_it(outsider: Contact, accept: Accept, number: str) -> None:
    delete_contact(outsider, None)
    bring_in(accept, number)
    assert reachable() == []


@pytest.mark.parametrize("number", [NUMBER, OTHER])
def test_over_an_erasure_an_import_and_an_entry_by_hand(outsider: Contact, accept: Accept, number: str) -> None:
    erase(outsider, "", None)
    bring_in(accept, number)
    assert not Contact.objects.exists()
    agree(person(number))
    assert reachable() == []


def test_a_greylist_ends_by_itself() -> None:
    contact = person(NUMBER)
    greylisted(contact)
    assert reachable() == []
    row = keep_out.entries_of("whatsapp", [NUMBER])[0]
    row.until = now() - timedelta(seconds=1)
    row.save()
    assert reachable() == [NUMBER.removeprefix("+")]
