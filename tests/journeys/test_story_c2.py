"""Story C, step 2, «Tutti i giorni»: an order confirmation by API, defined and switched in a browser, in Italian."""

import json
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import expect

from engage_simulator.worlds.story import ASSISTENZA
from tests.journeys.browser import Visitor
from tests.journeys.channel_list import ChannelList
from tests.journeys.furnish import connect
from tests.journeys.house import House
from tests.processes import wait_until

pytestmark = pytest.mark.browser
NAME = "conferma-ordine"
CONSENT = {"source": "checkout", "text": "Acconsento a ricevere gli aggiornamenti del mio ordine su WhatsApp"}
BODY = {"recipient": {"phone": "+393331112222"}, "values": {"ordine": "A-1001"}, "consent": CONSENT}


class Shop:
    """The software that asks for messages."""

    def __init__(self, house: House, token: str) -> None:
        self._url = f"{house.address}/api/v1/transactional-messages/{NAME}/send"
        self._token = token

    def ask(self, key: str) -> tuple[int, dict[str, Any]]:
        """Make one call; return the status and what was answered."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Accept-Language": "it",
        }
        request = urllib.request.Request(self._url, json.dumps(BODY).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@pytest.fixture(scope="module")
def kept() -> dict[str, Shop]:
    """What one step leaves for the next: the shop, once it has its token."""
    return {}


def test_the_message_is_defined_and_shows_the_call_to_program(story: House, anna: Visitor) -> None:
    connect(story, ASSISTENZA)
    page = anna.page
    anna.go("/transactional-messages/")
    anna.button("Nuovo messaggio transazionale").first.click()
    anna.choose("#compose [name=template]", "conferma_ordine")
    anna.choose("#compose [name=language]", "it")
    with page.expect_response(re.compile(r"\?update=1")):
        page.locator("[name=parameters]").fill("ordine")
        page.locator("[name=parameters]").blur()
    anna.choose("#compose [name=source_1]", label="Nome")
    anna.choose("#compose [name=source_2]", label="ordine")
    page.locator("[name=fallback_1]").fill("cliente")
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=creates_contacts]").check()
    anna.button("Salva").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.locator("pre.call")).to_contain_text(f"/api/v1/transactional-messages/{NAME}/send")


def test_an_access_token_is_shown_once_and_stored_hashed(story: House, anna: Visitor, kept: dict[str, Shop]) -> None:
    page = anna.page
    anna.go("/tokens/")
    page.locator("[name=name]").fill("negozio")
    anna.button("Crea un token").click()
    token = page.locator("#token").inner_text()
    anna.button("L’ho copiato").click()
    assert token not in page.content()
    rows = story.staffetta.rows("SELECT * FROM accounts_accesstoken")
    assert not any(token in str(row) for row in rows)
    kept["shop"] = Shop(story, token)


def test_twenty_equal_calls_with_one_key_send_one_message(story: House, kept: dict[str, Shop]) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(kept["shop"].ask, ["ordine-1001"] * 20))
    accepted = [answer for status, answer in answers if status == 202]
    assert {status for status, _ in answers} == {202}
    assert len({answer["id"] for answer in accepted}) == 1
    wait_until(story.engage.ledger, what="for the message")
    (sent,) = story.engage.ledger()
    assert (sent["recipient"], sent["variables"]) == ("393331112222", ["cliente", "A-1001"])
    assert story.staffetta.rows("SELECT count(*) FROM deliveries_delivery") == [(1,)]


def test_switching_the_template_off_first_says_where_it_is_used(story: House, anna: Visitor) -> None:
    page = anna.page
    canali = ChannelList(anna)
    canali.home("Assistenza clienti")
    canali.tab("WhatsApp")
    page.get_by_role("switch", name="Template conferma_ordine").click()
    expect(page.get_by_role("main")).to_contain_text("Usato in 1 messaggio transazionale")
    expect(page.get_by_role("main").get_by_role("link", name=NAME)).to_be_visible()
    assert story.templates(ASSISTENZA)["conferma_ordine"]["active"] is True
    anna.button("Disattiva").click()
    expect(page).to_have_url(re.compile("/whatsapp/"))
    assert story.templates(ASSISTENZA)["conferma_ordine"]["active"] is False


def test_the_call_is_then_told_that_the_template_is_off_and_what_to_do(
    story: House, anna: Visitor, kept: dict[str, Shop]
) -> None:
    status, told = kept["shop"].ask("ordine-1002")
    assert status == 422
    words = f"{told['title']} {told['detail']}"
    assert "disattivato" in words
    assert "attivarlo" in words
    assert len(story.engage.ledger()) == 1
    anna.go(f"/transactional-messages/{NAME}/")
    expect(anna.page.get_by_role("main")).to_contain_text("Il template è disattivato.")


def test_switched_on_again_it_goes(story: House, anna: Visitor, kept: dict[str, Shop]) -> None:
    page = anna.page
    ChannelList(anna).home("Assistenza clienti")
    ChannelList(anna).tab("WhatsApp")
    switch = page.get_by_role("switch", name="Template conferma_ordine")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    anna.go(f"/transactional-messages/{NAME}/")
    accept = anna.button("Accetta com’è adesso")
    if accept.count():
        accept.click()
    assert kept["shop"].ask("ordine-1002")[0] == 202
    wait_until(lambda: len(story.engage.ledger()) == 2, what="for the second message")
