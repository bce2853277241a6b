"""Templates entered by hand or imported, where the provider gives no list."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from engage_simulator.testing import Engage
from staffetta.channels.message_templates.templates import Counts, counts, selectable_variants
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.channels.refreshing import ask, refresh
from tests.channels.conftest import ASSISTENZA, Connected

TYPED = {
    "name": "avviso",
    "language": "it",
    "category": "UTILITY",
    "header_type": "text",
    "header": "Avviso",
    "body": "Ciao {{1}}, *ecco*",
    "footer": "Rispondi STOP",
    "buttons": "url:Apri:https://example.com/{{1}}\nquick_reply:Sì",
}


def without_list(engage: Engage, connected: Connected) -> Channel:
    engage.fault("answer", match={"operation": "list_templates"}, status=404, code=404, reason="Unknown method")
    return connected()


def test_the_tab_says_so_and_offers_to_enter_them(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = without_list(engage, connected)
    html = as_administrator.get(reverse("channels:templates", args=[channel.pk])).content.decode()
    assert "Sinch Engage non fornisce l’elenco dei template" in html
    assert "Inserisci template" in html


def test_a_template_is_looked_at_then_saved_and_works_like_any_other(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = without_list(engage, connected)
    address = reverse("channels:enter_template", args=[channel.pk])
    html = as_administrator.post(address, {**TYPED, "preview": "1"}).content.decode()
    assert "<strong>ecco</strong>" in html
    assert not channel.templates.exists()
    as_administrator.post(address, TYPED)
    row = selectable_variants(channel).get()
    assert [variable["key"] for variable in row.variables] == ["1", "button"]
    assert counts([channel.pk])[channel.pk] == Counts(1, 1)


def test_what_is_wrong_stands_next_to_its_field_and_what_was_typed_stays(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = without_list(engage, connected)
    address = reverse("channels:enter_template", args=[channel.pk])
    answer = as_administrator.post(address, {**TYPED, "name": "Avviso Nuovo", "buttons": ""})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Il nome ha solo lettere minuscole" in html
    assert 'value="Avviso Nuovo"' in html
    assert not channel.templates.exists()


def test_a_file_is_read_whole_or_not_at_all(engage: Engage, connected: Connected, as_administrator: Client) -> None:
    channel = without_list(engage, connected)
    address = reverse("channels:import_templates", args=[channel.pk])
    good = b"name;language;category;body\nuno;it;UTILITY;Testo {{1}}\ndue;en;MARKETING;Text\n"
    bad = good + b"Tre;it;UTILITY;Testo\n"
    answer = as_administrator.post(address, {"file": SimpleUploadedFile("templates.csv", bad)})
    assert "Riga 4: Il nome ha solo lettere minuscole" in answer.content.decode()
    assert not channel.templates.exists()
    as_administrator.post(address, {"file": SimpleUploadedFile("templates.csv", good)})
    assert set(channel.templates.values_list("name", flat=True)) == {"uno", "due"}


def test_a_language_that_whatsapp_may_not_have_is_told_and_taken(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = without_list(engage, connected)
    address = reverse("channels:enter_template", args=[channel.pk])
    html = as_administrator.post(address, {**TYPED, "language": "jp"}, follow=True).content.decode()
    assert "Forse WhatsApp non ha questa lingua" in html
    assert TemplateVariant.objects.get(template__channel=channel).language_raw == "jp"
    html = as_administrator.post(address, {**TYPED, "language": "EN-us"}, follow=True).content.decode()
    assert "Forse WhatsApp" not in html


def test_a_changed_entry_raises_the_revision(engage: Engage, connected: Connected, as_administrator: Client) -> None:
    channel = without_list(engage, connected)
    address = reverse("channels:enter_template", args=[channel.pk])
    as_administrator.post(address, TYPED)
    as_administrator.post(address, TYPED)
    assert TemplateVariant.objects.get().revision == 1
    as_administrator.post(address, {**TYPED, "body": "Altro {{1}}"})
    assert TemplateVariant.objects.get().revision == 2


def test_a_refresh_leaves_what_was_entered_and_takes_over_what_is_listed_later(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = without_list(engage, connected)
    address = reverse("channels:enter_template", args=[channel.pk])
    as_administrator.post(address, TYPED)
    as_administrator.post(address, {**TYPED, "name": "benvenuto"})
    engage.clear_faults()
    refresh.run(ask.ask(channel).pk)
    assert not channel.templates.get(name="benvenuto").by_hand
    assert channel.templates.get(name="avviso").by_hand
    assert counts([channel.pk])[channel.pk] == Counts(7, 7)
    assert engage.world()["channels"][0]["id"] == ASSISTENZA
