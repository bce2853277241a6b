"""With the keyboard alone, with a thumb on a phone, and by e-mail in each person's language."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from engage_simulator.worlds.story import ASSISTENZA, KEYS
from tests.journeys.browser import PHONE, Visitor, visit
from tests.journeys.channel_list import LIST, ChannelList, stored
from tests.journeys.house import House, house
from tests.journeys.letters import Letters
from tests.processes import wait_until
from tests.wire import Wire, wire

pytestmark = pytest.mark.browser
THUMB = 44
FOCUS = """() => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
  return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
}"""


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters()


@pytest.fixture(scope="module")
def post(letters: Letters) -> Iterator[Wire]:
    with wire(letters.talk) as served:
        yield served


@pytest.fixture(scope="module")
def story(post: Wire) -> Iterator[House]:
    mail = {"STAFFETTA_MAIL_HOST": "127.0.0.1", "STAFFETTA_MAIL_PORT": str(post.port), "STAFFETTA_MAIL_TLS": "0"}
    with house("story", **mail) as made:
        made.invite(("anna", "administrator", "it"), ("emma", "administrator", "en"))
        yield made


def tab_to(visitor: Visitor, name: str, most: int = 60) -> None:
    """Press Tab until something of that name has the focus, which must be seen on every stop."""
    for _ in range(most):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("() => document.activeElement === document.body"):
            continue  # round the end of the page, through the browser's own controls
        assert visitor.page.evaluate(FOCUS), "the focus cannot be seen: " + visitor.page.evaluate(
            "() => document.activeElement.outerHTML.slice(0, 200)"
        )
        if visitor.page.locator(":focus").get_attribute("id") == name or name in (
            visitor.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || ''"
            )
        ):
            return
    raise AssertionError(f"{name!r} was not reached with {most} Tabs")


def test_a_channel_is_connected_and_a_template_switched_with_the_keyboard_alone(story: House, anna: Visitor) -> None:
    page = anna.page
    anna.go(LIST)
    tab_to(anna, "id_api_key")
    page.keyboard.type(KEYS[ASSISTENZA])
    tab_to(anna, "Mostra la API Key", 1)
    tab_to(anna, "Connetti", 1)
    page.keyboard.press("Enter")
    ChannelList(anna).arrived()
    page.reload()
    tab_to(anna, "Vai al contenuto", 1)
    page.keyboard.press("Enter")
    tab_to(anna, "Assistenza clienti")
    page.keyboard.press("Enter")
    expect(page.locator(".nav-tabs")).to_be_visible()
    tab_to(anna, "WhatsApp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch").first).to_be_visible()
    tab_to(anna, "Template promo_estate")
    page.keyboard.press("Space")
    expect(page.get_by_role("switch", name="Template promo_estate")).to_have_attribute("aria-checked", "false")
    assert story.templates(ASSISTENZA)["promo_estate"]["active"] is False


def test_a_refused_key_stays_marked_and_has_the_focus(story: House, anna: Visitor) -> None:
    anna.troubles.refusals = [422]
    anna.page.goto(story.address + "/engage/channels/connect/")
    field = anna.page.get_by_label("API Key", exact=True)
    field.fill("non-una-chiave")
    anna.page.locator("button.connect-go").click()
    expect(anna.page.locator("#connect-result [role=alert]")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("non-una-chiave")


def test_on_a_phone_the_switch_is_in_sight_and_everything_is_as_large_as_a_thumb(
    story: House, anna: Visitor, browser: Browser
) -> None:
    with visit(browser, story, name="anna", size=PHONE) as phone:
        ChannelList(phone).home("Assistenza clienti")
        ChannelList(phone).tab("WhatsApp")
        switch = phone.page.get_by_role("switch", name="Template conferma_ordine")
        box = switch.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]
        small: dict[str, str] = {}
        for path in (LIST, "/engage/channels/1/", "/engage/channels/1/whatsapp/", "/contacts/", "/communications/"):
            phone.go(path)
            phone.fits()
            small |= phone.page.evaluate(SMALL, THUMB)
        assert not small
        phone.go("/engage/channels/1/calls/")
        expect(phone.page.locator(".nav-tabs .active")).to_be_in_viewport(ratio=0.9)  # the strip covers a pixel
        phone.nothing_went_wrong()


SMALL = """(thumb) => Object.fromEntries([...document.querySelectorAll(
    "main button, main .btn, main select, main input:not([type=hidden]):not([type=checkbox]):not([type=radio]), " +
    ".page-header .btn, .navbar-toggler, .nav-tabs .nav-link, main [role=switch]")]
  .filter((e) => e.checkVisibility() && !e.closest("details:not([open]) .dropdown-menu"))
  .map((e) => [e.outerHTML.slice(0, 110), e.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && (box.height < thumb - 0.5 || box.width < thumb - 0.5))
  .map(([html, box]) => [location.pathname + " " + html, `${Math.round(box.width)}x${Math.round(box.height)}`]))"""


def test_a_refused_key_is_told_on_every_page_and_by_e_mail_in_each_language(
    story: House, anna: Visitor, browser: Browser, letters: Letters
) -> None:
    key = story.engage.key(ASSISTENZA)
    new = story.engage.regenerate_key(ASSISTENZA)
    story.staffetta.command("channels", "refresh", "--channel", ASSISTENZA, "--wait")
    assert stored(anna)[ASSISTENZA]["state"] == "refused"
    anna.go("/contacts/")
    notice = anna.page.locator("#notices")
    expect(notice).to_contain_text("Assistenza clienti: chiave rifiutata")
    wait_until(lambda: letters.to("anna") and letters.to("emma"), what="for two letters")
    assert "chiave rifiutata" in letters.to("anna")
    assert "key refused" in letters.to("emma")
    assert not [text for text in (letters.to("anna"), letters.to("emma")) if key[:32] in text or key[-20:] in text]
    notice.get_by_role("link", name="Sostituisci API Key").click()
    anna.page.get_by_label("API Key", exact=True).fill(new)
    anna.page.get_by_role("main").get_by_role("button", name="Sostituisci API Key", exact=True).click()
    ChannelList(anna).arrived()
    anna.go("/contacts/")
    expect(notice).not_to_contain_text("chiave rifiutata")
    assert stored(anna)[ASSISTENZA]["state"] == "connected"
