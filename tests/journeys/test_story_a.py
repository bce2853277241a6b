"""Story A, «Collego i canali»: in a browser, in Italian, step by step; the steps build on each other."""

import re

import pytest
from playwright.sync_api import expect

from engage_simulator.worlds.pieces import template
from engage_simulator.worlds.story import ASSISTENZA, EVENTI, KEYS, NOVITA, VETRINA
from tests.journeys.browser import Visitor
from tests.journeys.channel_list import LIST, ChannelList, settled, stored, within
from tests.journeys.house import House

pytestmark = pytest.mark.browser


@pytest.fixture
def canali(anna: Visitor) -> ChannelList:
    return ChannelList(anna)


def test_step_2_the_first_visit_has_only_the_key_and_connetti(anna: Visitor, canali: ChannelList) -> None:
    page = anna.page
    anna.go("/")
    page.get_by_role("navigation", name="Menu principale").get_by_role("link", name="Lista Canali").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lista Canali")
    assert page.locator(".page-pretitle").inner_text() == "Management › Sinch Engage › Lista Canali"
    fields = page.get_by_role("main").locator("input:not([type=hidden])")
    expect(fields).to_have_count(1)
    expect(fields).to_have_css("-webkit-text-security", "disc")  # no password field: browsers would fill one in
    expect(fields).to_have_attribute("autocomplete", "off")
    expect(anna.button("Aggiorna")).to_have_count(0)
    for words in (
        "Su Sinch Engage apri Impostazioni",
        "Clicca su API",
        "Copia la chiave esistente o generane una nuova",
    ):
        assert words in anna.text()


def test_step_2_a_key_with_one_character_missing_saves_nothing(anna: Visitor, canali: ChannelList) -> None:
    canali.open()
    told = canali.refused(typed := KEYS[ASSISTENZA][:-1])
    assert "Sinch Engage non accetta questa chiave API" in told
    assert "Non è stato salvato nulla." in told
    expect(anna.page.get_by_label("API Key", exact=True)).to_have_value(typed)
    assert stored(anna) == {}


def test_step_2_the_right_key_with_a_blank_shows_four_rows_within_five_seconds(
    anna: Visitor, canali: ChannelList
) -> None:
    canali.open()
    canali.type_key(KEYS[ASSISTENZA] + " ")

    def shown() -> None:
        expect(canali.line("Assistenza clienti")).to_contain_text(re.compile(r"6\s+disponibili · 6 attivi"))

    within(5, shown)
    for name in ("Novità e offerte", "Bot eventi", "Vetrina social"):
        expect(canali.line(name)).to_be_visible()
    expect(canali.line("Assistenza clienti")).to_contain_text("Connesso")
    for name in ("Novità e offerte", "Bot eventi", "Vetrina social"):
        expect(canali.line(name)).to_contain_text("Non connesso")
    known = stored(anna)
    assert {row["id"]: row["state"] for row in known.values()} == {
        ASSISTENZA: "connected", NOVITA: "available", EVENTI: "available", VETRINA: "available",
    }  # fmt: skip
    assert (known[ASSISTENZA]["templates_available"], known[ASSISTENZA]["templates_active"]) == (6, 6)


def test_step_3_a_key_in_the_row_of_another_channel_names_both(anna: Visitor, canali: ChannelList) -> None:
    canali.open()
    canali.line("Novità e offerte").get_by_role("link", name="Connetti Novità e offerte").click()
    told = canali.refused(KEYS[EVENTI])
    assert "Bot eventi" in told
    assert "Novità e offerte" in told
    assert stored(anna)[NOVITA]["state"] == stored(anna)[EVENTI]["state"] == "available"


def test_step_3_in_its_own_row_the_telegram_channel_connects_without_templates(
    anna: Visitor, canali: ChannelList
) -> None:
    canali.open()
    canali.line("Bot eventi").get_by_role("link", name="Connetti Bot eventi").click()
    canali.connected(KEYS[EVENTI])
    expect(canali.line("Bot eventi")).to_contain_text("Connesso")
    expect(canali.line("Bot eventi")).to_contain_text("Non previsti")
    expect(canali.line("Vetrina social")).to_contain_text("Non utilizzabile per gli invii")
    canali.home("Bot eventi")
    tabs = anna.page.locator(".nav-tabs").inner_text()
    assert "Campi del cliente" in tabs
    assert "WhatsApp" not in tabs
    assert stored(anna)[EVENTI]["state"] == "connected"


def test_step_4_a_template_switched_off_is_offered_nowhere(anna: Visitor, canali: ChannelList) -> None:
    page = anna.page
    canali.home("Assistenza clienti")
    canali.tab("WhatsApp")
    switch = page.get_by_role("switch", name="Template promo_estate")
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(page.get_by_role("switch", name="Template promo_estate")).to_have_attribute("aria-checked", "false")
    expect(page.locator("#tab-counts")).to_have_text("6 disponibili · 5 attivi")
    canali.open()
    expect(canali.line("Assistenza clienti")).to_contain_text(re.compile(r"6\s+disponibili · 5 attivi"))
    known = anna.house.templates(ASSISTENZA)["promo_estate"]
    assert (known["active"], known["sendable"]) == (False, True)
    anna.go("/communications/new/")
    offered = page.locator("[name=template] option").all_inner_texts()
    assert "benvenuto" in offered
    assert "promo_estate" not in offered


def test_step_5_what_is_added_on_sinch_engage_arrives_with_aggiorna(
    story: House, anna: Visitor, canali: ChannelList
) -> None:
    story.engage.put_template(ASSISTENZA, template("avviso_ritiro", "Il tuo ordine ti aspetta in negozio."))
    story.engage.put_field(ASSISTENZA, {"name": "punti", "title": "Punti", "type": "number"})
    canali.open()
    expect(canali.line("Assistenza clienti")).to_contain_text(re.compile(r"6\s+disponibili · 5 attivi"))
    canali.refresh()
    expect(canali.line("Assistenza clienti")).to_contain_text(re.compile(r"7\s+disponibili · 6 attivi"))
    news = anna.page.locator(".refresh-result").filter(has_text="avviso_ritiro")
    expect(news.get_by_role("link", name="avviso_ritiro")).to_have_attribute("href", re.compile("/whatsapp/"))
    expect(news.get_by_role("link", name="punti")).to_have_attribute("href", re.compile("/fields/"))
    assert len(story.json("fields", "list", "--channel", ASSISTENZA)) == 6
    assert story.templates(ASSISTENZA)["promo_estate"]["active"] is False
    canali.open()
    expect(anna.page.locator(".refresh-result").filter(has_text="avviso_ritiro")).to_be_visible()
    news.get_by_role("link", name="avviso_ritiro").click()
    expect(anna.page.get_by_role("switch", name="Template avviso_ritiro")).to_have_attribute("aria-checked", "true")


def test_step_6_resetta_canali_counts_what_goes_and_wants_a_word(anna: Visitor, canali: ChannelList) -> None:
    page = anna.page
    canali.open()
    anna.button("Resetta canali").click()
    goes = anna.text()
    for words in ("4 canali", "2 chiavi API", "7 template", "9 campi del cliente", "Su Sinch Engage non cambia nulla"):
        assert words in goes, words
    assert "Che cosa resta" in goes
    page.get_by_role("main").locator("input[name=typed]").fill("forse")
    with anna.refusal(422):
        page.get_by_role("main").get_by_role("button", name="Resetta canali").click()
        expect(page.locator(".invalid-feedback")).to_be_visible()
    assert len(stored(anna)) == 4
    page.get_by_role("main").locator("input[name=typed]").fill(page.locator("label b.num").inner_text())
    page.get_by_role("main").get_by_role("button", name="Resetta canali").click()
    expect(page).to_have_url(re.compile(f"{LIST}$"))
    expect(page.get_by_label("API Key", exact=True)).to_be_visible()
    assert stored(anna) == {}


def test_step_6_connecting_again_has_seven_on_of_seven(story: House, anna: Visitor, canali: ChannelList) -> None:
    canali.open()
    canali.connected(KEYS[ASSISTENZA])
    expect(canali.line("Assistenza clienti")).to_contain_text(re.compile(r"7\s+disponibili · 7 attivi"))
    settled(anna)
    assert all(row["active"] for row in story.json("templates", "list", "--channel", ASSISTENZA))
    assert story.engage.ledger() == []
