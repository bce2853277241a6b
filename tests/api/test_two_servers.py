"""Acceptance: 20 parallel calls with one idempotency key, on two server processes, are one message."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from engage_simulator.testing import Engage, running
from engage_simulator.worlds.story import ASSISTENZA, KEYS
from tests.processes import Installation, installation, wait_until

pytestmark = pytest.mark.crash

DEFINE = """
from staffetta.accounts import tokens
from staffetta.channels.models import TemplateVariant
from staffetta.communications.define import Definition, define
from staffetta.communications.draft import Content
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Contact
rows = TemplateVariant.objects.select_related("template__channel")
variant = rows.get(template__name="conferma_ordine", language="it", template__channel__provider_id="24001")
mapping = {"1": {"source": "field:first_name", "fallback": "cliente"}, "2": {"source": "value:order", "fallback": None}}
define(None, Definition("order-confirmation", ["order"]), Content(variant, mapping), None)
anna = Contact.objects.create(first_name="Anna", phone="+393331234567")
consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "hand")
print(tokens.issue("negozio", None)[1])
"""


@pytest.fixture(scope="module")
def engage() -> Iterator[Engage]:
    with running("story") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def staffetta(engage: Engage) -> Iterator[Installation]:
    with installation(STAFFETTA_ENGAGE_URL=engage.url, STAFFETTA_SEND_PACE="0") as made:
        made.ok("channels", "connect", "--key-file", "-", typed=KEYS[ASSISTENZA])
        made.ok("channels", "refresh", "--wait")
        yield made


def call(address: str, token: str, key: str) -> tuple[int, dict[str, Any], bool]:
    """One call; returns the status, the body, and whether it was a replay."""
    link = HTTPConnection(urlsplit(address).netloc, timeout=30)
    body = json.dumps({"recipient": {"phone": "+393331234567"}, "values": {"order": "A-1042"}})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    link.request("POST", "/api/v1/transactional-messages/order-confirmation/send", body, headers)
    answer = link.getresponse()
    told = answer.status, json.loads(answer.read()), answer.headers.get("Idempotent-Replayed") == "true"
    link.close()
    return told


def test_twenty_parallel_calls_on_two_servers_are_one_message(staffetta: Installation, engage: Engage) -> None:
    engage.fault("latency", match={"operation": "send_notification"}, ms=300)
    token = staffetta.python(DEFINE).strip()
    addresses = [staffetta.start_run().address, staffetta.start_pages()]
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda number: call(addresses[number % 2], token, "order-A-1042"), range(20)))
    taken = [(body["id"], replayed) for status, body, replayed in told if status == 202]
    assert {status for status, _, _ in told} <= {202, 409}
    assert len({number for number, _ in taken}) == 1
    assert [replayed for _, replayed in taken].count(False) == 1
    wait_until(lambda: engage.summary()["accepted"] == 1, what="for the message")
    assert staffetta.rows("SELECT count(*) FROM deliveries_delivery") == [(1,)]
    status, _, replayed = call(addresses[1], token, "order-A-1042")
    assert (status, replayed, engage.summary()["accepted"]) == (202, True, 1)
