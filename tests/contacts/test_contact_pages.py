"""Pages of the contacts."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Consent, Contact, ContactField, Import
from staffetta.deliveries.models import Delivery, DeliveryKind, DeliveryState
from staffetta.ui import paging
from tests.contacts.people import person

pytestmark = pytest.mark.django_db
ANNA = {"first_name": "Anna", "phone": "+39 347 123 4567", "opt_in": "unset"}


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_an_empty_list_says_what_to_do_next(as_operator: Client, as_viewer: Client) -> None:
    assert "/contacts/imports/new/" in text(as_operator, "/contacts/")
    assert "/contacts/imports/new/" not in text(as_viewer, "/contacts/")


def test_the_list_is_paged_and_costs_the_same_for_any_number(
    as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(60):
        person(f"+3932000000{n:02d}", first_name=f"Persona{n:02d}")
        if n in (1, 59):
            with django_assert_num_queries(8):
                page = text(as_viewer, "/contacts/")
    assert "Persona59" in page
    assert "Persona09" not in page
    assert "?after=" in page


def test_search_and_filters_find_people(as_viewer: Client, saldi: Import) -> None:
    assert "Niccolò" in text(as_viewer, "/contacts/?q=niccolo")
    assert "Niccolò" not in text(as_viewer, "/contacts/?q=davide")
    assert text(as_viewer, "/contacts/?opt_in=no").count("cards-sm") == 1
    outside = person("+393471234567", first_name="Zenobia")
    assert "Zenobia" in text(as_viewer, "/contacts/?opt_in=unset")
    assert "Zenobia" not in text(as_viewer, f"/contacts/?import={saldi.pk}")
    assert "Zenobia" in text(as_viewer, f"/contacts/?q=%23{outside.pk}")
    assert "Nessun contatto trovato" in text(as_viewer, "/contacts/?q=zzz")


def test_filtered_lists_are_paged_without_losing_or_doubling_anybody(as_viewer: Client, saldi: Import) -> None:
    seen, address = list[str](), f"/contacts/?import={saldi.pk}&opt_in=no"
    for _page in range(9):
        shown = text(as_viewer, address)
        seen += re.findall(r'href="/contacts/(\d+)/"', shown)
        following = re.search(r'rel="next" href="([^"]+)"', shown)
        if not following:
            break
        address = f"/contacts/{unescape(following[1])}"
    assert len(seen) == len(set(seen)) == 180


def test_who_is_hard_to_find_is_looked_for_piece_by_piece(as_viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "STRETCH", 2)
    monkeypatch.setattr(paging, "LONG_ENOUGH", 0.0)
    zenobia = person("+393471234567", first_name="Zenobia")
    for number in range(8):
        consent.record([person(f"+3932000000{number:02d}").pk], "whatsapp", consent.BOTH, "yes", "import")
    address, seen = "/contacts/?opt_in=unset", list[str]()
    for _page in range(9):
        seen.append(text(as_viewer, address))
        following = re.search(r'hx-get="([^"]+)" hx-trigger="load"', seen[-1])
        if not following:
            break
        address = f"/contacts/{unescape(following[1])}"
    assert len(seen) == 5
    assert "Finora nessuno: guardato il 22% dei contatti." in seen[0]
    assert "Continua la ricerca" in seen[0]
    assert str(zenobia) in seen[-1]


@pytest.mark.parametrize("asked", ["import=", "after=%00", "q=%22%27"])
def test_odd_addresses_of_the_list_break_nothing(as_viewer: Client, asked: str) -> None:
    person()
    assert as_viewer.get(f"/contacts/?{asked}").status_code == 200


def test_a_contact_made_by_hand_with_its_consent(as_operator: Client) -> None:
    ContactField.objects.create(name="citta", label="Città")
    told = {**ANNA, "opt_in": "yes", "wording": "Al banco, 12 marzo", "own_citta": "Roma"}
    answer = as_operator.post("/contacts/new/", told)
    contact = Contact.objects.get()
    assert answer.headers["Location"] == f"/contacts/{contact.pk}/"
    assert (contact.phone, contact.phone_raw, contact.values) == (
        "+393471234567",
        "+39 347 123 4567",
        {"citta": "Roma"},
    )
    assert {(row.purpose, row.value, row.source, row.wording, row.by_name) for row in Consent.objects.all()} == {
        (purpose, "yes", "hand", "Al banco, 12 marzo", "ottavio") for purpose in ("marketing", "service")
    }
    assert AuditEntry.objects.filter(deed="contact_made", actor_name="ottavio").count() == 1
    page = text(as_operator, f"/contacts/{contact.pk}/")
    assert "Al banco, 12 marzo" in page
    assert "Roma" in page


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"phone": "347 1234567"}, "Numero non valido"),
        ({"phone": ""}, "senza un recapito"),
        ({"telegram_id": "abc"}, "TELEGRAMID non valido"),
        ({"opt_in": "yes"}, "Per un Sì serve la provenienza"),
        ({"phone": "+39 348 000 0000"}, "Appartiene già a un altro contatto: Luca"),
    ],
)
def test_what_cannot_be_saved_is_kept_and_told(as_operator: Client, changed: dict[str, str], error: str) -> None:
    person("+393480000000", first_name="Luca")
    answer = as_operator.post("/contacts/new/", {**ANNA, **changed}).content.decode()
    assert error in answer
    assert 'value="Anna"' in answer
    assert Contact.objects.count() == 1


def test_a_stop_is_lifted_on_the_page_only_with_the_words_of_a_new_consent(as_operator: Client) -> None:
    contact = person("+393471234567", first_name="Anna")
    consent.record([contact.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    address = f"/contacts/{contact.pk}/edit/"
    assert "si è disiscritta" in as_operator.post(address, ANNA).content.decode()
    assert "serve la provenienza" in as_operator.post(address, {**ANNA, "opt_in": "yes"}).content.decode()
    assert consent.opt_in(contact) == "no"
    as_operator.post(address, {**ANNA, "opt_in": "yes", "wording": "Richiamato lui"})
    assert consent.opt_in(contact) == "yes"
    assert Consent.objects.count() == 4


def test_saving_without_a_change_records_nothing(as_operator: Client) -> None:
    contact = person("+393471234567", first_name="Anna")
    consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "import")
    as_operator.post(f"/contacts/{contact.pk}/edit/", {**ANNA, "opt_in": "yes"})
    assert Consent.objects.count() == 2
    assert not AuditEntry.objects.filter(deed="contact_changed").exists()


def test_deleting_asks_and_keeps_what_was_sent(as_operator: Client) -> None:
    contact = person("+393471234567", first_name="Anna")
    consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "import")
    sent = Delivery.objects.create(
        kind=DeliveryKind.TEST, contact=contact, contact_name="Anna", address="393471234567", state=DeliveryState.SENT
    )
    address = f"/contacts/{contact.pk}/delete/"
    page = text(as_operator, address)
    assert "2 registrazioni" in page
    assert "1 messaggio" in page
    assert Contact.objects.exists()
    as_operator.post(address)
    sent.refresh_from_db()
    assert not Contact.objects.exists()
    assert (sent.contact, sent.contact_name, sent.address) == (None, "Anna", "393471234567")
    assert AuditEntry.objects.get(deed="contact_deleted").target_name == "Anna"


def test_a_contacts_page_shows_the_last_messages_in_a_fixed_number_of_queries(
    as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    contact = person(first_name="Anna")
    for n in range(12):
        Delivery.objects.create(kind=DeliveryKind.TEST, contact=contact, template_name=f"prova_{n:02d}", state="failed")
    with django_assert_num_queries(19):
        page = text(as_viewer, f"/contacts/{contact.pk}/")
    assert "prova_11" in page
    assert "prova_01" not in page
    assert "/edit/" not in page


def test_fields_are_added_once(as_operator: Client, as_viewer: Client) -> None:
    as_operator.post("/contacts/fields/new/", {"label": "Città di nascita"})
    assert ContactField.objects.get().name == "citta_di_nascita"
    assert "Esiste già" in as_operator.post("/contacts/fields/new/", {"label": "città di NASCITA"}).content.decode()
    assert "citta_di_nascita" in text(as_viewer, "/contacts/fields/")
    assert ContactField.objects.count() == 1


@pytest.mark.parametrize("address", ["new/", "1/edit/", "1/delete/", "imports/new/", "fields/new/"])
def test_viewers_only_read(as_viewer: Client, address: str) -> None:
    assert as_viewer.post(f"/contacts/{address}").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "leads"), [("merges", "duplicates/"), ("erasures", "")])
def test_an_empty_page_leads_on(as_operator: Client, path: str, leads: str) -> None:
    page = as_operator.get(f"/contacts/{path}/").content.decode()
    assert f'<a class="btn btn-primary" href="/contacts/{leads}">' in page
