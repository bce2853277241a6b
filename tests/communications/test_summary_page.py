"""The draft's page: who gets it and who does not, the preview on a person, the test send, the start."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.communications.models import Communication
from staffetta.contacts.consents.suppression import suppress
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Delivery
from tests.communications import made


def page_of(client: Client, draft: Communication, query: str = "") -> str:
    return client.get(f"/communications/{draft.pk}/{query}").content.decode()


def test_the_summary_counts_who_gets_it_and_who_does_not(channel: Channel, as_operator: Client) -> None:
    """The numbers of story B, one hundredth of them: 17 Sì, 2 No, 1 not set, one of the Sì in the Blacklist."""
    yes = made.people(17)
    made.people(2, opt_in="no", start=100)
    made.people(1, opt_in="", start=200)
    suppress("whatsapp", (yes[0].phone or "").removeprefix("+"), "hand")
    page = page_of(as_operator, made.draft(channel))
    assert "Avvia l’invio a 16 persone" in page
    assert "su 20 persone nell’audience" in page
    assert "Opt-in WhatsApp non impostato su Sì" in page
    assert "Nella Blacklist" in page


def test_a_missing_value_without_fallback_is_counted(channel: Channel, as_operator: Client) -> None:
    made.people(2)
    made.people(3, start=50, named=False)
    page = page_of(as_operator, made.draft(channel, fallback=None))
    assert "Avvia l’invio a 2 persone" in page
    assert "Manca un valore, e non c’è un valore predefinito" in page


def test_nobody_is_a_red_zero_and_cannot_be_started(channel: Channel, as_operator: Client) -> None:
    made.people(2, opt_in="no")
    draft = made.draft(channel)
    page = page_of(as_operator, draft)
    assert "0 destinatari" in page
    assert "Avvia l’invio" not in page
    as_operator.post(f"/communications/{draft.pk}/start/", {"expected": "0"})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_large_audience_is_counted_after_the_page(channel: Channel, as_operator: Client) -> None:
    made.people(2501)
    draft = made.draft(channel, template="promo_estate")
    page = page_of(as_operator, draft)
    assert f'hx-get="/communications/{draft.pk}/summary/"' in page
    assert "Avvia l’invio" not in page
    part = as_operator.get(f"/communications/{draft.pk}/summary/").content.decode()
    assert "Avvia l’invio a 2.501 persone" in part
    assert "Avvia l’invio a 2.501 persone" in page_of(as_operator, draft, "?count=1")


def test_the_preview_shows_the_message_of_a_person_with_a_name(channel: Channel, as_operator: Client) -> None:
    made.people(1)
    page = page_of(as_operator, made.draft(channel))
    assert 'Ciao <span class="var">Nome0</span>' in page
    assert "<strong>saldi</strong>" in page
    assert made.PHOTO in page


def test_the_preview_of_a_person_without_a_name_shows_the_fallback(channel: Channel, as_operator: Client) -> None:
    made.people(1)
    nameless = made.people(1, start=9, named=False)[0]
    part = as_operator.get(f"/communications/{made.draft(channel).pk}/preview/?contact={nameless.pk}").content.decode()
    assert 'Ciao <span class="var">cliente</span>' in part
    assert "<html" not in part


def test_the_preview_marks_what_is_missing(channel: Channel, as_operator: Client) -> None:
    nameless = made.people(1, named=False)[0]
    draft = made.draft(channel, fallback=None)
    part = as_operator.get(f"/communications/{draft.pk}/preview/?contact={nameless.pk}").content.decode()
    assert '<span class="var missing">{{1}}</span>' in part
    assert "Aggiungi un valore predefinito".lower() in part.lower()


def test_a_picture_that_was_not_seen_is_not_loaded(channel: Channel, as_operator: Client) -> None:
    made.people(1)
    draft = made.draft(channel)
    Communication.objects.update(media_check={"url": made.PHOTO, "problem": "unreachable"})
    page = page_of(as_operator, draft)
    assert "<img" not in page
    assert "Non è stato possibile controllare il file" in page


def test_contacts_can_be_searched_for(channel: Channel, as_operator: Client) -> None:
    made.people(30)
    wanted = Contact.objects.create(first_name="Giulia", phone="+393209999999")
    part = as_operator.get(f"/communications/{made.draft(channel).pk}/contacts/?q=giul").content.decode()
    assert "Giulia" in part
    assert "Nome0" not in part
    assert f'value="{wanted.pk}" disabled' in part  # no opt-in


def test_a_test_goes_to_the_chosen_only_and_stays_outside_the_numbers(channel: Channel, as_operator: Client) -> None:
    me, _other = made.people(2)
    draft = made.draft(channel)
    as_operator.post(f"/communications/{draft.pk}/test/", {"to": [me.pk]})
    row = Delivery.objects.get()
    assert (row.kind, row.contact, row.state, row.communication) == ("test", me, "waiting", draft)
    assert AuditEntry.objects.filter(deed="test_sent").exists()
    assert not draft.counts.exists()
    assert "Invii di test" in page_of(as_operator, draft)


def test_a_test_to_somebody_without_opt_in_is_refused_with_the_reason(channel: Channel, as_operator: Client) -> None:
    person = made.people(1, opt_in="no")[0]
    answer = as_operator.post(f"/communications/{made.draft(channel).pk}/test/", {"to": [person.pk]}, follow=True)
    assert "Opt-in WhatsApp non impostato su Sì" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_starting_hands_it_to_the_ledger(channel: Channel, as_operator: Client) -> None:
    made.people(3)
    draft = made.draft(channel)
    as_operator.post(f"/communications/{draft.pk}/start/", {"expected": "3"})
    draft.refresh_from_db()
    assert (draft.state, str(draft.started_by)) == ("planning", "ottavio")
    assert AuditEntry.objects.filter(deed="communication_started").exists()


def test_a_number_that_moved_meanwhile_asks_again(channel: Channel, as_operator: Client) -> None:
    made.people(3)
    draft = made.draft(channel)
    made.people(1, start=10)
    answer = as_operator.post(f"/communications/{draft.pk}/start/", {"expected": "3"}, follow=True)
    assert "il numero di persone è cambiato" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_template_off_stops_the_start_and_says_what_to_do(channel: Channel, as_operator: Client) -> None:
    made.people(3)
    draft = made.draft(channel)
    Template.objects.filter(name="novita_foto", channel=channel).update(active=False)
    page = page_of(as_operator, draft)
    assert "Il template è disattivato." in page
    assert "Avvia l’invio a" not in page
    as_operator.post(f"/communications/{draft.pk}/start/", {"expected": "3"})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_changed_template_shows_the_difference_and_can_be_accepted(channel: Channel, as_operator: Client) -> None:
    made.people(1)
    draft = made.draft(channel, template="promo_estate")
    TemplateVariant.objects.filter(communications=draft).update(
        components=[{"type": "BODY", "text": "Solo oggi: sconto del 30%."}], fingerprint="new", revision=2
    )
    page = page_of(as_operator, draft)
    assert "sconto del 20%" in page
    assert "sconto del 30%" in page
    as_operator.post(f"/communications/{draft.pk}/resume/")
    draft.refresh_from_db()
    assert draft.accepted_fingerprint == "new"
    assert "Accetta com’è adesso" not in page_of(as_operator, draft)


def test_other_variables_have_to_be_chosen_anew(channel: Channel, as_operator: Client) -> None:
    draft = made.draft(channel, template="promo_estate")
    variables = [{"key": "1", "component": "body", "kind": "text"}]
    TemplateVariant.objects.filter(communications=draft).update(variables=variables, fingerprint="new", revision=2)
    assert "Accetta com’è adesso" not in page_of(as_operator, draft)
    assert as_operator.post(f"/communications/{draft.pk}/resume/").status_code == 409
    draft.refresh_from_db()
    assert draft.accepted_fingerprint != "new"


def test_a_draft_can_be_copied_and_deleted(channel: Channel, as_operator: Client) -> None:
    draft = made.draft(channel)
    answer = as_operator.post(f"/communications/{draft.pk}/duplicate/")
    copy = Communication.objects.exclude(pk=draft.pk).get()
    assert answer.headers["Location"] == f"/communications/{copy.pk}/"
    assert (copy.name, copy.mapping, copy.variant) == ("Saldi d'estate (copia)", draft.mapping, draft.variant)
    assert "sarà eliminata" in as_operator.get(f"/communications/{copy.pk}/delete/").content.decode()
    as_operator.post(f"/communications/{copy.pk}/delete/")
    assert Communication.objects.get() == draft


def test_viewers_see_and_change_nothing(channel: Channel, as_viewer: Client) -> None:
    made.people(1)
    draft = made.draft(channel)
    page = page_of(as_viewer, draft)
    assert "Avvia l’invio" not in page
    assert "Modifica" not in page
    for deed in ("start", "stop", "resume", "duplicate", "delete", "test"):
        assert as_viewer.post(f"/communications/{draft.pk}/{deed}/").status_code == 403


def test_the_page_takes_the_same_queries_whatever_the_audience(
    channel: Channel, as_operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made.people(5)
    draft = made.draft(channel)
    page_of(as_operator, draft)
    with django_assert_num_queries(DRAFT_QUERIES):
        page_of(as_operator, draft)
    made.people(500, start=100)
    with django_assert_num_queries(DRAFT_QUERIES):
        page_of(as_operator, draft)


DRAFT_QUERIES = 14
"""One of them asks whose item is set aside: nobody in trouble is written to."""


@pytest.mark.parametrize("deed", ["start", "resume", "duplicate", "test"])
def test_changes_are_posts_only(channel: Channel, as_operator: Client, deed: str) -> None:
    assert as_operator.get(f"/communications/{made.draft(channel).pk}/{deed}/").status_code == 405
