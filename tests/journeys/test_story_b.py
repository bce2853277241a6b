"""Story B, «Mando i saldi», whole: in a browser, in Italian, step by step.

1,940 people = 1,692 who may be written to + 240 without Opt-in + 8 in the Blacklist. At about 600 it is paused, the
browser closed, and resumed on a phone. Sinch Engage refuses 12 and four times closes the connection without an answer:
three of those had arrived, one had not and is sent again.
"""

import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, expect

from engage_simulator.worlds.story import ASSISTENZA
from staffetta.contacts.imports.sample import story_b_csv
from tests.journeys.browser import PHONE, Visitor, visit
from tests.journeys.furnish import connect
from tests.journeys.house import House, house
from tests.processes import wait_until
from tests.wire import Answer, Seen, serving

pytestmark = pytest.mark.browser
NAME = "Saldi d'estate"
REFUSED = [f"39320000{number:04d}" for number in range(100, 112)]
LOST = [f"39320000{number:04d}" for number in (1843, 1863, 1883)]
NEVER_THERE = "393200001903"
KEPT_OUT = [f"+39320000{number:04d}" for number in range(700, 708)]
OPERATOR = "+393200000000"


@pytest.fixture(scope="module")
def photo() -> Iterator[str]:
    """The address of the picture in the header, which the product looks at once."""

    def reply(seen: Seen) -> Answer:
        return Answer(b"\xff\xd8\xff\xd9", headers={"Content-Type": "image/jpeg"})

    with serving(reply) as wire:
        yield wire.url("/novita.jpg")


@pytest.fixture(scope="module")
def story() -> Iterator[House]:
    """A house whose channel is slow enough for a person to press Pausa at 600 of 1,692."""
    with house("story", STAFFETTA_SEND_PACE="150") as made:
        yield made


def read(download: Download, folder: Path) -> tuple[bytes, list[list[str]]]:
    """Return a downloaded file as it is, and as an Italian Excel reads it: UTF-8 by its mark, semicolons."""
    download.save_as(file := folder / download.suggested_filename)
    raw = file.read_bytes()
    return raw, list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_step_1_the_import_takes_1940_of_2000_rows(story: House, anna: Visitor, tmp_path: Path) -> None:
    connect(story, ASSISTENZA)
    page = anna.page
    (tmp_path / "saldi.csv").write_bytes(story_b_csv())
    anna.go("/contacts/")
    anna.button("Importa").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "saldi.csv")
    anna.button("Carica").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Che cosa contiene ogni colonna?")
    expect(page.get_by_label("Telefono", exact=True).locator("option:checked")).to_have_text("Telefono")
    page.get_by_label("Colonna con l’Opt-in WhatsApp").select_option("Opt-in WhatsApp")
    anna.button("Mostra l’anteprima").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Che cosa succederà")
    expect(anna.row("Anna Rossi").first).to_contain_text("Nuovo")
    anna.button("Importa 2.000 righe").click()
    expect(page.get_by_role("link", name="Scarica le righe scartate")).to_be_visible(timeout=30_000)
    for words in ("2.000 righe", "1.940 nuovi", "60 scartate", "1.700 Sì", "180 No", "60 non impostat"):
        assert words in anna.text(), words
    assert len(story.json("contacts", "list")) == 1940


def test_step_1_the_60_rejected_rows_are_downloaded_with_their_reason(anna: Visitor, tmp_path: Path) -> None:
    with anna.page.expect_download() as waiting:
        anna.page.get_by_role("link", name="Scarica le righe scartate").click()
    raw, (heading, *rows) = read(waiting.value, tmp_path)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 60
    reason = heading.index("Motivo")
    invalid = [row for row in rows if row[reason].startswith("Numero non valido")]
    doubled = [row for row in rows if row[reason].startswith("Doppione nel file")]
    assert (len(invalid), len(doubled)) == (35, 25)


def test_step_1_eight_of_those_who_said_yes_are_in_the_blacklist(story: House, anna: Visitor) -> None:
    page = anna.page
    anna.go("/contacts/blacklist/new/")
    page.locator("[name=addresses]").fill("\n".join(KEPT_OUT))
    page.locator("[name=note]").fill("Lo hanno chiesto in negozio")
    page.locator("form:has([name=addresses]) button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Blacklist")
    assert len(story.json("blacklist", "list")) == 8


def test_step_2_a_communication_is_composed_and_shown_on_two_people(anna: Visitor, photo: str) -> None:
    page = anna.page
    anna.go("/communications/")
    anna.button("Nuova comunicazione").first.click()
    anna.choose("#compose [name=template]", "novita_foto")
    anna.choose("#compose [name=source_1]", label="Nome")
    page.locator("[name=fallback_1]").fill("cliente")
    page.locator("[name=header_media]").fill(photo)
    page.locator("[name=name]").fill(NAME)
    page.get_by_label("I contatti di un’importazione").check()
    page.locator("[name=source]").select_option(index=1)
    anna.button("Salva e vai al riepilogo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    page.get_by_role("link", name="Senza nome").click()
    expect(page.locator("#preview .text")).to_contain_text("Ciao cliente, guarda le novità")
    page.get_by_role("link", name="Con il nome").click()
    expect(page.locator("#preview .text")).to_contain_text("Ciao Anna, guarda le novità")
    assert anna.house.communication(NAME)["state"] == "draft"


def test_step_2_a_test_goes_to_oneself_and_is_outside_the_numbers(story: House, anna: Visitor) -> None:
    page = anna.page
    page.get_by_label("Cerca un contatto").fill(OPERATOR)
    person = page.locator("#people li").filter(has_text=OPERATOR)
    expect(page.locator("#people li")).to_have_count(1)
    person.get_by_role("checkbox").check()
    anna.button("Invia un test ai contatti scelti").click()
    wait_until(story.engage.ledger, what="for the test send")
    (sent,) = story.engage.ledger()
    assert (sent["recipient"], sent["template"]) == (OPERATOR.removeprefix("+"), "novita_foto")
    assert sent["variables"] == ["Anna"]
    assert sum(story.communication(NAME)["counts"].values()) == 0


def test_step_2_the_summary_counts_who_gets_it_and_who_does_not(anna: Visitor) -> None:
    anna.page.reload()
    summary = anna.page.locator("#summary")
    expect(summary).to_contain_text("1.692")
    expect(summary).to_contain_text("248")
    expect(anna.row("Opt-in WhatsApp non impostato su Sì")).to_contain_text("240")
    expect(anna.row("Nella Blacklist")).to_contain_text("8")
    expect(anna.button("Avvia l’invio a 1.692 persone")).to_be_visible()


def test_step_3_at_about_600_it_is_paused(story: House, anna: Visitor) -> None:
    story.engage.fault("answer", match={"operation": "send_notification", "recipient": REFUSED}, status=400, code=400,
                       reason="recipient not on WhatsApp")  # fmt: skip
    story.engage.fault("reset", match={"operation": "send_notification", "recipient": LOST}, accepted=True)
    story.engage.fault("reset", match={"operation": "send_notification", "recipient": [NEVER_THERE]}, times=1)
    anna.button("Avvia l’invio a 1.692 persone").click()
    wait_until(lambda: story.engage.summary()["accepted"] >= 500, 30, 0.01, "for 500 messages")
    anna.button("Pausa").click()
    expect(anna.page.get_by_role("heading", name="In pausa")).to_be_visible()
    wait_until(lambda: not story.communication(NAME)["counts"]["sending"], what="for the answers of what was in flight")
    before = story.engage.summary()["accepted"]
    counts = story.communication(NAME)["counts"]
    assert 500 < counts["sent"] < 900
    # The test send is in the provider's ledger and outside the numbers.
    assert (counts["sent"], counts["sent"] + counts["failed"] + counts["waiting"]) == (before - 1, 1692)
    anna.page.close()
    time.sleep(2)
    assert story.engage.summary()["accepted"] == before, "nothing leaves while it is paused"


def test_step_3_the_browser_is_opened_again_on_a_phone_and_resumes(
    story: House, anna: Visitor, browser: Browser
) -> None:
    with visit(browser, story, size=PHONE) as phone:
        phone.log_in()
        phone.go("/communications/")
        phone.page.get_by_role("link", name=NAME, exact=True).click()
        expect(phone.page.get_by_role("heading", name="In pausa")).to_be_visible()
        phone.fits()
        phone.button("Riprendi").click()
        line = phone.page.locator(".sumline")
        terms = "1.676 inviati + 248 non inviati + 12 in errore + 4 da verificare + 0 in attesa + 0 annullati"
        expect(line).to_contain_text(f"1.940 = {terms}", timeout=60_000)
        phone.fits()
        phone.nothing_went_wrong()
    anna.page = anna.page.context.new_page()
    anna.troubles.watch(anna.page)


def test_step_4_the_sum_closes_and_every_term_is_a_link(story: House, anna: Visitor) -> None:
    wait_until(lambda: story.communication(NAME)["counts"]["uncertain"] == 1, seconds=60, every=1,
               what="for the look-up to find three of the four")  # fmt: skip
    row = next(row for row in story.json("communications", "list") if row["name"] == NAME)
    anna.go(f"/communications/{row['id']}/")
    line = anna.page.locator(".sumline")
    told = re.sub(r"\s+", " ", line.inner_text()).strip()
    terms = "1.679 inviati + 248 non inviati + 12 in errore + 1 da verificare + 0 in attesa + 0 annullati"
    assert told.removeprefix("= ") == f"1.940 = {terms}"
    expect(line.get_by_role("link")).to_have_count(7)
    counts = story.communication(NAME)["counts"]
    assert sum(counts.values()) == 1940
    assert (counts["sent"], counts["not_sent"], counts["failed"]) == (1679, 248, 12)
    assert anna.page.get_by_text("Non disponibile con Sinch Engage").count() == 2


def test_step_4_a_click_on_240_shows_240_people_and_exports_240_rows(anna: Visitor, tmp_path: Path) -> None:
    page = anna.page
    expect(page.locator(".sumline").get_by_role("link", name="248 non inviati")).to_be_visible()
    anna.row("Opt-in WhatsApp non impostato su Sì").get_by_role("link", name="240").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("240 persone")
    expect(page.locator("tbody tr").first).to_contain_text("Opt-in WhatsApp non impostato su Sì")
    with page.expect_download() as waiting:
        anna.button("Esporta").click()
    raw, (heading, *rows) = read(waiting.value, tmp_path)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    assert (heading[0], heading[1], len(rows)) == ("Nome", "Telefono", 240)


def test_step_4_the_one_that_never_arrived_is_sent_again_by_the_operator(story: House, anna: Visitor) -> None:
    page = anna.page
    row = next(row for row in story.json("communications", "list") if row["name"] == NAME)
    anna.go(f"/communications/{row['id']}/people/?state=uncertain")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(NEVER_THERE[-4:])
    page.locator("tbody tr a").first.click()
    anna.button("Invia di nuovo").click()
    wait_until(lambda: story.communication(NAME)["counts"]["sent"] == 1680, every=1, what="for the last one")
    counts = story.communication(NAME)["counts"]
    assert {state: number for state, number in counts.items() if number} == {
        "sent": 1680, "not_sent": 248, "failed": 12,
    }  # fmt: skip


def test_step_4_the_ledger_of_sinch_engage_holds_everybody_once(story: House) -> None:
    test, *sent = story.engage.ledger()
    assert test["recipient"] == OPERATOR.removeprefix("+")
    numbers = [row["recipient"] for row in sent]
    assert len(numbers) == len(set(numbers)) == 1680
    assert not set(numbers) & {*REFUSED, *(number.removeprefix("+") for number in KEPT_OUT)}
    assert set(numbers) >= {*LOST, NEVER_THERE}
    assert {row["variables"][0] for row in sent} >= {"cliente", "Niccolò", "Desirée"}
