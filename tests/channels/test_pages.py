"""The pages of the channels as each role sees them."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import User
from staffetta.channels.message_templates import usage
from staffetta.channels.message_templates.templates import Counts, counts
from staffetta.channels.models import Channel, Refresh, Template, TemplateVariant
from staffetta.channels.refreshing import ask, refresh
from tests.channels.conftest import ASSISTENZA, EVENTI, NOVITA, VETRINA, Connected

LIST = reverse("channels:list")


def shown(client: Client, name: str, *args: object, **asked: str) -> str:
    answer = client.get(reverse(f"channels:{name}", args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """The text of a page, blanks collapsed, as a reader sees it."""
    from django.utils.html import strip_tags

    return " ".join(strip_tags(html).replace("&#x27;", "'").split())


def test_the_first_visit_shows_only_the_box_and_where_the_key_is(as_administrator: Client) -> None:
    html = shown(as_administrator, "list")
    text = words(html)
    for sentence in (
        "Management › Sinch Engage › Lista Canali",
        "API Key",
        "Connetti",
        "Su Sinch Engage apri Impostazioni",
        "Clicca su API",
        "Copia la chiave esistente o generane una nuova",
    ):
        assert sentence in text
    field = re.search(r"<input[^>]*api_key[^>]*>", html)
    assert field is not None
    assert 'type="text"' in field.group(), "a browser fills the login password into a password field"
    assert 'autocomplete="off"' in field.group()
    assert "masked" in field.group()
    assert "Aggiorna" not in text


def test_the_list_shows_every_channel_with_its_state_and_figures(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    connected()
    connected(EVENTI)
    text = words(shown(as_administrator, "list"))
    assert "6 disponibili · 6 attivi" in text
    assert "Non previsti" in text
    assert "Non utilizzabile per gli invii" in text
    assert text.count("Connesso") >= 2
    for provider_id in (ASSISTENZA, NOVITA, EVENTI, VETRINA):
        assert f"ID canale {provider_id}" in text


def test_in_english_too(engage: Engage, connected: Connected, administrator: User, as_administrator: Client) -> None:
    connected()
    administrator.language = "en"
    administrator.save()
    text = words(shown(as_administrator, "list"))
    for sentence in (
        "Channel list",
        "Messaging platform",
        "Connected",
        "6 available · 6 on",
        "Cannot be used for sending",
    ):
        assert sentence in text


def test_the_list_takes_a_fixed_number_of_queries(
    engage: Engage,
    connected: Connected,
    as_administrator: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    connected()
    as_administrator.get(LIST)
    with django_assert_num_queries(6):
        as_administrator.get(LIST)
    connected(NOVITA)
    Channel.objects.bulk_create(Channel(provider_id=str(number), name="x") for number in range(100))
    with django_assert_num_queries(6):
        as_administrator.get(LIST)


def test_the_templates_take_a_fixed_number_of_queries(
    engage: Engage,
    connected: Connected,
    as_administrator: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    channel = connected()
    page = reverse("channels:templates", args=[channel.pk])
    with django_assert_num_queries(14):
        as_administrator.get(page)
    rows = Template.objects.bulk_create(Template(channel=channel, name=f"t_{number:03}") for number in range(90))
    TemplateVariant.objects.bulk_create(
        TemplateVariant(template=row, language="it", status="approved", fingerprint="f") for row in rows
    )
    with django_assert_num_queries(14):
        as_administrator.get(page)


def test_progress_shows_in_the_row_and_asks_again_until_it_has_ended(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    asked = ask.ask(channel)
    html = shown(as_administrator, "live")
    assert 'hx-trigger="every 1s"' in html
    assert "Un aggiornamento è già in corso." in html
    refresh.run(asked.pk)
    html = shown(as_administrator, "live")
    assert "every 1s" not in html
    assert "Aggiornamento completato." in html


def test_a_result_stays_until_it_is_dismissed_and_links_to_the_news(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    body = [{"type": "BODY", "text": "Auguri {{1}}"}]
    engage.put_template(ASSISTENZA, {"name": "auguri", "language": "it", "status": "approved", "components": body})
    as_administrator.post(reverse("channels:refresh_all"))
    refresh.run(Refresh.objects.latest("pk").pk)
    html = shown(as_administrator, "list")
    link = f"{reverse('channels:templates', args=[channel.pk])}?name=auguri"
    assert link in html
    assert "Auguri" in as_administrator.get(link).content.decode()
    as_administrator.post(reverse("channels:dismiss", args=[Refresh.objects.latest("pk").pk]))
    assert "auguri" not in shown(as_administrator, "list")


def test_a_failed_refresh_is_no_connection_state(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    engage.fault("html")
    refresh.run(ask.ask(channel).pk)
    text = words(shown(as_administrator, "list"))
    assert "Connesso · ultimo aggiornamento non riuscito" in text
    assert "Quella arrivata non è una risposta leggibile di Sinch Engage." in text
    assert "6 disponibili · 6 attivi" in text


def test_a_refused_key_comes_first_with_its_one_button(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    connected()
    refused = connected(NOVITA)
    engage.revoke_key(NOVITA)
    refresh.run(ask.ask(refused).pk)
    text = words(shown(as_administrator, "list"))
    assert text.index("ID canale 24002") < text.index("ID canale 24001")
    assert "Chiave rifiutata" in text
    assert "Sostituisci API Key" in text


def test_without_a_list_the_page_says_so_and_shows_the_channels_whose_key_was_entered(
    engage: Engage, db: None, as_administrator: Client
) -> None:
    from staffetta.channels.connection import connect

    for operation in ("list_channels", "list_agents"):
        engage.fault("answer", match={"operation": operation}, status=404, code=404, reason="Unknown method")
    refresh.run(connect.connect(engage.key(ASSISTENZA)).pk)
    assert Channel.objects.count() == 1
    assert "Sinch Engage non fornisce l’elenco dei canali" in shown(as_administrator, "list")


def test_a_channel_home_has_the_tabs_of_its_platform(
    engage: Engage, connected: Connected, as_administrator: Client, as_operator: Client
) -> None:
    whatsapp, telegram = connected(), connected(EVENTI)
    html = shown(as_administrator, "home", whatsapp.pk)
    text = words(html)
    assert "Management › Sinch Engage › Lista Canali › Channel home" in text
    assert "<title>WhatsApp · Assistenza clienti" in shown(as_administrator, "templates", whatsapp.pk)
    for tab in ("Riepilogo", "WhatsApp", "Campi del cliente", "Chiamate API"):
        assert tab in text
    assert reverse("channels:templates", args=[telegram.pk]) not in shown(as_administrator, "home", telegram.pk)
    assert "Chiamate API" not in words(shown(as_operator, "home", whatsapp.pk))


def test_a_channel_that_is_not_connected_shows_its_own_box(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    connected()
    row = Channel.objects.get(provider_id=NOVITA)
    html = shown(as_administrator, "home", row.pk)
    assert reverse("channels:connect_row", args=[row.pk]) in html
    assert "Connetti questo canale" in html


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({"q": "spedizione"}, "spedizione_partita"),
        ({"q": "collezione estiva"}, "promo_estate"),
        ({"state": "off"}, "novita_foto"),
        ({"state": "on"}, "spedizione_partita"),
        ({"language": "en"}, "conferma_ordine"),
        ({"state": "unusable"}, "promemoria_appuntamento"),
        ({"state": "new"}, "Nessun template corrisponde"),
    ],
)
def test_templates_are_found_by_text_switch_language_and_use(
    engage: Engage, connected: Connected, as_administrator: Client, asked: dict[str, str], there: str
) -> None:
    channel = connected()
    channel.templates.filter(name="novita_foto").update(active=False)
    TemplateVariant.objects.filter(template__name="promemoria_appuntamento").update(unsupported="carousel")
    html = shown(as_administrator, "templates", channel.pk, **asked)
    assert there in html
    assert "spedizione_partita" not in html or there == "spedizione_partita"


def test_the_switch_is_turned_without_reloading(engage: Engage, connected: Connected, as_administrator: Client) -> None:
    channel = connected()
    template = channel.templates.get(name="promo_estate")
    address = reverse("channels:switch", args=[channel.pk, template.pk])
    html = as_administrator.post(address, {"to": "off"}, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-checked="false"' in html
    assert "6 disponibili · 5 attivi" in html
    assert counts([channel.pk])[channel.pk] == Counts(6, 5)


def test_what_uses_a_template_is_shown_before_it_is_switched_off(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    template = channel.templates.get(name="conferma_ordine")
    used = usage.Usage("messaggio transazionale", "conferma", "/x/", kinds="messaggi transazionali")

    def finder(ids: object) -> dict[int, list[usage.Usage]]:
        return {template.pk: [used]}

    usage.register(finder, lambda _: [])
    address = reverse("channels:switch", args=[channel.pk, template.pk])
    try:
        html = as_administrator.post(address, {"to": "off"}).content.decode()
        assert "Usato in 1 messaggio transazionale" in html
        template.refresh_from_db()
        assert template.active
        as_administrator.post(address, {"to": "off", "confirmed": "1"})
    finally:
        usage._of_templates.pop()
        usage._of_channel.pop()
    template.refresh_from_db()
    assert not template.active


def test_all_switches_at_once(engage: Engage, connected: Connected, as_administrator: Client) -> None:
    channel = connected()
    as_administrator.post(reverse("channels:switch_all", args=[channel.pk, "off"]))
    assert counts([channel.pk])[channel.pk] == Counts(6, 0)
    as_administrator.post(reverse("channels:switch_all", args=[channel.pk, "on"]))
    assert counts([channel.pk])[channel.pk] == Counts(6, 6)


def test_the_template_is_drawn_as_the_phone_shows_it(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    pk = channel.templates.get(name="conferma_ordine").pk
    html = shown(as_administrator, "templates", channel.pk, template=str(pk))
    assert '<div class="head">Ordine ricevuto</div>' in html
    assert '<strong><span class="var">{{2}}</span></strong>' in html
    assert "Rispondi STOP per non ricevere altri messaggi" in html
    english = shown(as_administrator, "templates", channel.pk, template=str(pk), shown="en")
    assert "your order" in english


def test_customer_fields_show_name_label_type_and_choices(
    engage: Engage, connected: Connected, as_viewer: Client
) -> None:
    text = words(shown(as_viewer, "fields", connected().pk))
    assert "taglia Taglia Scelta singola S, M, L, XL" in text
    assert "nato_il Data di nascita Data" in text


def test_api_calls_are_newest_first_and_failures_can_be_filtered(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    text = words(shown(as_administrator, "calls", channel.pk))
    assert text.index("Elenco dei template") < text.index("Verifica della chiave")
    assert "Negli ultimi 30 giorni tutte le chiamate sono riuscite." in shown(
        as_administrator, "calls", channel.pk, failed="1"
    )
    last = channel.exchanges.latest("id")
    assert "***" in shown(as_administrator, "call", channel.pk, last.pk)


def test_the_notice_of_the_end_can_be_switched_off(
    engage: Engage, connected: Connected, as_administrator: Client, settings: Settings
) -> None:
    connected()
    assert "fine della sua API" in shown(as_administrator, "list")
    settings.ENGAGE_ENDS = ""
    assert "fine della sua API" not in shown(as_administrator, "list")


@pytest.mark.parametrize("name", ["refresh_all", "connect", "reset"])
def test_operators_look_and_do_not_touch(
    engage: Engage, connected: Connected, as_operator: Client, as_viewer: Client, name: str
) -> None:
    connected()
    for client in (as_operator, as_viewer):
        assert client.post(reverse(f"channels:{name}")).status_code == 403
        html = shown(client, "list")
        assert "Resetta canali" not in html
        assert "Connetti un altro canale" not in html


@pytest.mark.parametrize("name", ["connect-channels", "send-notifications"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_guides_are_inside_the_product(
    administrator: User, as_administrator: Client, name: str, language: str
) -> None:
    administrator.language = language
    administrator.save()
    assert "<h2" in shown(as_administrator, "guide", name)
