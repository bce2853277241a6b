"""Acceptance: no channel's key, nor its first 32 or last 20 characters, occurs outside the encrypted column.

Real processes do the real work, and go through everything that can go wrong on the way to the provider; then every
column, file, log line, page and the backup is searched. That the search finds what is there is shown by planting a key.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from engage_simulator.testing import Engage, running
from engage_simulator.worlds.story import ASSISTENZA, KEYS, NOVITA
from tests.conftest import PASSWORD
from tests.hunt import Hunt, Visitor
from tests.processes import Installation, Platform, installation, wait_until
from tests.wire import refused_port

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("secrets")]

ODD_KEY = "chiave/nuova+forma=con&segni?strani%e-punti:0123456789abcdef"
WRONG_KEY = "feedc0de5e926f80f96fcf782dd06293_24009_3ca6a027ab45ebdd043a78900"
CUTS: list[dict[str, Any]] = [
    {"kind": "reset", "accepted": True},
    {"kind": "truncate", "accepted": True},
    {"kind": "hang", "accepted": True, "seconds": 4},
    {"kind": "html"},
    {"kind": "garbage"},
    {"kind": "answer", "status": 400, "code": 400},
    {"kind": "answer", "status": 500, "code": 500},
]
UNSETTLED = "SELECT count(*) FROM deliveries_delivery WHERE state IN ('waiting', 'sending')"
BUSY = "SELECT count(*) FROM channels_refresh WHERE state IN ('waiting', 'running')"
DEFINE = """
from staffetta.accounts import tokens
from staffetta.channels.models import TemplateVariant
from staffetta.communications.define import Definition, define
from staffetta.communications.draft import Content
variant = TemplateVariant.objects.get(
    template__name="conferma_ordine", language="it", template__channel__provider_id="24001"
)
mapping = {"1": {"source": "text:Anna", "fallback": None}, "2": {"source": "value:order", "fallback": None}}
define(None, Definition("conferma", ["order"]), Content(variant, mapping), None)
print(tokens.issue("negozio", None)[1])
"""


@dataclass(frozen=True)
class Story:
    """What was lived through: where, by whom, and every key that was ever typed."""

    staffetta: Installation
    platform: Platform
    visitor: Visitor
    keys: list[str]
    backup: Path

    def hunt(self) -> Hunt:
        """Search everywhere."""
        hunt = Hunt(self.keys)
        hunt.database(self.staffetta)
        hunt.files(self.staffetta.folder)
        hunt.pages(self.visitor)
        hunt.archive(self.backup)
        return hunt


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    backup = tmp_path_factory.mktemp("secrets") / "staffetta.backup"
    with running("story") as engage:
        engage.change_channel(NOVITA, apikey=ODD_KEY)
        settings = {"SEND_PACE": "0", "READ_TIMEOUT": "2", "CONNECT_TIMEOUT": "2", "LOG_LEVEL": "DEBUG"}
        named: dict[str, Any] = {f"STAFFETTA_{name}": value for name, value in settings.items()}
        with installation(STAFFETTA_ENGAGE_URL=engage.url, **named) as staffetta:
            yield live_through(staffetta, engage, backup)


def live_through(staffetta: Installation, engage: Engage, backup: Path) -> Story:
    staffetta.ok("users", "create", "anna", "--role", "administrator", "--password-file", "-", typed=PASSWORD)
    platform = staffetta.start_run()
    anna = Visitor(platform.address, "anna", PASSWORD)
    connect_two(staffetta, engage, anna)
    read_with_faults(staffetta, engage, anna)
    send_with_faults(staffetta, engage, platform)
    replaced = replace_the_key(staffetta, engage, anna)
    refuse_connections(staffetta)
    staffetta.ok("backup", str(backup))
    return Story(staffetta, platform, anna, [KEYS[ASSISTENZA], ODD_KEY, WRONG_KEY, replaced], backup)


def connect_two(staffetta: Installation, engage: Engage, anna: Visitor) -> None:
    """A refused key by page and by command, two good ones, and the key of one channel in the row of the other."""
    assert anna.post("/engage/channels/connect/", api_key=WRONG_KEY)[0] == 422
    assert staffetta.command("channels", "connect", "--key-file", "-", typed=WRONG_KEY).returncode == 1
    assert anna.post("/engage/channels/connect/", api_key=f" {KEYS[ASSISTENZA]} ")[0] == 200
    listed = "SELECT id FROM channels_channel WHERE provider_id = %s"
    wait_until(lambda: staffetta.rows(listed, NOVITA), what="for the list of channels")
    row = staffetta.rows(listed, NOVITA)[0][0]
    assert anna.post(f"/engage/channels/{row}/connect/", api_key=KEYS[ASSISTENZA])[0] == 422
    staffetta.ok("channels", "connect", "--channel", NOVITA, "--unusual-key", typed=ODD_KEY)
    wait_until(lambda: states_of(staffetta) == {ASSISTENZA: "connected", NOVITA: "connected"})


def states_of(staffetta: Installation) -> dict[str, str]:
    listed = staffetta.rows("SELECT provider_id, state FROM channels_channel WHERE sealed_key IS NOT NULL")
    return {str(channel): str(state) for channel, state in listed}


def read_with_faults(staffetta: Installation, engage: Engage, anna: Visitor) -> None:
    """Everything that can happen to a refresh, a provider that quotes the key back among it."""
    for cut in CUTS:
        engage.clear_faults()
        strike(engage, cut)
        refresh(staffetta, anna)
    engage.clear_faults()
    refresh(staffetta, anna)


def strike(engage: Engage, cut: dict[str, Any], times: int | None = None, **match: object) -> None:
    """Let a fault strike both channels; where there is a reason, it quotes the key it was asked with."""
    for channel, key in ((ASSISTENZA, KEYS[ASSISTENZA]), (NOVITA, ODD_KEY)):
        quoted = {"reason": f"bad apikey={quote(key, safe='')} or {key}"} if "status" in cut else {}
        engage.fault(**cut, **quoted, match={"channel": channel, **match}, times=times)


def refresh(staffetta: Installation, anna: Visitor) -> None:
    assert anna.post("/engage/channels/", to="/engage/channels/refresh/")[0] == 200
    wait_until(lambda: not staffetta.rows(BUSY)[0][0], 40, 0.1, "for the refresh")


def send_with_faults(staffetta: Installation, engage: Engage, platform: Platform) -> None:
    """A communication and transactional messages, of which each fault strikes one."""
    people = staffetta.folder / "persone.csv"
    lines = "\n".join(f"+39333{number:07d};Nome{number};Sì" for number in range(12))
    people.write_text(f"Telefono;Nome;Opt-in\n{lines}\n")
    maps = ["--map", "Telefono=phone", "--map", "Nome=first_name", "--consent", "Opt-in"]
    staffetta.ok("contacts", "import", str(people), *maps, "--wait")
    for place, cut in enumerate(CUTS, 2):
        strike(engage, cut, 1, operation="send_notification", nth=place)
    for channel, template in ((NOVITA, "nuovi_arrivi"), (ASSISTENZA, "benvenuto")):
        words = ["--name", template, "--channel", channel, "--template", template, "--language", "it"]
        made = staffetta.json("communications", "create", *words, "--audience", "all")
        staffetta.ok("communications", "start", str(made["id"]), "--wait", "--yes")
    call(platform, staffetta.python(DEFINE).strip())
    wait_until(lambda: not staffetta.rows(UNSETTLED)[0][0], 40, 0.1, "for the messages")
    engage.clear_faults()


def call(platform: Platform, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "ordine-1"}
    body = json.dumps({"recipient": {"phone": "+393330000001"}, "values": {"order": "A-1"}}).encode()
    url = f"{platform.address}/api/v1/transactional-messages/conferma/send"
    with urlopen(Request(url, body, headers), timeout=30) as answer:
        assert answer.status == 202


def replace_the_key(staffetta: Installation, engage: Engage, anna: Visitor) -> str:
    """Somebody makes a new key at the provider: the old one is refused, an incident opens, the new one is typed in."""
    new = engage.regenerate_key(ASSISTENZA)
    refresh(staffetta, anna)
    assert states_of(staffetta)[ASSISTENZA] == "refused"
    staffetta.ok("channels", "connect", "--replace", typed=new)
    assert states_of(staffetta)[ASSISTENZA] == "connected"
    return new


def refuse_connections(staffetta: Installation) -> None:
    """A provider at whose address nobody listens, and one whose name does not exist."""
    for url in (f"http://127.0.0.1:{refused_port()}", "http://nessuno.invalid"):
        code = "from staffetta.channels.refreshing import ask, refresh\nfor row in ask.ask_all(): refresh.run(row.pk)"
        staffetta.environment["STAFFETTA_ENGAGE_URL"] = url
        staffetta.python(code)


def test_no_key_is_anywhere_but_in_its_column(story: Story) -> None:
    exchanges = dict(story.staffetta.rows("SELECT error, count(*) FROM channels_exchange GROUP BY error"))
    assert len(exchanges) > 4, f"the faults did strike in different ways: {exchanges}"
    assert story.staffetta.rows("SELECT count(*) FROM django_tasks_database_dbtaskresult")[0][0]
    hunt = story.hunt()
    assert hunt.searched > 1_000
    assert hunt.found == set()


def test_a_key_that_is_anywhere_is_found(story: Story) -> None:
    """Plants a form of a key in each kind of place: the search above could have found it."""
    staffetta, key = story.staffetta, ODD_KEY
    exchange = staffetta.rows("SELECT max(id) FROM channels_exchange")[0][0]
    planted = f"https://example.org/user?apikey={quote(key[-20:], safe='')}"
    staffetta.rows("UPDATE channels_exchange SET url = %s WHERE id = %s RETURNING id", planted, exchange)
    task = "UPDATE django_tasks_database_dbtaskresult SET traceback = %s RETURNING id"
    staffetta.rows(task, f"ValueError: {story.keys[0][:32].upper()}")
    (staffetta.folder / "run-planted.log").write_bytes(story.keys[-1].encode("utf-16-le"))
    found = story.hunt().found
    assert {"channels_exchange.url", "django_tasks_database_dbtaskresult.traceback", "file run-planted.log"} <= found
    assert any(place.startswith("page /engage/") and "/calls/" in place for place in found)
