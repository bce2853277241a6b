"""Story C, step 1, «Tutti i giorni»: 5,000 customers kept in step, in a browser, in Italian.

Everything is made in the interface: the two contact fields, the 1,750 contacts who are here already (an import), the
configuration, its preview, its run, and its undoing.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from engage_simulator.worlds.story import ASSISTENZA
from tests.browser import axe
from tests.journeys.browser import PHONE, WIDE, Visitor
from tests.journeys.furnish import connect
from tests.journeys.house import House
from tests.journeys.sync_tab import SyncTab

pytestmark = pytest.mark.browser
NUMBERS = {"nuovi": 3200, "aggiornati": 1450, "invariati": 300, "scartati": 50}
HEADINGS = "Telefono;Nome;Cognome;Città;Data di nascita"
Row = dict[str, object]


def number(place: int) -> str:
    return f"39347{place:07d}"


def customer(place: int, name: str, **fields: str) -> Row:
    return {"id": number(place), "name": name, "customfields": fields}


def customers() -> list[Row]:
    """3,200 nobody knows here, 1,450 of whom a date is missing here, 300 who are here as they are there, 50 wrong."""
    return [
        *(customer(place, "Maria De Luca", citta="Roma", nato_il="1990-05-17") for place in range(3200)),
        *(customer(place, "Anna Rossi", citta="Milano", nato_il="1985-01-02") for place in range(3200, 4950)),
        *(customer(place, "Ugo", nato_il="boh") for place in range(4950, 5000)),
    ]


def people_here() -> bytes:
    dateless = [f"+{number(place)};Anna;Rossi;Torino;" for place in range(3200, 4650)]
    same = [f"+{number(place)};Anna;Rossi;Bari;02/01/1985" for place in range(4650, 4950)]
    return "\r\n".join([HEADINGS, *dateless, *same, ""]).encode("utf-8-sig")


def contacts(story: House) -> dict[str, tuple[object, ...]]:
    rows = story.staffetta.rows('SELECT phone, first_name, last_name, "values" FROM contacts_contact')
    return {str(phone): (first, last, str(values)) for phone, first, last, values in rows}


@pytest.fixture(scope="module")
def sync(anna: Visitor) -> SyncTab:
    return SyncTab(anna, "Assistenza clienti", "Anagrafica")


@pytest.fixture(scope="module")
def before() -> dict[str, tuple[object, ...]]:
    """The contacts as they were before the first run."""
    return {}


def test_the_fields_are_made_and_1750_people_are_here(story: House, anna: Visitor, tmp_path: Path) -> None:
    key, own = story.engage.key(ASSISTENZA), story.engage.world()["fields"][ASSISTENZA]
    story.engage.put_channel(
        id=ASSISTENZA, name="Assistenza clienti", messenger="WB", apikey=key, fields=own, customers=customers()
    )
    connect(story, ASSISTENZA)
    page = anna.page
    for label, kind in (("Città", "Testo"), ("Data di nascita", "Data")):
        anna.go("/contacts/fields/")
        page.get_by_label("Nome", exact=True).fill(label)
        page.get_by_label("Tipo", exact=True).select_option(label=kind)
        anna.button("Aggiungi il campo").click()
        expect(anna.row(label).first).to_contain_text(kind)
    (tmp_path / "clienti.csv").write_bytes(people_here())
    anna.go("/contacts/imports/new/")
    page.locator("input[type=file]").set_input_files(tmp_path / "clienti.csv")
    anna.button("Carica").click()
    anna.button("Mostra l’anteprima").click()
    anna.button("Importa 1.750 righe").click()
    expect(page.locator(".sumline")).to_contain_text("1.750 righe = 1.750 nuovi", timeout=30_000)


def test_the_preview_says_what_will_happen_and_writes_nothing(
    story: House, anna: Visitor, sync: SyncTab, before: dict[str, tuple[object, ...]]
) -> None:
    before |= contacts(story)
    assert len(before) == 1750
    sync.configure(
        [
            ("Nome, ricavato da «name»", "Nome", "Prevale Sinch Engage"),
            ("Cognome, ricavato da «name»", "Cognome", "Prevale Sinch Engage"),
            ("Città", "Città (Testo)", "Solo se vuoto"),
            ("Data di nascita", "Data di nascita (Data)", "Prevale Sinch Engage"),
        ]
    )
    assert sync.press("Anteprima delle modifiche") == NUMBERS
    assert contacts(story) == before
    page = anna.page
    page.get_by_label("Esito", exact=True).select_option(label="Aggiornati")
    expect(anna.row("Anna Rossi").first).to_contain_text("Data di nascita: – → 02/01/1985")
    for size in (WIDE, PHONE):
        anna.look(size, "light")
        anna.fits()
        assert not axe.violations(page)
    anna.look(WIDE, "light")


def test_the_run_gives_the_same_numbers(story: House, anna: Visitor, sync: SyncTab) -> None:
    assert sync.press("Avvia ora") == NUMBERS
    expect(anna.page.get_by_role("table").filter(has_text="Confronto con l’anteprima")).to_be_visible()
    expect(anna.button("Interrompi")).to_have_count(0)
    found = contacts(story)
    assert len(found) == 4950
    assert found["+393470000000"][:2] == ("Maria", "De Luca")
    assert "Torino" in str(found["+393470003200"][2])
    assert "1985-01-02" in str(found["+393470003200"][2])


def test_a_second_run_finds_nothing_new_and_nothing_to_update(sync: SyncTab) -> None:
    sync.show()
    assert sync.press("Avvia ora") == {"invariati": 4950, "scartati": 50}


def test_undone_the_1450_are_as_they_were(
    story: House, anna: Visitor, sync: SyncTab, before: dict[str, tuple[object, ...]]
) -> None:
    sync.show()
    anna.page.locator("section:has(#runs) tbody tr").nth(1).get_by_role("link").click()
    assert sync.ended() == NUMBERS
    assert "Annullata: 4.650 persone sono come prima." in sync.undo()
    assert contacts(story) == before
