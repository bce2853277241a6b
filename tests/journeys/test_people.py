"""People: coming in, the first administrator, users, language, password. In a browser."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Visitor, visit
from tests.journeys.house import PASSWORD, House

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_told_and_the_name_stays(story: House, browser: Browser) -> None:
    with visit(browser, story) as somebody:
        somebody.go("/engage/channels/")
        somebody.page.locator("[name=username]").fill("anna")
        somebody.page.locator("[name=password]").fill("sbagliata")
        with somebody.refusal(422):
            somebody.button("Accedi").click()
            expect(somebody.page.get_by_text("Nome utente o password non corretti.")).to_be_visible()
        expect(somebody.page.locator("[name=username]")).to_have_value("anna")
        somebody.page.locator("[name=password]").fill(PASSWORD)
        somebody.button("Accedi").click()
        expect(somebody.page).to_have_url(re.compile("/engage/channels/$"))
        somebody.nothing_went_wrong()


def test_an_administrator_makes_an_operator_who_can_log_in(anna: Visitor, browser: Browser) -> None:
    page = anna.page
    anna.go("/users/new/")
    page.get_by_label("Nome utente").fill("ottavio")
    page.get_by_label("Operatore").check()
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("row").filter(has_text="ottavio")).to_be_visible()
    with visit(browser, anna.house) as ottavio:
        ottavio.log_in("ottavio")
        assert "Token di accesso" not in ottavio.text()
        with ottavio.refusal(403):
            ottavio.go("/tokens/")
        ottavio.nothing_went_wrong()


def test_the_language_of_the_person_switches_every_page(anna: Visitor) -> None:
    page = anna.page
    anna.go("/")
    expect(page.locator("html")).to_have_attribute("lang", "it")
    page.locator("summary.person").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    anna.go("/users/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Users and roles")
    page.locator("summary.person").click()
    page.get_by_role("button", name="Italiano").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Utenti e ruoli")


def test_a_changed_password_is_the_one_that_works(anna: Visitor, browser: Browser) -> None:
    page = anna.page
    anna.go("/profile/password/")
    page.locator("[name=old]").fill("non-questa")
    page.locator("[name=password]").fill(new := "un-altra-password-lunga")
    with anna.refusal(422):
        page.locator("main form button[type=submit]").click()
        expect(page.get_by_text("Questa non è la tua password attuale.")).to_be_visible()
    page.locator("[name=old]").fill(PASSWORD)
    page.locator("[name=password]").fill(new)
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile("/profile/$"))
    with visit(browser, anna.house) as again:
        again.log_in("anna", new)
        again.nothing_went_wrong()
