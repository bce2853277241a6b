"""Rows stored before text was cleaned are brought to its form, piece by piece; nobody is merged by the machine."""

from typing import Any

import pytest

from staffetta.accounts.models import User
from staffetta.channels.models import TemplateVariant
from staffetta.channels.refreshing import ask, reconcile
from staffetta.contacts.consents import consent
from staffetta.contacts.merging import search_twins
from staffetta.contacts.models import Contact, ContactList
from staffetta.contacts.record_models import Twin
from staffetta.contacts.storage.search import find
from staffetta.work.database import stored_text
from staffetta.work.lanes import LaneContext
from staffetta.work.models import StoredText
from tests.text import hostile

pytestmark = pytest.mark.django_db


def former(phone: str, **held: Any) -> Contact:
    """A contact as it was stored before."""
    return Contact.objects.create(phone=phone, phone_raw=phone, **held)


def test_a_template_stored_before_keeps_its_fingerprint_when_it_is_cleaned_and_holds_nothing(
    provider: hostile.Provider,
) -> None:
    provider.templates = [hostile.template("promo", "Forli\u0300\x07 {{1}}")]
    channel = hostile.connected()
    variant = TemplateVariant.objects.get()
    variant.components = provider.templates[0]["components"]  # as it was stored before
    texts = variant.components, variant.variables, variant.language_raw, variant.category
    variant.fingerprint = former_fingerprint = reconcile.digest(*texts)
    variant.save()
    for _again in range(2):
        hostile.download(ask.ask(channel))
        variant.refresh_from_db()
        assert variant.components == [{"type": "BODY", "text": "Forlì {{1}}"}]
        assert (variant.revision, variant.fingerprint) == (1, former_fingerprint)
    provider.templates = [hostile.template("promo", "Forlì, {{1}}")]
    hostile.download(ask.ask(channel))
    variant.refresh_from_db()
    assert variant.revision == 2
    assert variant.fingerprint != former_fingerprint


def clean_all() -> None:
    while stored_text.clean_piece():
        pass


def test_a_contact_stored_before_is_cleaned_and_found() -> None:
    who = former("+393331230001", first_name="\u200eNiccolo\u0300\u200e", values={"citta": "Forli\u0300", "n": 3})
    clean_all()
    who.refresh_from_db()
    assert (who.first_name, who.values, who.search) == ("Niccolò", {"citta": "Forlì", "n": 3}, "niccolo +393331230001")
    assert list(find(Contact.objects.all(), "niccolo")) == [who]


def test_a_kill_between_two_pieces_loses_nothing_and_a_second_run_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [former(f"+39333123{place:04d}", first_name=f"A\u200b{place}") for place in range(5)]
    monkeypatch.setattr(stored_text, "PIECE", 2)
    monkeypatch.setattr(stored_text, "SECONDS", -1)
    assert stored_text.clean_piece()  # one piece, then "killed"
    assert StoredText.objects.get(model="contacts.Contact").after == people[1].pk
    clean_all()
    assert set(Contact.objects.values_list("first_name", flat=True)) == {f"A{place}" for place in range(5)}
    before = list(Contact.objects.values_list("updated_at", flat=True))
    StoredText.objects.all().delete()
    clean_all()
    assert list(Contact.objects.values_list("updated_at", flat=True)) == before


def test_two_contacts_that_become_equal_are_shown_as_duplicates_and_the_stricter_consent_holds() -> None:
    one = former("+393331230001", external_id="C001", first_name="A")
    other = former("+393331230002", external_id="\u202aC001\u202c", first_name="\u200bB")
    consent.record([one.pk, other.pk], "whatsapp", consent.BOTH, "yes", "import")
    consent.record([one.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    clean_all()
    twin = Twin.objects.get()
    assert (twin.first_id, twin.second_id, twin.dismissed_at) == (one.pk, other.pk, None)
    assert consent.opt_in(other) == consent.opt_in(one) == "no"
    assert consent.has_binding_no(consent.present(other)["whatsapp", "marketing"])
    other.refresh_from_db()
    assert (other.external_id, other.first_name, Contact.objects.count()) == ("\u202aC001\u202c", "B", 2)
    search_twins.ask(None)
    while search_twins.work(LaneContext("test")):
        pass
    assert Twin.objects.filter(dismissed_at=None).count() == 1  # the daily search finds the pair again


def test_a_name_of_a_list_that_another_has_stays_and_the_rest_goes_on() -> None:
    ContactList.objects.create(name="VIP")
    ContactList.objects.create(name="VIP\u200b")
    ContactList.objects.create(name="Nuovi\u200b")
    User.objects.create_user("anna\u200b", "una-password-lunga")
    clean_all()
    assert set(ContactList.objects.values_list("name", flat=True)) == {"VIP", "VIP\u200b", "Nuovi"}
    assert User.objects.get().username == "anna"
    assert StoredText.objects.filter(finished_at=None).count() == 0
