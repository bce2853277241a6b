"""A call to a number that a merge dropped, or to another form of somebody's number: nobody is made anew."""

import pytest

from staffetta.channels.models import Channel
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Delivery
from tests.api.caller import Caller
from tests.api.test_send import pointers, problem
from tests.communications import made

FORMER = "+393330000001"


@pytest.fixture
def merged(channel: Channel) -> Contact:
    """The merged contact has +393330000000; the definition makes contacts."""
    made.order_confirmation(channel, creates_contacts=True)
    kept, lost = made.people(2)
    merge(kept, lost, {}, None)
    return kept


@pytest.mark.parametrize("recipient", [FORMER, {"phone": FORMER}, {"phone": FORMER, "follow": False}])
def test_a_former_number_is_refused_and_nobody_is_made_anew(merged: Contact, caller: Caller, recipient: object) -> None:
    body = problem(caller.send(recipient=recipient), 422, "recipient_merged")
    assert pointers(body) == ["#/recipient" if isinstance(recipient, str) else "#/recipient/phone"]
    assert body["title"] == "Numero precedente di un contatto"
    assert "follow" in body["detail"]
    assert "393330000" not in str(body)
    assert list(Contact.objects.all()) == [merged]
    assert not Delivery.objects.exists()


def test_the_refusal_is_told_in_english_too(merged: Contact, caller: Caller) -> None:
    caller.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert problem(caller.send(recipient=FORMER), 422, "recipient_merged")["title"] == "Former number of a contact"


def test_followed_it_is_written_to_at_the_present_number(merged: Contact, caller: Caller) -> None:
    assert caller.send(recipient={"phone": FORMER, "follow": True}).status_code == 202
    row = Delivery.objects.get()
    assert (row.contact, row.address) == (merged, "393330000000")
    assert list(Contact.objects.all()) == [merged]


def test_whoever_has_the_number_now_is_written_to_there(merged: Contact, caller: Caller) -> None:
    other = Contact.objects.create(phone=FORMER, first_name="Ugo")
    answer = caller.send(recipient={"phone": FORMER, "follow": True}, consent={"source": "checkout", "text": "Sì"})
    assert answer.status_code == 202
    row = Delivery.objects.get()
    assert (row.contact, row.address) == (other, FORMER[1:])


def test_another_form_of_a_number_finds_its_contact(merged: Contact, caller: Caller) -> None:
    brazilian = Contact.objects.create(phone="+5511987654321", first_name="Rita")
    answer = caller.send(recipient="+551187654321", consent={"source": "checkout", "text": "Sim"})
    assert answer.status_code == 202
    assert Delivery.objects.get().contact == brazilian
