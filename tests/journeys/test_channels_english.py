"""Design section 1 in English: every numbered point of Channel list and Channel home, asserted at its effect."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from engage_simulator.worlds.pieces import template
from engage_simulator.worlds.story import ASSISTENZA, EVENTI, KEYS, NOVITA
from tests.journeys.browser import Visitor, visit
from tests.journeys.channel_list import LIST, ChannelList, settled, stored
from tests.journeys.furnish import bring_people, compose
from tests.journeys.house import House

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def anna(story: House, browser: Browser) -> Iterator[Visitor]:
    """Emma, an administrator who reads English; named as the strict fixture is, so that nothing goes unseen."""
    story.invite(("emma", "administrator", "en"))
    with visit(browser, story, name="emma", language="en-GB") as visitor:
        yield visitor


@pytest.fixture
def channels(anna: Visitor) -> ChannelList:
    return ChannelList(anna, connect="Connect", refresh="Refresh")


def test_point_1_the_first_time_there_is_only_the_box_and_where_the_key_comes_from(
    anna: Visitor, channels: ChannelList
) -> None:
    channels.open()
    page = anna.page
    assert page.locator(".page-pretitle").inner_text() == "Management › Sinch Engage › Channel list"
    field = page.get_by_label("API Key", exact=True)
    expect(field).to_have_attribute("type", "text")  # no browser fills a password of its own in
    expect(field).to_have_css("-webkit-text-security", "disc")
    expect(field).to_have_attribute("autocomplete", "off")
    expect(page.get_by_role("main").locator("input:not([type=hidden])")).to_have_count(1)
    for words in ("On Sinch Engage open Settings", "Click on API", "Copy the existing key or generate a new one",
                  "a second channel needs a second key"):  # fmt: skip
        assert words in anna.text(), words
    page.get_by_role("button", name="Show the API Key").click()
    expect(field).to_have_css("-webkit-text-security", "none")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("two words", "does not look like an API Key"),
        ("0" * 32 + "_24001_" + "0" * 25, "Sinch Engage does not accept this API Key."),
        ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "so it was not sent there"),
    ],
)
def test_point_2_a_wrong_key_is_told_apart_and_stays(
    anna: Visitor, channels: ChannelList, typed: str, told: str
) -> None:
    channels.open()
    assert told in channels.refused(typed)
    expect(anna.page.get_by_label("API Key", exact=True)).to_have_value(typed)
    assert stored(anna) == {}


def test_point_2_what_a_person_says_is_a_key_is_asked_about(anna: Visitor, channels: ChannelList) -> None:
    channels.open()
    channels.refused("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
    anna.button("Yes, it is the API Key: ask Sinch Engage").click()
    expect(anna.page.get_by_text("looks like one of another product")).to_be_visible()
    assert stored(anna) == {}


def test_point_2_a_provider_that_is_too_broken_to_answer_is_told_as_such(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    story.engage.fault("answer", status=500, code=500, reason="down")
    channels.open()
    assert "Sinch Engage reports a fault of its own." in channels.refused(KEYS[ASSISTENZA])
    story.engage.clear_faults()
    assert stored(anna) == {}


def test_point_3_the_right_key_shows_every_channel_of_the_account(anna: Visitor, channels: ChannelList) -> None:
    channels.open()
    channels.connected(f"  {KEYS[ASSISTENZA]}\n")
    line = channels.line("Assistenza clienti")
    for words in ("24001", "+39 02 0000 0001", "WhatsApp", "Connected", "available · 6 on"):
        expect(line).to_contain_text(words)
    expect(line.get_by_role("button", name="Copy the channel ID")).to_be_visible()
    expect(channels.line("Bot eventi")).to_contain_text("Telegram")
    expect(channels.line("Novità e offerte")).to_contain_text("Not connected")
    expect(channels.line("Novità e offerte")).to_contain_text("–")
    expect(channels.line("Vetrina social")).to_contain_text("Cannot be used for sending")
    assert [row["state"] for row in stored(anna).values()].count("connected") == 1


def test_point_2_a_key_of_a_connected_channel_offers_to_replace_it(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    anna.go(f"{LIST}connect/")
    assert "already connected with this same API Key" in channels.refused(KEYS[ASSISTENZA])
    new = story.engage.regenerate_key(ASSISTENZA)
    anna.go(f"{LIST}connect/")
    assert "belongs to Assistenza clienti, which is already connected" in channels.refused(new)
    anna.button("Replace the API Key of Assistenza clienti").click()
    expect(anna.page).to_have_url(re.compile(f"{LIST}$"))
    channels.at_rest()
    assert stored(anna)[ASSISTENZA]["state"] == "connected"
    assert story.staffetta.rows("SELECT key_last_four FROM channels_channel WHERE provider_id = '24001'") == [
        (new[-4:],)
    ]


def test_point_3_a_failed_refresh_is_no_connection_state(story: House, anna: Visitor, channels: ChannelList) -> None:
    story.engage.fault("truncate", match={"operation": "list_templates"}, times=1)
    before = story.templates(ASSISTENZA)
    channels.open()
    channels.refresh()
    line = channels.line("Assistenza clienti")
    expect(line).to_contain_text("Connected")
    expect(line).to_contain_text("last refresh failed")
    expect(anna.page.locator(".warnrow")).to_contain_text("What was downloaded before stays.")
    assert stored(anna)[ASSISTENZA]["problem"]
    assert story.templates(ASSISTENZA) == before


def test_point_4_refresh_brings_news_that_stay_until_dismissed(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    story.engage.put_template(ASSISTENZA, template("pickup_notice", "Your order waits for you.", language="en"))
    story.engage.delete_template(ASSISTENZA, "benvenuto")
    channels.open()
    channels.refresh()
    result = anna.page.locator(".refresh-result").filter(has_text="pickup_notice")
    expect(result.get_by_role("link", name="pickup_notice")).to_be_visible()
    expect(result.get_by_role("link", name="benvenuto")).to_be_visible()
    channels.open()
    expect(result).to_be_visible()
    result.get_by_role("button", name="Dismiss the result").click()
    channels.open()
    expect(result).to_have_count(0)
    assert "pickup_notice" in story.templates(ASSISTENZA)


def test_point_6_a_connected_channel_has_its_tabs(story: House, anna: Visitor, channels: ChannelList) -> None:
    channels.home("Assistenza clienti")
    assert "Channel home" in anna.page.locator(".page-pretitle").inner_text()
    assert re.findall(r"[A-Z][A-Za-z ]*[a-z]", anna.page.locator(".nav-tabs").inner_text()) == [
        "Summary", "WhatsApp", "Customer fields", "Contact sync", "API calls",
    ]  # fmt: skip
    expect(anna.page.get_by_role("main")).to_contain_text("Where replies go")
    channels.tab("API calls")
    assert story.engage.key(ASSISTENZA) not in anna.page.content()
    channels.home("Novità e offerte")
    expect(anna.page.get_by_label("API Key", exact=True)).to_be_visible()


def test_point_7_fields_and_approved_templates_are_there_and_the_rest_is_only_counted(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    channels.home("Assistenza clienti")
    channels.tab("Customer fields")
    for field in story.json("fields", "list", "--channel", ASSISTENZA):
        expect(anna.page.get_by_role("row").filter(has_text=field["name"]).first).to_be_visible()
    channels.tab("WhatsApp")
    expect(anna.page.get_by_role("main")).to_contain_text("3 templates were never approved")
    for never in ("sconto_autunno", "invito_evento", "vecchio_avviso"):
        assert never not in anna.text()
        assert never not in story.templates(ASSISTENZA)
    expect(anna.row("benvenuto").first).to_contain_text("No longer there")
    assert story.templates(ASSISTENZA)["benvenuto"]["sendable"] is False


def test_point_7_a_template_no_longer_approved_is_not_counted_and_not_usable(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    story.engage.change_template(ASSISTENZA, "promemoria_appuntamento", status="PAUSED")
    channels.home("Assistenza clienti")
    channels.refresh()
    channels.tab("WhatsApp")
    expect(anna.row("promemoria_appuntamento").first).to_contain_text("No longer approved")
    known = story.templates(ASSISTENZA)["promemoria_appuntamento"]
    assert (known["active"], known["sendable"]) == (True, False)
    assert stored(anna)[ASSISTENZA]["templates_available"] == 5


def test_point_8_off_stays_off_over_a_refresh_and_new_ones_come_in_on(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    channels.home("Assistenza clienti")
    channels.tab("WhatsApp")
    anna.page.get_by_role("switch", name="Template promo_estate").click()
    expect(anna.page.get_by_role("switch", name="Template promo_estate")).to_have_attribute("aria-checked", "false")
    story.engage.put_template(ASSISTENZA, template("late_notice", "We are late.", language="en"))
    channels.refresh()
    known = story.templates(ASSISTENZA)
    assert (known["promo_estate"]["active"], known["late_notice"]["active"]) == (False, True)
    expect(anna.page.get_by_role("link", name="Guide: Send WhatsApp notifications")).to_be_visible()


def test_point_9_the_page_says_that_additions_arrive_with_refresh(anna: Visitor, channels: ChannelList) -> None:
    channels.open()
    assert "Did you add a template or a field on Sinch Engage? Click on Refresh." in anna.text()


def test_point_5_disconnecting_one_channel_counts_and_keeps_the_other(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    anna.go(f"{LIST}connect/")
    channels.connected(KEYS[EVENTI])
    channels.home("Bot eventi")
    anna.button("Disconnect").click()
    for words in ("What goes", "1 channel", "1 API Key", "customer fields", "What stays", "the audit log",
                  "On Sinch Engage nothing changes."):  # fmt: skip
        assert words in anna.text(), words
    anna.page.locator("input[name=typed]").fill(EVENTI)
    anna.page.get_by_role("main").get_by_role("button", name="Disconnect").click()
    expect(anna.page).to_have_url(re.compile(f"{LIST}$"))
    assert stored(anna)[ASSISTENZA]["state"] == "connected"
    assert stored(anna).get(EVENTI, {"state": "available"})["state"] == "available"
    assert story.staffetta.rows("SELECT count(*) FROM channels_channel WHERE sealed_key IS NOT NULL") == [(1,)]


def test_point_5_reset_says_what_will_be_held_and_keeps_the_contacts(
    story: House, anna: Visitor, channels: ChannelList
) -> None:
    compose(story, "Draft of the reset", f"import:{bring_people(story)}")
    channels.open()
    anna.button("Reset channels").click()
    for words in ("What is held, not deleted", "1,940 contacts, with their consent", "4 channels", "1 API Key"):
        assert words in anna.text(), words
    anna.page.locator("input[name=typed]").fill("RESET")
    anna.page.get_by_role("main").get_by_role("button", name="Reset channels").click()
    expect(anna.page.get_by_label("API Key", exact=True)).to_be_visible()
    settled(anna)
    assert stored(anna) == {}
    assert len(story.json("contacts", "list")) == 1940
    for table in ("template", "templatevariant", "customerfield", "exchange", "refresh"):
        assert story.staffetta.rows(f"SELECT count(*) FROM channels_{table}") == [(0,)], table
    assert story.communication("Draft of the reset")["state"] in {"draft", "held"}
    assert NOVITA not in stored(anna)
