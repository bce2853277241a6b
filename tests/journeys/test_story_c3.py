"""Story C, step 3, «Tutti i giorni»: a new key on Sinch Engage while a scheduled communication is at 400 of 1,200.

In a browser, in Italian; the platform's clock is moved to 10:00 in all its processes, the e-mail goes to a real server.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from engage_simulator.worlds.story import ASSISTENZA, KEYS
from tests.hunt import Hunt
from tests.journeys.browser import Visitor
from tests.journeys.channel_list import ChannelList
from tests.journeys.furnish import compose, connect
from tests.journeys.house import PASSWORD, House, house
from tests.journeys.letters import Letters
from tests.processes import wait_until
from tests.wire import Wire, wire

pytestmark = pytest.mark.browser
NAME = "Avviso di consegna"
ROME = ZoneInfo("Europe/Rome")


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters()


@pytest.fixture(scope="module")
def post(letters: Letters) -> Iterator[Wire]:
    with wire(letters.talk) as served:
        yield served


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that moves the platform's clock: it shows half past nine of this day in Rome."""
    file = tmp_path_factory.mktemp("clock") / "offset"
    present = datetime.now(ROME)
    file.write_text(str((present.replace(hour=9, minute=30, second=0) - present).total_seconds()))
    return file


@pytest.fixture(scope="module")
def story(post: Wire, clock: Path) -> Iterator[House]:
    mail = {"STAFFETTA_MAIL_HOST": "127.0.0.1", "STAFFETTA_MAIL_PORT": str(post.port), "STAFFETTA_MAIL_TLS": "0"}
    with house("story", STAFFETTA_SEND_PACE="150", STAFFETTA_CLOCK_FILE=str(clock), **mail) as made:
        yield made


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """The key before and the key after, once somebody has generated it."""
    return {"before": KEYS[ASSISTENZA]}


def test_1200_people_are_scheduled_for_ten(story: House, anna: Visitor) -> None:
    connect(story, ASSISTENZA)
    story.invite(("anna", "administrator", "it"))
    file = story.staffetta.folder / "clienti.csv"
    rows = [f"Cliente{n};+39333{n:07d};Sì\r\n" for n in range(1200)]
    file.write_text("Nome;Telefono;Opt-in WhatsApp\r\n" + "".join(rows))
    maps = ("--map", "Nome=first_name", "--map", "Telefono=phone", "--consent", "Opt-in WhatsApp", "--wait")
    story.json("contacts", "import", str(file), *maps)
    number = compose(story, NAME, "all")
    anna.go(f"/communications/{number}/")
    anna.button("Programma…").click()
    expect(anna.page.locator("main")).to_contain_text("1.200 persone lo riceverebbero adesso")
    anna.page.locator("[name=day]").fill(f"{datetime.now(ROME):%Y-%m-%d}")
    anna.page.locator("[name=time]").fill("10:00")
    anna.button("Programma").click()
    expect(anna.page.get_by_role("heading", name="Avvio: oggi, 10:00")).to_be_visible()
    assert story.communication(NAME)["state"] == "scheduled"


def test_at_ten_it_starts_by_itself_and_at_400_the_key_is_another(
    story: House, anna: Visitor, clock: Path, keys: dict[str, str]
) -> None:
    clock.write_text(str(float(clock.read_text()) + timedelta(minutes=30).total_seconds()))
    wait_until(lambda: story.engage.summary()["accepted"] >= 400, 40, 0.01, "for ten o'clock and 400 messages")
    keys["after"] = story.engage.regenerate_key(ASSISTENZA)
    wait_until(lambda: story.communication(NAME)["state"] == "held", 10, 0.1, "for the refused key to hold it")
    counts = story.communication(NAME)["counts"]
    assert counts["sent"] == story.engage.summary()["accepted"]
    assert 400 <= counts["sent"] < 600
    assert (counts["waiting"], counts["failed"], counts["uncertain"]) == (1200 - counts["sent"], 0, 0)
    ChannelList(anna).open()
    expect(anna.row("Assistenza clienti")).to_contain_text("Chiave rifiutata")
    anna.go("/communications/")
    anna.page.get_by_role("link", name=NAME, exact=True).click()
    expect(anna.page.get_by_role("heading", name=re.compile("^Sospesa?o?: Sinch Engage rifiuta"))).to_be_visible()
    expect(anna.page.locator(".sumline")).to_contain_text(f"{counts['waiting']} in attesa")
    expect(anna.page.locator(".sumline")).to_contain_text("0 in errore")


def test_the_administrators_get_an_e_mail(letters: Letters) -> None:
    wait_until(lambda: letters.to("anna"), 20, 0.1, "for the e-mail")
    assert "chiave rifiutata" in letters.to("anna")


def test_with_the_key_replaced_it_resumes_and_nobody_gets_it_twice(
    story: House, anna: Visitor, keys: dict[str, str]
) -> None:
    channels = ChannelList(anna)
    channels.home("Assistenza clienti")
    anna.button("Sostituisci API Key").first.click()
    anna.page.locator("form.card [name=password]").fill(PASSWORD)  # half an hour after the login
    anna.page.locator("form.card [type=submit]").click()
    anna.page.get_by_label("API Key", exact=True).fill(keys["after"])
    anna.page.get_by_role("main").get_by_role("button", name="Sostituisci API Key", exact=True).click()
    wait_until(lambda: story.channel(ASSISTENZA)["state"] == "connected", what="for the new key")
    anna.go("/communications/")
    anna.page.get_by_role("link", name=NAME, exact=True).click()
    anna.button("Riprendi").click()
    expect(anna.page.locator(".sumline")).to_contain_text("1.200 inviati", timeout=30_000)
    sent = [row["recipient"] for row in story.engage.ledger()]
    assert len(sent) == len(set(sent)) == 1200


def test_neither_key_is_on_any_page_or_in_any_file(
    story: House, anna: Visitor, letters: Letters, keys: dict[str, str]
) -> None:
    hunt = Hunt(keys.values())
    hunt.database(story.staffetta)
    hunt.files(story.staffetta.folder)
    hunt.text("mail", letters.to("anna"))
    for path in ("/", "/engage/channels/", "/communications/", "/system/", "/audit/"):
        anna.go(path)
        hunt.text(f"page {path}", anna.page.content())
    assert hunt.searched > 1_000
    assert hunt.found == set()
