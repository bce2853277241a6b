"""What every connector must do, whoever the provider is. A later connector adds its stage to `STAGES`.

The checks run against a real server on loopback; the stage says what that provider would answer.
"""

import asyncio
import inspect
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from staffetta.connectors.contract import Connector, Settings
from staffetta.connectors.errors import FAMILY, ConnectorError, Ruling
from staffetta.connectors.messages import (
    FIELD_TYPES,
    UNSUPPORTED_PARTS,
    Accepted,
    Capabilities,
    Notification,
    TextMessage,
)
from staffetta.connectors.registry import KINDS, connector_class
from tests.connectors.engage_wire import KEY, Kept, by_path, collected, no_progress
from tests.wire import Answer, Seen, Talk, refused_port, serving, steps, wire

NOTICE = Notification("393330000001", "conferma_ordine", "it", ("Anna", "42"))
TEXT = TextMessage("393330000001", "Ciao")


@dataclass(frozen=True)
class Stage:
    """One provider in good health: a key, and what it answers. `refusals` are answers to a send and their rulings."""

    key: str
    version: str
    reply: Callable[[Seen], Answer]
    refusals: dict[Ruling, Answer]


ENGAGE = {
    "/user": {"user": {"1": {"name": "Anna", "messenger": "WB"}, "2": {"messenger": "WB"}}},
    "/channel": {"channels": [{"id": "24001", "messenger": "WB"}, {"id": "24002", "messenger": "TG"}]},
    "/chat/notification": {
        "code": 200,
        "templates": [{"name": "a", "language": "it", "status": "APPROVED", "body": "x"}],
    },
    "/user/property": {"properties": [{"name": "citta", "type": "text"}]},
    "/chat": {"code": 200, "chats": [{"chat": "Ciao", "outgoing": True}]},
    "/ticket": {"tickets": [{"id": "1", "user_id": "1", "chats": [{"chat": "STOP", "outgoing": False}]}]},
    "/user/393330000001": {"code": 200},
    "/user/393330000001/stop": {"code": 200},
}

STAGES = {
    "engage": Stage(
        KEY,
        "16",
        by_path(ENGAGE),
        {
            Ruling.PERMANENT: Answer({"code": 400, "reason": "no"}, 400),
            Ruling.CHANNEL: Answer({"code": 401, "reason": "no"}, 401),
            Ruling.TEMPLATE: Answer({"code": 404, "reason": "no"}, 404),
            Ruling.SLOW: Answer({"code": 429, "reason": "no"}, 429, {"Retry-After": "3"}),
            Ruling.UNKNOWN: Answer("<html>", 502),
        },
    ),
}

DEEDS: dict[str, Callable[[Connector], Awaitable[object]]] = {
    "check_key": lambda connector: connector.check_key(),
    "list_channels": lambda connector: connector.list_channels(),
    "list_templates": lambda connector: connector.list_templates(no_progress),
    "list_fields": lambda connector: connector.list_fields(),
    "customers": lambda connector: collected(connector.customers()),
    "customer_page": lambda connector: connector.customer_page(0, 500),
    "read_customer": lambda connector: connector.read_customer("393330000001"),
    "delete_customer": lambda connector: connector.delete_customer("393330000001"),
    "send_notification": lambda connector: connector.send_notification(NOTICE),
    "send_text": lambda connector: connector.send_text(TEXT),
    "history": lambda connector: connector.history("393330000001"),
    "replies": lambda connector: collected(connector.replies()),
    "replies_of": lambda connector: connector.replies_of("393330000001"),
    "write_customer": lambda connector: connector.write_customer("393330000001", "Anna", {"citta": "Roma"}),
    "set_customer_state": lambda connector: connector.set_customer_state("393330000001", "stop"),
}
SENDS = ("send_notification", "send_text")
every_kind = pytest.mark.parametrize("kind", sorted(KINDS))
every_deed = pytest.mark.parametrize("deed", sorted(DEEDS))
every_send = pytest.mark.parametrize("send", SENDS)


def run(kind: str, url: str, deed: str, kept: Kept | None = None, *, patience: float = 5.0) -> object:
    """Return what the deed returns, or the error of the family it raises."""
    stage = STAGES[kind]
    how = Settings(url, stage.version, allow_private_addresses=True, read_timeout=patience)

    async def once() -> object:
        async with connector_class(kind)(stage.key, how, kept or Kept()) as connector:
            return await DEEDS[deed](connector)

    try:
        return asyncio.run(once())
    except ConnectorError as error:
        return error


def test_every_kind_has_its_stage() -> None:
    assert set(STAGES) == set(KINDS)


def test_a_kind_that_does_not_exist_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="carrier-pigeon"):
        connector_class("carrier-pigeon")


@every_kind
def test_it_offers_every_method_with_the_same_parameters(kind: str) -> None:
    found = connector_class(kind)
    assert found.kind == kind
    assert isinstance(found.capabilities, Capabilities)
    for name, method in inspect.getmembers(Connector, inspect.isfunction):
        if not name.startswith("_"):
            assert list(inspect.signature(getattr(found, name)).parameters) == list(
                inspect.signature(method).parameters
            )


@every_kind
def test_its_own_key_is_not_absurd_and_nothing_is(kind: str) -> None:
    assert not connector_class(kind).shape(STAGES[kind].key).absurd
    for typed in ("", "x", "parola chiave", "anna@example.com", "https://example.com/?apikey=1234567890", "è" * 30):
        assert connector_class(kind).shape(typed).absurd


@every_kind
@every_deed
def test_against_a_provider_in_good_health_every_deed_succeeds_and_is_recorded(kind: str, deed: str) -> None:
    kept = Kept()
    with serving(STAGES[kind].reply) as server:
        outcome = run(kind, server.url(""), deed, kept)
    assert not isinstance(outcome, ConnectorError), outcome
    assert kept.exchanges
    assert all(exchange.error == "" and exchange.status == 200 for exchange in kept.exchanges)
    assert {exchange.is_send for exchange in kept.exchanges} == {deed in SENDS}


@every_kind
def test_what_comes_back_is_in_the_words_of_the_seam(kind: str) -> None:
    with serving(STAGES[kind].reply) as server:
        url = server.url("")
        channels = run(kind, url, "list_channels")
        templates, fields = run(kind, url, "list_templates"), run(kind, url, "list_fields")
        customers, replies = run(kind, url, "customers"), run(kind, url, "replies")
        assert isinstance(run(kind, url, "send_text"), Accepted)
        assert replies == run(kind, url, "replies"), "the same reply has the same key for ever"
    assert getattr(channels, "complete", None) is True
    for listed in (templates, fields, customers, replies):
        assert isinstance(listed, list)
        assert listed
    assert isinstance(templates, list)
    assert all(one.status == one.status.lower() and one.unsupported in ("", *UNSUPPORTED_PARTS) for one in templates)
    assert isinstance(fields, list)
    assert {"number", "name"} <= {field.name for field in fields}
    assert all(field.type in FIELD_TYPES for field in fields)
    assert isinstance(customers, list)
    assert len({customer.id for customer in customers}) == len(customers)


@every_kind
@every_send
@pytest.mark.parametrize("ruling", [Ruling.PERMANENT, Ruling.CHANNEL, Ruling.TEMPLATE, Ruling.SLOW, Ruling.UNKNOWN])
def test_a_refused_send_has_its_ruling_and_is_not_sent_again(kind: str, send: str, ruling: Ruling) -> None:
    with serving(lambda _: STAGES[kind].refusals[ruling]) as server:
        outcome = run(kind, server.url(""), send)
    assert type(outcome) in FAMILY
    assert isinstance(outcome, ConnectorError)
    assert outcome.ruling is ruling
    assert len(server.seen) == 1


@every_kind
@every_send
def test_only_a_connection_never_made_may_be_tried_again(kind: str, send: str) -> None:
    def ruling(url: str) -> Ruling | None:
        return getattr(run(kind, url, send, patience=0.3), "ruling", None)

    assert ruling(f"http://127.0.0.1:{refused_port()}") is Ruling.RETRY
    assert ruling("http://no-such-name.invalid") is Ruling.RETRY
    for script in (steps(Talk.read), steps(Talk.read, Talk.reset), steps(Talk.read, Talk.hold)):
        with wire(script) as server:
            assert ruling(server.url("")) is Ruling.UNKNOWN
            assert len(server.seen) == 1


@every_kind
@every_deed
@pytest.mark.parametrize("failure", ["echo", "cut", "refused"])
def test_the_key_is_in_no_exchange_no_error_and_no_log(
    kind: str, deed: str, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key, kept = STAGES[kind].key, Kept()
    if failure == "refused":
        outcome = run(kind, f"http://127.0.0.1:{refused_port()}", deed, kept)
    elif failure == "cut":
        with wire(steps(Talk.read)) as server:
            outcome = run(kind, server.url(""), deed, kept)
    else:
        with serving(lambda seen: Answer({"code": 500, "reason": f"{seen.target} {seen.body!r} {key}"}, 500)) as server:
            outcome = run(kind, server.url(""), deed, kept)
    assert kept.exchanges
    shown = repr(kept.exchanges) + repr(outcome) + caplog.text
    if isinstance(outcome, BaseException):
        shown += "".join(traceback.format_exception(outcome)) + repr(vars(outcome))
    for part in (key, key[:32], key[-20:]):
        assert part not in shown
    assert all(exchange.error for exchange in kept.exchanges if failure != "echo" or exchange.status == 500)


@every_kind
@every_send
def test_an_unwanted_exchange_of_a_send_is_not_built_but_a_failure_is(kind: str, send: str) -> None:
    kept = Kept(sends=False)
    with serving(STAGES[kind].reply) as server:
        run(kind, server.url(""), send, kept)
    assert kept.exchanges == []
    with serving(lambda _: STAGES[kind].refusals[Ruling.PERMANENT]) as server:
        run(kind, server.url(""), send, kept)
    assert [exchange.error for exchange in kept.exchanges] == ["refused"]


@every_kind
def test_exchanges_are_bounded(kind: str) -> None:
    kept = Kept()
    with serving(lambda _: Answer({"code": 400, "reason": "x" * 500_000}, 400)) as server:
        run(kind, server.url(""), "send_text", kept)
    (exchange,) = kept.exchanges
    assert len(exchange.response_body) <= 20_000
