"""The control address: the account, the ledger's books, the requests seen, the clock, and the process itself."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engage_simulator.testing import ControlError, Engage, running
from tests.engage_simulator.wire import ask, notification, open_request, send

ANNA, MARCO = "393470000001", "393470000002"


def test_the_ledger_counts_recipients_and_names_duplicates(engage: Engage, key: str) -> None:
    for person in (ANNA, MARCO, ANNA):
        send(engage, notification(key, person, "benvenuto"))
    send(engage, notification(engage.key("24002"), ANNA, "nuovi_arrivi"))
    summary = engage.summary()
    assert (summary["accepted"], summary["distinct_recipients"]) == (4, 2)
    assert summary["duplicates"] == [{"channel": "24001", "recipient": ANNA, "times": 2}]
    assert summary["channels"]["24001"] == {"accepted": 3, "templates": {"benvenuto (it)": 3}}
    assert engage.summary(channel="24002")["accepted"] == 1
    assert engage.summary(template="nuovi_arrivi")["accepted"] == 1
    assert engage.summary(after=2)["duplicates"] == []
    assert [row["sequence"] for row in engage.ledger(channel="24001", after=1)] == [2, 3]
    page = engage.control("GET", "/ledger", limit=2, offset=1, channel="24001")
    assert [row["recipient"] for row in page["rows"]] == [MARCO, ANNA]
    assert page["total"] == 4


def test_the_ledger_is_downloaded_in_one_go(engage: Engage, key: str) -> None:
    for person in (ANNA, MARCO, "393399990001"):
        send(engage, notification(key, person, "conferma_ordine", 'An"na', "4,2"))
    rows = list(csv.DictReader(io.StringIO(engage.control("GET", "/ledger.csv"))))
    assert len(rows) == 3
    assert json.loads(rows[0]["variables"]) == ['An"na', "4,2"]
    lines = engage.control("GET", "/ledger.ndjson").splitlines()
    assert [json.loads(line)["recipient"] for line in lines] == [row["recipient"] for row in rows]
    engage.clear_ledger()
    assert engage.ledger() == []


def test_requests_seen_are_told_without_their_keys(engage: Engage, key: str) -> None:
    engage.clear_requests()
    send(engage, notification(key, ANNA, "benvenuto"))
    ask(engage, "GET", "/user", apikey=key, limit=2)
    ask(engage, "GET", "/user", apikey="0" * 32)
    sent, read, refused = engage.requests()
    assert (sent["operation"], sent["channel"], sent["status"]) == ("send_notification", "24001", 200)
    assert sent["json"]["notification_template"] == "benvenuto"
    assert (read["method"], read["path"], read["query"]) == ("GET", "/user", {"limit": "2"})
    assert (refused["channel"], refused["status"]) == ("", 401)
    assert key not in json.dumps(engage.requests())


def test_a_reset_brings_the_seed_back(engage: Engage, key: str) -> None:
    send(engage, notification(key, "393399990001", "benvenuto"))
    engage.delete_channel("24004")
    engage.change_template("24001", "benvenuto", status="rejected")
    engage.fault("reset")
    engage.move_clock(now=1_700_000_000)
    engage.reset()
    assert engage.ledger() == []
    assert engage.faults() == []
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 200
    assert len(engage.world()["channels"]) == 4
    assert len(engage.customers("24001")) == 12
    assert abs(engage.control("GET", "/clock")["offset_seconds"]) < 1


def test_the_clock_can_be_moved(engage: Engage, key: str) -> None:
    engage.move_clock(now=1_800_000_000)
    send(engage, notification(key, ANNA, "benvenuto"))
    assert 0 <= engage.ledger()[0]["time"] - 1_800_000_000 < 60
    engage.move_clock(offset_seconds=-3600)
    assert -3601 < engage.control("GET", "/clock")["now"] - time.time() < -3590


def test_channels_are_added_changed_and_removed(engage: Engage, key: str) -> None:
    added = engage.put_channel(id="24009", name="Negozio", messenger="WB", templates=[{"name": "a", "language": "it"}])
    assert added["apikey"].split("_")[1] == "24009"
    assert len(engage.world()["templates"]["24009"]) == 1
    engage.change_channel("24009", name="Negozio in centro")
    names = [row["name"] for row in ask(engage, "GET", "/channel", apikey=key).json["channels"]]
    assert names[-1] == "Negozio in centro"
    assert engage.key("24009") == added["apikey"]
    engage.delete_channel("24009")
    assert ask(engage, "GET", "/user", apikey=added["apikey"]).status == 401


def test_templates_and_fields_are_added_changed_and_removed(engage: Engage, key: str) -> None:
    engage.put_template(
        "24001",
        {"name": "avviso", "language": "it", "status": "approved", "components": [{"type": "BODY", "text": "Ciao"}]},
    )
    assert send(engage, notification(key, ANNA, "avviso")).status == 200
    engage.change_template("24001", "conferma_ordine", language="en", status="paused")
    states = {
        (row["name"], row["language"]): row["status"]
        for row in ask(engage, "GET", "/chat/notification", apikey=key).json["notification_templates"]
    }
    assert (states["conferma_ordine", "it"], states["conferma_ordine", "en"]) == ("approved", "paused")
    engage.delete_template("24001", "conferma_ordine", language="en")
    engage.delete_template("24001", "avviso")
    assert send(engage, notification(key, ANNA, "avviso")).status == 404
    engage.put_field("24001", {"name": "punti", "title": "Punti", "type": "number"})
    engage.delete_field("24001", "citta")
    names = [row["name"] for row in ask(engage, "GET", "/user/property", apikey=key).json["properties"]]
    assert names == ["number", "name", "taglia", "nato_il", "punti"]


def test_customers_are_added_generated_and_removed(engage: Engage) -> None:
    engage.put_customer("24001", id="393399990001", name="Zoë")
    assert engage.generate_customers("24001", 1000) == 988
    engage.delete_customer("24001", "393399990001")
    rows = engage.customers("24001")
    assert len(rows) == 1000
    assert len({row["id"] for row in rows}) == 1000
    engage.reset()
    engage.generate_customers("24001", 500, start=501)
    assert engage.customers("24001")[12:] == rows[-500:]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/channels", {"name": "senza id"}, 400),
        ("POST", "/channels", [], 400),
        ("PATCH", "/channels/1", {}, 404),
        ("POST", "/channels/24001/templates", {"language": "it"}, 400),
        ("PATCH", "/channels/24001/templates/mai", {"status": "x"}, 404),
        ("PATCH", "/channels/24001/customers/1", {}, 404),
        ("POST", "/channels/24001/messages", {"text": "da chi?"}, 400),
        ("POST", "/reset", {"seed": "/etc/hosts"}, 400),
        ("POST", "/reset", {"world": {"channels": [{"name": "x"}]}}, 400),
        ("POST", "/clock", {}, 400),
        ("POST", "/release", {"then": "explode"}, 400),
        ("PUT", "/shapes", {"lists": "tree"}, 400),
        ("PUT", "/shapes", {"colour": "red"}, 400),
        ("PUT", "/agents", {}, 400),
        ("DELETE", "/faults/f0", None, 404),
        ("GET", "/nothing", None, 404),
    ],
)
def test_a_control_request_that_makes_no_sense_is_refused_and_changes_nothing(
    engage: Engage, method: str, path: str, body: object, status: int
) -> None:
    before = engage.world(customers=True)
    with pytest.raises(ControlError, match=str(status)):
        engage.control(method, path, body)
    assert engage.world(customers=True) == before


def test_the_front_page_shows_channels_and_keys_to_people(engage: Engage, key: str) -> None:
    page = engage.control("GET", "/")
    assert "Assistenza clienti" in page
    assert key in page
    engage.put_channel(id="24009", name="<script>", apikey=None)
    assert "&lt;script&gt;" in engage.control("GET", "/")


def test_a_seed_that_cannot_be_read_ends_the_command_with_its_reason(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    for text, reason in (
        ("{", "seed.json"),
        ("{}", "no list of channels"),
        ('{"channels": [{}]}', "has not the shape"),
    ):
        seed.write_text(text)
        ended = subprocess.run(
            [sys.executable, "-m", "engage_simulator", "--port", "0", "--seed", str(seed)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert reason in ended.stderr


def test_a_port_that_is_taken_is_told(engage: Engage) -> None:
    with pytest.raises(RuntimeError, match="exit status 1"), running(port=int(engage.url.rsplit(":", 1)[1])):
        pass


def test_the_simulator_ends_with_its_block_also_while_it_holds_requests() -> None:
    with running("story") as engage:
        engage.fault("hang", accepted=True)
        with pytest.raises(TimeoutError):
            engage.wait_until_held(1, seconds=0.1)
        waiting = open_request(engage, notification(engage.key("24001"), ANNA, "benvenuto"))
        engage.wait_until_held(1)
        assert _runs(engage.pid)
    waiting.close()
    assert not _runs(engage.pid)


def test_the_simulator_dies_with_whoever_started_it() -> None:
    program = (
        "import time\nfrom engage_simulator.testing import running\n"
        "with running('story') as engage:\n    print(engage.pid, flush=True)\n    time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent.stdout:
        pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether the process lives; one that ended and was not yet collected by init does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
