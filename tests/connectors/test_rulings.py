"""What an answer to a send means, line by line as the Engage facts say it, and the same for reads."""

import pytest

from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import (
    BadAnswer,
    ConnectorError,
    CutOff,
    KeyRefused,
    NotDeliverable,
    NotFound,
    Refused,
    Ruling,
    ServerFault,
    TimedOut,
    TooFast,
    Unreachable,
)
from staffetta.connectors.messages import Accepted, Notification, TextMessage
from tests.connectors.engage_wire import KEY, answering, ask, error_of
from tests.wire import Talk, refused_port, serving, steps, wire

NOTICE = Notification("393330000001", "conferma_ordine", "it", ("Anna", "42"))


async def send(connector: Connector) -> Accepted:
    return await connector.send_notification(NOTICE)


async def check(connector: Connector) -> None:
    await connector.check_key()


@pytest.mark.parametrize(
    ("body", "message_id"),
    [
        ({"code": 200, "id": 17}, "17"),
        ({"code": "200", "message_id": "m-1"}, "m-1"),
        ({"code": 200.0, "chat_id": "c"}, "c"),
        ({"id": ""}, ""),
        ({"code": None}, ""),
        ({"code": []}, ""),
        ([], ""),
        ({}, ""),
    ],
)
def test_200_and_code_200_or_none_is_sent(body: object, message_id: str) -> None:
    with serving(answering(body)) as server:
        assert ask(server, send).message_id == message_id


def test_the_whole_answer_is_kept_but_bounded() -> None:
    with serving(answering({"code": 200, "note": "è" * 9_000})) as server:
        raw = ask(server, send).raw
        assert raw.startswith('{"code": 200')
        assert len(raw) == 4_000


STATUSES: list[tuple[int, object, type[ConnectorError], Ruling]] = [
    (200, {"code": 500, "reason": "no"}, Refused, Ruling.PERMANENT),
    (200, {"code": "412", "reason": "no"}, Refused, Ruling.PERMANENT),
    (200, {"code": 0}, Refused, Ruling.PERMANENT),
    (400, {"code": 400, "reason": "no"}, Refused, Ruling.PERMANENT),
    (422, {"code": 422, "reason": "no"}, Refused, Ruling.PERMANENT),
    (401, {"code": 401, "reason": "no"}, KeyRefused, Ruling.CHANNEL),
    (403, "<html>no</html>", KeyRefused, Ruling.CHANNEL),
    (404, {"code": 404, "reason": "no"}, NotFound, Ruling.TEMPLATE),
    (412, {"code": 412, "reason": "no"}, NotDeliverable, Ruling.PERMANENT),
    (429, {"code": 429, "reason": "no"}, TooFast, Ruling.SLOW),
    (408, "", TimedOut, Ruling.UNKNOWN),
    (500, {"code": 500, "reason": "no"}, ServerFault, Ruling.UNKNOWN),
    (503, "<html>no</html>", ServerFault, Ruling.UNKNOWN),
    (307, "", BadAnswer, Ruling.UNKNOWN),
    (200, "<html>no</html>", BadAnswer, Ruling.UNKNOWN),
    (200, "", BadAnswer, Ruling.UNKNOWN),
    (200, '{"code": 200', BadAnswer, Ruling.UNKNOWN),
    (200, "null", BadAnswer, Ruling.UNKNOWN),
    (200, "1" * 5_000, BadAnswer, Ruling.UNKNOWN),
    (200, "[" * 100_000, BadAnswer, Ruling.UNKNOWN),
    (204, "", BadAnswer, Ruling.UNKNOWN),
]


@pytest.mark.parametrize(("status", "body", "error", "ruling"), STATUSES)
def test_each_other_answer_has_its_ruling(
    status: int, body: object, error: type[ConnectorError], ruling: Ruling
) -> None:
    with serving(answering(body, status)) as server:
        told = error_of(server, send)
        assert type(told) is error
        assert told.ruling is ruling
        assert told.status == status
        assert [seen.method for seen in server.seen].count("POST") == 1, "never sent again"
        if isinstance(body, dict) and "reason" in body:
            assert (told.provider_code, told.provider_reason) == (str(body["code"]), "no")


@pytest.mark.parametrize(("status", "body", "error", "ruling"), STATUSES)
def test_a_read_tells_the_same(status: int, body: object, error: type[ConnectorError], ruling: Ruling) -> None:
    with serving(answering(body, status)) as server:
        assert type(error_of(server, check)) is error


def test_a_connection_never_made_may_be_tried_again() -> None:
    told = error_of(f"http://127.0.0.1:{refused_port()}", send)
    assert type(told) is Unreachable
    assert told.ruling is Ruling.RETRY


def test_a_cut_after_the_request_is_not_known() -> None:
    with wire(steps(Talk.read, Talk.reset)) as server:
        assert type(error_of(server, send)) is CutOff


def test_no_answer_in_time_is_not_known() -> None:
    with wire(steps(Talk.read, Talk.hold)) as server:
        assert type(error_of(server, send, patience=0.3)) is TimedOut


def test_half_an_answer_is_not_known() -> None:
    cut = b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"code": 200'
    with wire(steps(Talk.read, lambda talk: talk.write(cut))) as server:
        assert error_of(server, send).ruling is Ruling.UNKNOWN


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "999999"}, 3600.0),
        ({"Retry_After": "Sun, 22 Nov 2026 20:00:30 GMT", "Date": "Sun, 22 Nov 2026 20:00:00 GMT"}, 30.0),
        ({"Retry_After": "Sun, 22 Nov 2026 19:00:30 GMT", "Date": "Sun, 22 Nov 2026 20:00:00 GMT"}, 0.0),
        ({"Retry_After": "Sun, 22 Nov 2026 20:00:30 GMT"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "Sun, 22 Nov 2026 20:00:30", "Date": "Sun, 22 Nov 2026 20:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_too_fast_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    with serving(answering({"code": 429, "reason": "slow down"}, 429, **headers)) as server:
        told = error_of(server, send)
        assert isinstance(told, TooFast)
        assert told.retry_after == seconds


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"reason": "a", "message": "b", "error": "c"}, "a"),
        ({"reason": "", "message": "b", "error": "c"}, "b"),
        ({"error": "c"}, "c"),
        ({"error": {"message": "deep"}}, "deep"),
        ({"reason": ["odd"]}, ""),
        ("plain words of a proxy", "plain words of a proxy"),
        ("<html><body>Bad gateway</body></html>", ""),
        ({"reason": f"bad key {KEY}"}, "bad key ***"),
        ({"reason": f"bad end {KEY[-20:]}"}, "bad end ***"),
        ({"reason": "x" * 900}, "x" * 500),
    ],
)
def test_the_reason_is_read_from_wherever_it_stands_and_without_the_key(body: object, reason: str) -> None:
    with serving(answering(body, 400)) as server:
        told = error_of(server, send)
        assert told.provider_reason == reason
        assert KEY[:32] not in repr(told.args)


def test_free_text_has_the_same_rulings() -> None:
    with serving(answering({"code": 412, "reason": "stopped"}, 412)) as server:
        told = error_of(server, lambda connector: connector.send_text(TextMessage("1", "Ciao")))
        assert type(told) is NotDeliverable


def test_a_message_larger_than_any_is_refused_here() -> None:
    with serving(answering({"code": 200})) as server:
        told = error_of(server, lambda connector: connector.send_text(TextMessage("1", "x" * 2_000_000)))
        assert type(told) is Refused
        assert told.provider_code == "request_too_large"
        assert server.seen == []
