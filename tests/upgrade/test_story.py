"""After the upgrade the story goes on: what was being sent is sent, nobody twice, and callers and people are known.

Real processes upgrade the database by starting, as anybody's do; the clock is moved to the day the fixture was made.
"""

import json
import re
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from engage_simulator.testing import Engage, running
from tests.processes import Installation, Platform, wait_until
from tests.upgrade.fixture import former, story

pytestmark = pytest.mark.crash

LATER = timedelta(hours=1)
STATES = "SELECT state, count(*) FROM deliveries_delivery WHERE communication_id = %s GROUP BY state"
COUNTED = "SELECT state, sum(number) FROM deliveries_deliverycount WHERE communication_id = %s GROUP BY state"
WHO = "SELECT address FROM deliveries_delivery WHERE communication_id = %s AND state = %s"
REFRESHED = "SELECT count(*) FROM channels_refresh WHERE channel_id = %s AND state = 'done' AND finished_at > %s"


@dataclass(frozen=True)
class Told:
    """The platform on the upgraded database, the simulator, and who was waiting before."""

    staffetta: Installation
    platform: Platform
    engage: Engage
    waiting: frozenset[str]
    orders: int

    def states(self, query: str = STATES) -> dict[str, int]:
        rows = self.staffetta.rows(query, story()["communication"]["id"])
        return {state: int(number) for state, number in rows if number}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    moment = datetime.fromisoformat(story()["now"]) + LATER
    clock = tmp_path_factory.mktemp("clock") / "clock"
    clock.write_text(str((moment - datetime.now(UTC)).total_seconds()))
    with running(seed=story()["world"]) as engage, former(**settings_of(engage, clock)) as staffetta:
        engage.move_clock(now=moment.timestamp())
        waiting = staffetta.rows(WHO, story()["communication"]["id"], "waiting")
        orders = staffetta.rows("SELECT count(*) FROM deliveries_delivery WHERE kind = 'transactional'")[0][0]
        platform = staffetta.start_run()
        yield Told(staffetta, platform, engage, frozenset(address for (address,) in waiting), orders)


def settings_of(engage: Engage, clock: Path) -> dict[str, str]:
    return {
        "STAFFETTA_CLOCK_FILE": str(clock),
        "STAFFETTA_ENGAGE_URL": engage.url,
        "STAFFETTA_SEND_PACE": "0",
        "STAFFETTA_IN_FLIGHT_TIMEOUT": "6",
        "STAFFETTA_REFRESH_HOURS": "0.5",
    }


def test_whoever_waited_gets_the_message_and_nobody_else_gets_one(told: Told) -> None:
    before = Counter(story()["communication"]["states"])
    wait_until(lambda: not {"waiting", "sending"} & told.states().keys(), 60, 0.1, f"for the rest: {told.states()}")
    greeted = Counter(row["recipient"] for row in told.engage.ledger(template="saluto"))
    assert greeted == Counter(told.waiting)
    # What was marked by a worker that is gone is not known, and is not sent again by itself.
    expected = before + Counter(sent=before["waiting"], uncertain=before["sending"])
    del expected["waiting"], expected["sending"]
    assert told.states() == dict(expected)
    assert sum(told.states().values()) == story()["communication"]["people"]
    assert told.states(COUNTED) == told.states()


def test_an_api_call_of_before_is_answered_as_it_was_and_not_sent_again(told: Told) -> None:
    call = story()["call"]
    status, body, replayed = post(told, call["key"], call["body"])
    assert (status, body, replayed) == (call["status"], call["answer"], True)
    status, another, replayed = post(told, "another-key", call["body"])
    assert (status, replayed) == (202, False)
    assert another["id"] != body["id"]
    number = "SELECT count(*) FROM deliveries_delivery WHERE kind = 'transactional'"
    assert told.staffetta.rows(number) == [(told.orders + 1,)]
    address = call["body"]["recipient"]["phone"].lstrip("+")
    wait_until(lambda: len(told.engage.ledger(template="avviso")) == 2, what="for both messages")
    assert [row["recipient"] for row in told.engage.ledger(template="avviso")] == [address] * 2


def test_the_channel_of_before_is_refreshed_by_the_schedule(told: Told) -> None:
    channel = told.staffetta.rows(
        "SELECT id FROM channels_channel WHERE provider_id = %s AND state = 'connected'", story()["channel"]
    )[0][0]
    since = datetime.fromisoformat(story()["now"]) + LATER / 2
    wait_until(lambda: told.staffetta.rows(REFRESHED, channel, str(since))[0][0] == 1, 30, 0.1, "for the refresh")
    wait_until(lambda: told.states().keys().isdisjoint({"waiting"}), 30)
    held = told.staffetta.rows("SELECT state FROM communications_communication WHERE id = %s",
                               story()["communication"]["id"])  # fmt: skip
    assert held[0][0] in ("running", "done")


def test_a_person_of_before_logs_in_and_finds_the_communication(told: Told) -> None:
    known = story()["user"]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(f"{told.platform.address}/login/", timeout=20).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    filled = {"csrfmiddlewaretoken": token[1], "username": known["name"], "password": known["password"]}
    entered = browser.open(f"{told.platform.address}/login/", urlencode(filled).encode(), timeout=20)
    assert "/login/" not in entered.url
    page = browser.open(f"{told.platform.address}/communications/{story()['communication']['id']}/", timeout=20)
    assert "Benvenuto" in page.read().decode()


def post(told: Told, key: str, body: Any) -> tuple[int, dict[str, Any], bool]:
    request = urllib.request.Request(
        told.platform.address + story()["call"]["path"],
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {story()['token']}", "Content-Type": "application/json", "Idempotency-Key": key},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, json.loads(answer.read()), answer.headers.get("Idempotent-Replayed") == "true"
