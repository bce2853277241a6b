"""An audience by rules in a browser, in Italian: written with the keyboard, counted while it grows, on a phone too."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.journeys.browser import PHONE, WIDE, Visitor
from tests.journeys.furnish import bring_people
from tests.journeys.house import House

pytestmark = pytest.mark.browser


def settled(anna: Visitor) -> None:
    anna.page.wait_for_function("() => !document.querySelector('.htmx-request')")


def about(anna: Visitor, path: str, label: str) -> None:
    """Choose what a condition is about, and wait until its comparisons are there."""
    with anna.page.expect_response(re.compile(r"\?do=look")):
        anna.page.locator(f"[id='{path}:about']").select_option(label=label)
    settled(anna)


def press(anna: Visitor, name: str) -> None:
    with anna.page.expect_response(re.compile(r"\?do=")):
        anna.button(name).first.press("Enter")
    settled(anna)


def test_the_rules_grow_by_keyboard_and_the_count_follows(story: House, anna: Visitor) -> None:
    bring_people(story)
    page = anna.page
    anna.go("/contacts/lists/")
    anna.button("Nuova audience per regole").click()
    page.get_by_label("Nome", exact=True).fill("Con opt-in")
    about(anna, "r.0", "Opt-in")
    expect(page.locator(".figure-big")).to_have_text("1.700")
    press(anna, "Condizione")
    expect(page.locator("[id='r.1:about']")).to_be_focused()
    about(anna, "r.1", "Nome")
    page.locator("[id='r.1:is']").select_option("starts_with")
    settled(anna)
    page.locator("[id='r.1:value']").fill("ni")
    page.keyboard.press("Tab")
    expect(page.locator(".figure-big")).not_to_have_text("1.700")
    few = page.locator(".figure-big").inner_text()
    press(anna, "Gruppo")
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Con opt-in")
    expect(page.locator("[id='r.1:value']")).to_have_value("ni")
    anna.button("Togli il gruppo 3").click()
    settled(anna)
    expect(page.locator(".figure-big")).to_have_text(few)


def test_an_error_keeps_what_was_typed_and_stands_at_its_place(anna: Visitor) -> None:
    page = anna.page
    press(anna, "Condizione")
    anna.button("Salva").click()
    expect(page.locator("[id='r.2:error']")).to_have_text("Scegli su che cosa è la condizione.")
    expect(page.locator("[id='r.1:value']")).to_have_value("ni")
    for size in (WIDE, PHONE):
        anna.look(size, "light")
        anna.fits()
        assert not axe.violations(page)
    anna.look(WIDE, "light")
    anna.button("Togli la condizione 3").click()
    settled(anna)
    anna.button("Salva").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Con opt-in")
    expect(page.locator("main")).to_contain_text("Opt-in WhatsApp (marketing) Sì e Nome inizia con «ni»")
    expect(page.locator(".figure-big")).to_be_visible()


def test_the_contacts_shown_are_those_counted(story: House, anna: Visitor) -> None:
    told = story.json("audiences", "list")
    number = story.json("audiences", "count", told[0]["audience"])["people"]
    assert anna.page.locator(".figure-big").inner_text() == str(number)
    anna.button("Mostra i contatti").click()
    expect(anna.page.get_by_label("Audience per regole")).to_have_value(told[0]["audience"].removeprefix("rule:"))
