"""Two people with a browser each on one draft and on one contact: nobody's work is lost, nothing unseen is sent."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import PHONE, WIDE, Visitor, visit
from tests.journeys.walk import Walk

pytestmark = pytest.mark.browser


def pictured(visitor: Visitor, name: str) -> None:
    """Fail where the page is too wide; keep a picture where STAFFETTA_TEST_PICTURES names a folder."""
    for size in (WIDE, PHONE):
        visitor.look(size, "light")
        visitor.fits()
        if folder := os.environ.get("STAFFETTA_TEST_PICTURES"):
            visitor.page.screenshot(path=Path(folder) / f"{name}-{size[0]}.png", full_page=True)
    visitor.look(WIDE, "light")


def test_a_draft_changed_by_a_colleague_is_shown_again_and_not_started(full: Walk, browser: Browser) -> None:
    draft = f"/communications/{full.places['draft']}/"
    with visit(browser, full.home, name="anna") as anna, visit(browser, full.home, name="ottavio") as ottavio:
        anna.go(draft)
        ottavio.go(f"{draft}edit/")
        ottavio.page.locator("[name=name]").fill("Bozza di Ottavio")
        ottavio.page.locator("#compose button.btn-primary[type=submit]").click()
        expect(ottavio.page.get_by_role("heading", level=1)).to_have_text("Bozza di Ottavio")
        with anna.refusal(409):
            anna.page.locator("form[action$='/start/'] button").click()
            expect(anna.page.get_by_text("Nel frattempo è cambiato: non è stato fatto nulla")).to_be_visible()
        expect(anna.page.get_by_text("adesso: «Bozza di Ottavio»").first).to_be_visible()
        pictured(anna, "draft")
        assert full.home.communication("Bozza di Ottavio")["state"] == "draft"
        anna.nothing_went_wrong()
        ottavio.nothing_went_wrong()


def test_a_contact_that_both_edit_is_shown_side_by_side(full: Walk, browser: Browser) -> None:
    contact = f"/contacts/{full.places['contact']}/"
    with visit(browser, full.home, name="anna") as anna, visit(browser, full.home, name="ottavio") as ottavio:
        for visitor in (anna, ottavio):
            visitor.go(f"{contact}edit/")
        ottavio.page.locator("[name=last_name]").fill("Bianchi")
        ottavio.page.locator("input[name=language]").fill("en")
        ottavio.button("Salva").click()
        expect(ottavio.page.get_by_role("heading", level=1)).to_contain_text("Bianchi")
        anna.page.locator("[name=last_name]").fill("Verdi")
        with anna.refusal(409):
            anna.button("Salva").click()
            expect(anna.page.get_by_text("Come l’hai scritto tu:")).to_be_visible()
        pictured(anna, "contact")
        anna.page.get_by_label("Come l’hai scritto tu:").check()
        anna.button("Salva così").click()
        expect(anna.page.get_by_role("heading", level=1)).to_contain_text("Verdi")
        anna.go(f"{contact}edit/")
        expect(anna.page.locator("input[name=language]")).to_have_value("en")
        anna.nothing_went_wrong()
        ottavio.nothing_went_wrong()
