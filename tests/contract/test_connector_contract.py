"""Every pair of the Engage contract marked `both`: the connector makes this request and reads this answer."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, NotDeliverable
from staffetta.connectors.messages import Accepted, ChannelListing, Notification, TextMessage
from tests.connectors.engage_wire import ask, collected, no_progress
from tests.wire import Answer, Seen, serving

CONTRACT = json.loads((Path(__file__).parent / "engage-contract.json").read_text(encoding="utf-8"))
WORLD = CONTRACT["world"]
PAIRS = {pair["name"]: pair for pair in CONTRACT["pairs"] if pair["for"] == "both"}
KEY = WORLD["channels"][0]["apikey"]
ANNA, STOPPED = "393330000001", "393330000002"

# What the answers hold that a pair leaves open: the lists of the contract's own world, in the default profile's words.
OPEN: dict[str, object] = {
    "channels": {"channels": [{k: v for k, v in row.items() if k != "apikey"} for row in WORLD["channels"]]},
    "templates": {"notification_templates": WORLD["templates"]["24001"]},
    "fields": {"properties": WORLD["fields"]["24001"]},
    "history": {"chats": [{"id": "1", "chat": "Ciao", "outgoing": "true", "time": "1700000000"}]},
    "agents-carry-channel-ids": {"agents": {"7": {"id": "7", "active": "1", "channels": ["24001", "24002"]}}},
    "send-chat-to-stopped-customer": {"code": 412, "reason": "stopped"},
}

type Deed = Callable[[Connector], Awaitable[Any]]


def notice(name: str, language: str, *body: str, to: str = ANNA, media: str = "") -> Deed:
    return lambda connector: connector.send_notification(Notification(to, name, language, body, header_media=media))


def state(word: str) -> Deed:
    return lambda connector: connector.set_customer_state(ANNA, word)


def accepted(outcome: object) -> bool:
    return isinstance(outcome, Accepted) and '"code": 200' in outcome.raw


def nothing(outcome: object) -> bool:
    return outcome is None


DEEDS: dict[str, tuple[Deed, Callable[[Any], bool]]] = {
    "list-customers": (
        lambda connector: collected(connector.customers(page_size=2)),
        lambda found: [(one.id, one.name, one.stopped, one.fields.get("citta")) for one in found]
        == [(ANNA, "Anna Bianchi", False, "Torino"), (STOPPED, "", True, None)],
    ),
    "send-notification": (notice("conferma_ordine", "it", "Anna", "42"), accepted),
    "send-notification-with-header-media": (
        notice("novita_foto", "it", "Anna", media="https://example.com/foto.jpg"), accepted,
    ),
    "send-notification-without-variables": (notice("benvenuto", "it"), accepted),
    "send-notification-to-unknown-number-creates-customer": (notice("benvenuto", "it", to="393339999999"), accepted),
    "send-chat": (lambda connector: connector.send_text(TextMessage(ANNA, "Ciao")), accepted),
    "send-chat-to-stopped-customer": (
        lambda connector: connector.send_text(TextMessage(STOPPED, "Ciao")),
        lambda outcome: isinstance(outcome, NotDeliverable) and outcome.provider_reason == "stopped",
    ),
    "history": (
        lambda connector: connector.history(ANNA, 3),
        lambda found: [(line.text, line.outgoing, line.at) for line in found] == [("Ciao", True, 1_700_000_000)],
    ),
    "agents-carry-channel-ids": (
        lambda connector: connector.list_channels(),
        lambda found: [channel.id for channel in found.channels] == ["24001", "24002"],
    ),
    "stop": (state("stop"), nothing),
    "start": (state("start"), nothing),
    "block": (state("block"), nothing),
    "unblock": (state("unblock"), nothing),
    "write-customer": (lambda connector: connector.write_customer(ANNA, "Anna B.", {"citta": "Torino"}), nothing),
    "fields": (
        lambda connector: connector.list_fields(),
        lambda found: [(field.name, field.type) for field in found]
        == [("number", "word"), ("name", "text"), ("citta", "text"), ("taglia", "single_choice"), ("nato_il", "date")]
        and found[3].choices == ("S", "M", "L"),
    ),
    "channels": (
        lambda connector: connector.list_channels(),
        lambda found: isinstance(found, ChannelListing)
        and [(one.id, one.name, one.platform) for one in found.channels]
        == [("24001", "Assistenza WhatsApp", "whatsapp"), ("24002", "Novità WhatsApp", "whatsapp"),
            ("24003", "Bot Telegram", "telegram")],
    ),
    "templates": (
        lambda connector: connector.list_templates(no_progress),
        lambda found: [(one.name, one.language, one.status, len(one.variables)) for one in found]
        == [("benvenuto", "it", "approved", 0), ("conferma_ordine", "it", "approved", 2),
            ("conferma_ordine", "en", "approved", 2), ("novita_foto", "it", "approved", 2),
            ("sconto_estate", "it", "pending", 1), ("vecchio_avviso", "it", "rejected", 1)],
    ),
}  # fmt: skip


def unpacked(value: object) -> object:
    """Return a request's members with the strings that hold JSON read as JSON."""
    if isinstance(value, dict):
        return {name: unpacked(item) for name, item in value.items()}
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return value


def answer_of(pair: dict[str, Any]) -> Answer:
    wanted = pair["response"]
    body = wanted.get("json") or wanted.get("json_match") or OPEN.get(pair["name"], {"code": 200})
    return Answer(body, wanted["status"])


def test_every_pair_for_the_connector_has_its_deed() -> None:
    assert set(DEEDS) == set(PAIRS)


@pytest.mark.parametrize("name", PAIRS)
def test_the_connector_makes_this_request_and_reads_this_answer(name: str) -> None:
    pair, (deed, reads) = PAIRS[name], DEEDS[name]
    request = pair["request"]
    path = f"/api/v{WORLD['api_version']}{request['path']}"

    def reply(seen: Seen) -> Answer:
        asked = seen.method == request["method"] and seen.path == path
        again = seen.query.get("offset", "0") != "0"
        return answer_of(pair) if asked and not again else Answer({"code": 200})

    with serving(reply) as server:
        try:
            outcome: object = ask(server, deed, key=KEY)
        except ConnectorError as error:
            outcome = error
    assert reads(outcome), outcome
    made = next(seen for seen in server.seen if seen.method == request["method"] and seen.path == path)
    assert unpacked(made.query) == unpacked(request.get("query", {}))
    if "json" in request:
        assert unpacked(made.json) == unpacked(request["json"])
        assert made.headers["content-type"] == "application/json"
    else:
        assert made.body == b""
    assert "authorization" not in made.headers
