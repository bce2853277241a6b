"""Contacts worth trusting, in Italian: fields, a workbook with rejects, an audience, a sync with its conflicts.

Whatever happens here is done in the interface; what happens at the provider, at the simulator's control.
"""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engage_simulator.worlds.story import ASSISTENZA
from staffetta.contacts.exports.write_xlsx import encoded
from tests.browser import axe
from tests.journeys.browser import PHONE, WIDE, Visitor
from tests.journeys.channel_list import ChannelList
from tests.journeys.house import House
from tests.journeys.sync_tab import SyncTab

pytestmark = pytest.mark.browser
HEADINGS = ["Telefono", "Nome", "Cognome", "Città", "Taglia", "Nascita"]
CITIES = ("Milano", "Roma", "Torino")
FIELDS = (("Città", "Testo", ""), ("Taglia", "Scelta singola", "S\nM\nL\nXL"), ("Nascita", "Data", ""))
FIRST = {"nuovi": 20, "aggiornati": 10, "invariati": 27, "in conflitto": 3, "scartati": 3}


def number(place: int) -> str:
    return f"39347{place:07d}"


def line(place: int) -> list[str]:
    """One of the workbook: everybody called Anna Rossi, the first ten without a size."""
    size = "" if place < 10 else "M"
    return [f"+{number(place)}", "Anna", "Rossi", CITIES[place % 3], size, "02/01/1985"]


def workbook() -> bytes:
    """54 good rows, three numbers that are none, two dates that are none, one person twice."""
    wrong = [["347 12", *line(60)[1:]], ["boh", *line(61)[1:]], ["+39 3", *line(62)[1:]]]
    undated = [[*line(place)[:5], "ieri"] for place in (63, 64)]
    return b"".join(encoded(HEADINGS, [*map(line, range(54)), *wrong, *undated, line(0)]))


def corrected(rejects: bytes) -> bytes:
    """Return the file of rejects as a person gives it back: each with a number and a date of its own."""
    headings, *rows = csv.reader(io.StringIO(rejects.decode("utf-8-sig"), newline=""), delimiter=";")
    assert headings[: len(HEADINGS)] == HEADINGS
    out = io.StringIO(newline="")
    mended = [[f"+{number(60 + place)}", *row[1:5], "02/01/1985", *row[6:]] for place, row in enumerate(rows)]
    csv.writer(out, delimiter=";").writerows([headings, *mended])
    return out.getvalue().encode("utf-8-sig")


def customer(place: int, **fields: str) -> dict[str, object]:
    usual = {"citta": CITIES[place % 3], "taglia": "M", "nato_il": "1985-01-02"}
    return {"id": number(place), "name": "Anna Rossi", "customfields": usual | fields}


def customers() -> list[dict[str, object]]:
    """40 who are here (ten without a size here, three in another city), 20 unknown here, three with a date amiss."""
    return [
        *(customer(place, **({"citta": "Napoli"} if place in (10, 11, 12) else {})) for place in range(40)),
        *map(customer, range(100, 120)),
        *(customer(place, nato_il="boh") for place in range(120, 123)),
    ]


@pytest.fixture(scope="module")
def sync(anna: Visitor) -> SyncTab:
    return SyncTab(anna, "Assistenza clienti", "Anagrafica")


def fine(anna: Visitor) -> None:
    """The page stands wide and on a phone, and a screen reader can follow it."""
    for size in (PHONE, WIDE):
        anna.look(size, "light")
        anna.fits()
        assert not axe.violations(anna.page)


def find(anna: Visitor, place: int) -> None:
    """Open a contact by its number."""
    anna.go(f"/contacts/?q=%2B{number(place)}")
    anna.page.get_by_role("main").get_by_role("link", name="Anna Rossi").first.click()
    expect(anna.page.get_by_role("heading", level=1)).to_contain_text("Anna Rossi")


def upload(anna: Visitor, file: Path, said: Sequence[str], button: str) -> None:
    """Take a file from its choice to its end."""
    page = anna.page
    anna.go("/contacts/")
    anna.button("Importa").click()
    page.locator("input[type=file]").set_input_files(file)
    anna.button("Carica").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Che cosa contiene ogni colonna?")
    fine(anna)
    anna.button("Mostra l’anteprima").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Che cosa succederà")
    fine(anna)
    anna.button(button).click()
    for words in said:
        expect(page.locator(".sumline").first).to_contain_text(words, timeout=30_000)


def test_fields_of_several_types_are_made(anna: Visitor) -> None:
    page = anna.page
    for label, kind, choices in FIELDS:
        anna.go("/contacts/fields/")
        page.get_by_label("Nome", exact=True).fill(label)
        page.get_by_label("Tipo", exact=True).select_option(label=kind)
        page.get_by_label("Scelte", exact=True).fill(choices)
        anna.button("Aggiungi il campo").click()
        expect(anna.row(label).first).to_contain_text(kind)
    fine(anna)


def test_a_workbook_is_imported_and_its_rejects_corrected_and_replayed(anna: Visitor, tmp_path: Path) -> None:
    (tmp_path / "clienti.xlsx").write_bytes(workbook())
    upload(anna, tmp_path / "clienti.xlsx", ["60 righe = 54 nuovi", "6 scartate"], "Importa 60 righe")
    fine(anna)
    with anna.page.expect_download() as waiting:
        anna.page.get_by_role("link", name="Scarica le righe scartate").click()
    waiting.value.save_as(rejects := tmp_path / waiting.value.suggested_filename)
    rejects.write_bytes(corrected(rejects.read_bytes()))
    upload(anna, rejects, ["6 righe = 6 nuovi", "0 scartate"], "Importa 6 righe")


def test_an_audience_is_built_by_rules(anna: Visitor) -> None:
    page = anna.page
    anna.go("/contacts/lists/")
    anna.button("Nuova audience per regole").click()
    page.get_by_label("Nome", exact=True).fill("Milanesi")
    with page.expect_response(re.compile(r"\?do=look")):
        page.locator("[id='r.0:about']").select_option(label="Città")
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.locator("[id='r.0:value']").fill("Milano")
    page.keyboard.press("Tab")
    expect(page.locator(".figure-big")).to_have_text("21")
    anna.button("Salva").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Milanesi")
    expect(page.locator(".figure-big")).to_have_text("21")


def test_the_sync_is_configured_from_what_was_downloaded_and_previewed(
    story: House, anna: Visitor, sync: SyncTab
) -> None:
    key, own = story.engage.key(ASSISTENZA), story.engage.world()["fields"][ASSISTENZA]
    story.engage.put_channel(
        id=ASSISTENZA, name="Assistenza clienti", messenger="WB", apikey=key, fields=own, customers=customers()
    )
    channels = ChannelList(anna)
    channels.open()
    channels.connected(key)
    sync.configure(
        [
            ("Nome, ricavato da «name»", "Nome", "Prevale Sinch Engage"),
            ("Cognome, ricavato da «name»", "Cognome", "Prevale Sinch Engage"),
            ("Città", "Città (Testo)", "Chiedi"),
            ("Taglia", "Taglia (Scelta singola)", "Prevale Sinch Engage"),
            ("Data di nascita", "Nascita (Data)", "Solo se vuoto"),
        ]
    )
    fine(anna)
    assert sync.press("Anteprima delle modifiche") == FIRST
    fine(anna)
    assert len(story.json("contacts", "list")) == 60


def test_it_runs_and_rejected_customers_are_corrected_and_replayed(story: House, anna: Visitor, sync: SyncTab) -> None:
    assert sync.press("Avvia ora") == FIRST
    assert len(story.json("contacts", "list")) == 80
    sync.show()
    fine(anna)
    anna.button("3 righe scartate da correggere").click()
    fine(anna)
    anna.row(number(120)).get_by_role("link", name="Correggi").click()
    anna.page.get_by_label("nato_il").fill("domani")
    with anna.refusal(422):
        anna.button("Correggi e riprova").click()
        expect(anna.page.get_by_role("main")).to_contain_text("Non è una data")
    fine(anna)
    anna.page.get_by_label("nato_il").fill("17/05/1990")
    anna.button("Correggi e riprova").click()
    expect(anna.page.get_by_role("main")).to_contain_text("Anna Rossi")
    expect(anna.row(number(120))).to_have_count(0)
    expect(anna.row(number(121))).to_have_count(1)
    assert len(story.json("contacts", "list")) == 81


def test_a_conflict_is_decided_either_way(anna: Visitor, sync: SyncTab) -> None:
    sync.show()
    anna.button("3 conflitti da decidere").click()
    fine(anna)
    expect(anna.row(number(10))).to_contain_text("Città: qui Roma, su Sinch Engage Napoli")
    anna.button("Tieni il valore di qui", within=anna.row(number(10))).click()
    expect(anna.row(number(10))).to_have_count(0)
    anna.button("Tutti: prendi il valore di Sinch Engage").click()
    expect(anna.page.get_by_role("main")).to_contain_text("2 conflitti decisi.", timeout=20_000)
    for place, city in ((10, "Roma"), (11, "Napoli")):
        find(anna, place)
        expect(anna.page.get_by_role("main")).to_contain_text(city)


def test_what_changed_there_alone_comes_with_the_next_run(story: House, anna: Visitor, sync: SyncTab) -> None:
    story.engage.change_customer(ASSISTENZA, number(5), customfields={"citta": "Bari"})
    sync.show()
    assert sync.press("Avvia ora") == {"aggiornato": 1, "invariati": 59, "scartati": 3}
    expect(anna.row(number(5))).to_contain_text("Città: Torino → Bari")
    find(anna, 5)
    expect(anna.page.get_by_role("main")).to_contain_text("Bari")


def test_changed_on_both_sides_a_person_decides_and_the_undoing_brings_back_what_was_here(
    story: House, anna: Visitor, sync: SyncTab
) -> None:
    page = anna.page
    story.engage.change_customer(ASSISTENZA, number(20), customfields={"citta": "Pavia"})
    find(anna, 20)
    anna.button("Modifica").first.click()
    page.get_by_label("Città", exact=True).fill("Como")
    anna.button("Salva").click()
    sync.show()
    assert sync.press("Avvia ora") == {"invariati": 59, "in conflitto": 1, "scartati": 3}
    run = page.url
    sync.show()
    anna.button("1 conflitto da decidere").click()
    anna.button("Prendi il valore di Sinch Engage", within=anna.row(number(20))).click()
    expect(page.get_by_role("main")).to_contain_text("1 conflitto deciso.")
    find(anna, 20)
    expect(page.get_by_role("main")).to_contain_text("Pavia")
    page.goto(run)
    sync.undo()
    fine(anna)
    find(anna, 20)
    expect(page.get_by_role("main")).to_contain_text("Como")
