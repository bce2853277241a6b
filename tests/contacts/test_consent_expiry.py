"""A consent may end by itself: from then on it counts as not set, everywhere, by the platform's clock."""

from datetime import timedelta

import pytest
from django.test import Client

from staffetta.contacts.audiences.audience import Audience
from staffetta.contacts.audiences.recipients import LeftOut, recipient, tally
from staffetta.contacts.consents import consent
from staffetta.contacts.exports import export
from staffetta.contacts.filters import Filters
from staffetta.contacts.models import Consent, Contact
from staffetta.work.clock import now
from tests.contacts.people import person

pytestmark = pytest.mark.django_db


def until(days: int) -> Contact:
    contact = person("+393477770001", first_name="Anna")
    ends = now() + timedelta(days=days)
    said = {"wording": "Modulo", "expires_at": ends}
    consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "hand", **said)  # type: ignore[arg-type]
    return contact


@pytest.mark.parametrize(("days", "counts"), [(1, True), (-1, False)])
def test_it_is_asked_wherever_a_consent_counts(days: int, counts: bool, as_viewer: Client) -> None:
    contact = until(days)
    found = recipient(contact.pk, "whatsapp", "marketing")
    assert found is not None
    assert found.reason == (LeftOut.NO if counts else LeftOut.NO_OPT_IN)
    assert tally(Audience(), "whatsapp", "service").reachable == int(counts)
    assert consent.opt_in(contact) == ("yes" if counts else "unset")
    assert Filters.of({"opt_in": "yes"}).people().exists() is counts
    assert Filters.of({"opt_in": "unset"}).people().exists() is not counts
    exported = b"".join(export.encoded(Contact.objects.all(), "csv")).decode("utf-8-sig").splitlines()[1]
    assert exported.endswith(("Yes", "Sì")) is counts
    page = as_viewer.get(f"/contacts/{contact.pk}/").content.decode()
    assert ("era valido fino" in page) is not counts


def test_a_yes_that_is_over_can_be_given_again_by_anybody_and_a_no_never_ends() -> None:
    contact = until(-1)
    assert consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "import").changed
    assert consent.opt_in(contact) == "yes"
    ends = now() - timedelta(days=1)
    consent.record([contact.pk], "whatsapp", consent.BOTH, "no", "stop_word", expires_at=ends)
    assert consent.opt_in(contact) == "no"
    assert not consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "import").changed


def test_the_last_day_is_typed_beside_the_yes(as_operator: Client) -> None:
    form = {"first_name": "Anna", "phone": "+393477770001", "opt_in": "yes", "wording": "Modulo"}
    refused = as_operator.post("/contacts/new/", {**form, "expires_on": "2020-01-01"})
    assert "già passato" in refused.content.decode()
    as_operator.post("/contacts/new/", {**form, "expires_on": "2999-01-01"})
    contact = Contact.objects.get()
    assert {row.expires_at.year for row in Consent.objects.filter(contact=contact) if row.expires_at} == {2999}
    page = as_operator.get(f"/contacts/{contact.pk}/").content.decode()
    assert "2999" in page
