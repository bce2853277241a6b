"""Composing a communication in the browser's terms: one form that grows, keeps what was typed, and saves a draft."""

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Channel
from staffetta.communications.hold import audience_of
from staffetta.communications.models import Communication
from staffetta.communications.start import Refusal, refusal_of
from staffetta.contacts.audiences import recipients
from staffetta.contacts.lists import lists
from tests.communications import made

NEW = "/communications/new/"


def typed(channel: Channel, **more: str) -> dict[str, str]:
    return {
        "name": "Saldi d'estate",
        "platform": "whatsapp",
        "channel": str(channel.pk),
        "template": "promo_estate",
        "language": "it",
        "audience": "all",
        **more,
    }


def test_with_several_channels_one_is_asked_for(channel: Channel, as_operator: Client) -> None:
    page = as_operator.get(NEW).content.decode()
    assert "Canale Sinch Engage" in page
    assert "Assistenza clienti" in page
    assert "Novità e offerte" in page
    assert "promo_estate" not in page


def test_choosing_a_channel_offers_its_usable_templates(channel: Channel, as_operator: Client) -> None:
    off = made.the_variant(channel, "promo_estate").template
    off.active = False
    off.save()
    made.the_variant(channel, "conferma_ordine").__class__.objects.filter(template__name="conferma_ordine").update(
        status="paused"
    )
    answer = as_operator.post(NEW, {"channel": channel.pk, "update": "1"}, headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert "novita_foto" in part
    assert "promo_estate" not in part
    assert "conferma_ordine" not in part
    assert "<html" not in part


def test_choosing_a_template_shows_its_variables_and_its_phone(channel: Channel, as_operator: Client) -> None:
    asked = {"channel": channel.pk, "template": "novita_foto", "name": "La mia", "update": "1"}
    part = as_operator.post(NEW, asked, headers={"HX-Request": "true"}).content.decode()
    assert 'name="source_1"' in part
    assert 'name="fallback_1"' in part
    assert 'name="header_media"' in part
    assert 'name="source_header"' not in part
    assert "<strong>saldi</strong>" in part
    assert 'value="La mia"' in part
    assert "invalid-feedback" not in part


def test_the_own_language_is_chosen_first(channel: Channel, as_operator: Client) -> None:
    asked = {"channel": channel.pk, "template": "promo_estate", "update": "1"}
    part = as_operator.post(NEW, asked, headers={"HX-Request": "true"}).content.decode()
    assert '<option value="it" selected>' in part


def test_a_template_page_leads_to_the_form_with_the_template_chosen(channel: Channel, as_operator: Client) -> None:
    page = as_operator.get(NEW, {"variant": made.the_variant(channel, "promo_estate", "en").pk}).content.decode()
    assert '<option value="promo_estate" selected>' in page
    assert '<option value="en" selected>' in page


def test_saving_makes_a_draft_with_names_frozen(channel: Channel, as_operator: Client) -> None:
    answer = as_operator.post(NEW, typed(channel))
    draft = Communication.objects.get()
    assert answer.headers["Location"] == f"/communications/{draft.pk}/"
    assert (draft.channel_name, draft.template_name, draft.template_language) == (
        "Assistenza clienti",
        "promo_estate",
        "it",
    )
    assert draft.accepted_revision == 1
    assert draft.accepted_contract["variables"] == []
    assert AuditEntry.objects.filter(deed="communication_created", actor_name="ottavio").exists()


def test_each_variable_gets_a_source_and_a_fallback(channel: Channel, as_operator: Client) -> None:
    form = typed(
        channel,
        template="conferma_ordine",
        source_1="field:first_name",
        fallback_1="cliente",
        source_2="text",
        text_2="A-1",
    )
    as_operator.post(NEW, form)
    assert Communication.objects.get().mapping == {
        "1": {"source": "field:first_name", "fallback": "cliente"},
        "2": {"source": "text:A-1", "fallback": None},
    }


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(channel: Channel, as_operator: Client) -> None:
    form = typed(
        channel,
        template="conferma_ordine",
        name="",
        source_1="field:first_name",
        fallback_1="cara persona",
        source_2="text",
        audience="import",
    )
    page = as_operator.post(NEW, form).content.decode()
    assert not Communication.objects.exists()
    assert "Scrivi il testo." in page
    assert "Scegli l’importazione." in page
    assert 'value="cara persona"' in page
    assert 'aria-invalid="true"' in page


def test_an_import_can_be_the_audience(channel: Channel, as_operator: Client) -> None:
    source = made.imported(made.people(3))
    as_operator.post(NEW, typed(channel, audience="import", source=str(source.pk)))
    assert Communication.objects.get().audience_import == source


def test_a_list_can_be_the_audience_until_it_is_deleted(channel: Channel, as_operator: Client) -> None:
    chosen = lists.named("Clienti fedeli", None)
    lists.add_ids(chosen.pk, [contact.pk for contact in made.people(3)])
    assert "Scegli la lista." in as_operator.post(NEW, typed(channel, audience="list")).content.decode()
    as_operator.post(NEW, typed(channel, audience="list", list=str(chosen.pk)))
    draft = Communication.objects.get()
    assert (draft.audience_kind, draft.audience_list, draft.audience_name) == ("list", chosen, "Clienti fedeli")
    assert recipients.count(audience_of(draft)) == 3
    assert "Lista «Clienti fedeli»" in as_operator.get(f"/communications/{draft.pk}/").content.decode()
    lists.delete_list(chosen, None)
    draft.refresh_from_db()
    assert refusal_of(draft) == Refusal.LIST_REMOVED
    assert recipients.count(audience_of(draft)) == 0


def test_a_started_communication_can_no_longer_be_edited(channel: Channel, as_operator: Client) -> None:
    draft = made.draft(channel, template="promo_estate")
    Communication.objects.update(state="running")
    answer = as_operator.get(f"/communications/{draft.pk}/edit/")
    assert answer.headers["Location"] == f"/communications/{draft.pk}/"
    answer = as_operator.post(f"/communications/{draft.pk}/edit/", typed(channel, name="Altro"))
    assert Communication.objects.get().name == "Saldi d'estate"


def test_a_template_that_was_switched_off_is_named_when_the_draft_is_edited(
    channel: Channel, as_operator: Client
) -> None:
    draft = made.draft(channel, template="promo_estate")
    channel.templates.filter(name="promo_estate").update(active=False)
    page = as_operator.get(f"/communications/{draft.pk}/edit/").content.decode()
    assert "«promo_estate» non si può più scegliere: è disattivato o non utilizzabile." in page


def test_viewers_do_not_compose(channel: Channel, as_viewer: Client) -> None:
    assert as_viewer.get(NEW).status_code == 403
    assert as_viewer.post(NEW, typed(channel)).status_code == 403


def test_without_a_channel_the_list_says_what_to_do_first(as_operator: Client) -> None:
    page = as_operator.get("/communications/").content.decode()
    assert "Ancora nessuna comunicazione" in page
    assert 'href="/engage/' in page


def test_without_a_channel_the_form_says_so_and_where_to_go(as_operator: Client) -> None:
    page = as_operator.get(NEW).content.decode()
    assert "Nessun canale è connesso." in page
    assert 'href="/engage/channels/">Vai ai canali' in page


def test_the_list_says_which_drafts_are_held_and_why(channel: Channel, as_operator: Client) -> None:
    made.draft(channel, name="Bloccata", template="promo_estate")
    assert "Il template è disattivato." not in as_operator.get("/communications/").content.decode()
    template = made.the_variant(channel, "promo_estate").template
    template.active = False
    template.save()
    for page in ("/communications/", "/"):
        assert "Il template è disattivato." in as_operator.get(page).content.decode()


def test_every_number_of_the_list_leads_to_the_people_behind_it(channel: Channel, as_operator: Client) -> None:
    row = made.draft(channel, template="promo_estate")
    Communication.objects.filter(pk=row.pk).update(state="done")
    page = as_operator.get("/communications/").content.decode()
    for query in ("", "?state=sent"):
        assert f'href="/communications/{row.pk}/people/{query}"' in page
    assert f'href="/communications/{row.pk}/#reasons"' in page


def test_the_list_takes_the_same_queries_whatever_its_length(
    channel: Channel, as_operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        made.draft(channel, name=f"Numero {number}", template="promo_estate")
    as_operator.get("/communications/")
    with django_assert_num_queries(LIST_QUERIES):
        page = as_operator.get("/communications/").content.decode()
    assert "Numero 11" in page


LIST_QUERIES = 6
"""Session, person, notices (one), whether a channel is connected, communications with channels, their numbers."""
