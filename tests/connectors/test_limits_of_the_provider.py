"""A limit is a limit whichever status or member carries it, and nothing else is one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.connectors.engage.limits import names_limit
from staffetta.connectors.errors import KeyRefused, NotDeliverable, Refused, ServerFault, TooFast
from staffetta.connectors.messages import Notification, TextMessage
from tests.connectors.engage_wire import answering, ask, error_of
from tests.connectors.test_rulings import check, send
from tests.wire import serving

LIMITS = [130429, 131048, 131056]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"code": 429, "reason": "slow down"}),
        (200, {"code": "429", "reason": "slow down"}),
        (400, {"code": 429, "reason": "slow down"}),
        (400, {"code": 400, "error_code": "429"}),
        (400, {"code": 400, "reason": "(#130429) Rate limit hit"}),
        (400, {"code": 400, "reason": "131048: Spam rate limit hit"}),
        (400, {"code": 131056, "reason": "pair rate limit"}),
        (400, {"code": 400, "error": {"code": "130429", "message": "too many"}}),
        (400, {"code": 400, "details": [{"whatsapp": 131056}]}),
        (400, "Error 130429, try later"),
        (422, {"reason": "[131056]"}),
        (412, {"code": 412, "reason": "131048"}),
        (500, {"code": 500, "reason": "130429"}),
        (200, {"code": 400, "message": "wa:131056"}),
        (200, {"error": {"code": 130429, "message": "Rate limit hit"}}),
        (200, {"errors": [{"code": 131056}]}),
    ],
)
def test_it_is_a_limit(status: int, body: object) -> None:
    with serving(answering(body, status, Retry_After="7")) as server:
        told = error_of(server, send)
        assert type(told) is TooFast
        assert told.retry_after == 7.0
        assert len(server.seen) == 1, "never sent again"
        assert type(error_of(server, check)) is TooFast


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"code": 400, "reason": "no such number +39131048222"}, Refused),
        (400, {"code": 400, "reason": "invalid: 3913104822"}, Refused),
        (400, {"code": 400, "reason": "order 1304290 unknown"}, Refused),
        (400, {"code": 400, "reason": "total 130429.50"}, Refused),
        (400, {"code": 400, "id": "131056"}, Refused),
        (400, {"code": 400, "users": 429}, Refused),
        (400, {"code": 400, "reason": "429 people"}, Refused),
        (412, {"code": 412, "reason": "stopped"}, NotDeliverable),
        (500, {"code": 500, "reason": "1304291"}, ServerFault),
    ],
)
def test_it_is_none(status: int, body: object, error: type[Exception]) -> None:
    with serving(answering(body, status)) as server:
        assert type(error_of(server, send)) is error


def test_the_recipient_whose_number_is_that_of_a_limit_fails_like_anybody() -> None:
    message = TextMessage("131056", "Ciao")
    with serving(answering({"code": 400, "reason": "user 131056 is unknown"}, 400)) as server:
        assert type(error_of(server, lambda connector: connector.send_text(message))) is Refused


def test_an_accepted_message_is_sent_whatever_numbers_its_answer_holds() -> None:
    with serving(answering({"code": 200, "message_id": "131056", "note": "130429", "error_code": 429})) as server:
        assert ask(server, send).message_id == "131056"
    with serving(answering({"id": "130429", "status": 131056})) as server:
        assert ask(server, send).message_id == "130429"


@pytest.mark.parametrize(("status", "code"), [(200, 401), (200, "401"), (400, 401)])
def test_code_401_means_the_key_whatever_the_status(status: int, code: object) -> None:
    with serving(answering({"code": code, "reason": "bad key"}, status)) as server:
        assert type(error_of(server, send)) is KeyRefused
        assert type(error_of(server, check)) is KeyRefused


@given(
    number=st.sampled_from(LIMITS),
    as_text=st.booleans(),
    path=st.lists(st.sampled_from(["error", "data", "reason", "details", "whatsapp"]), min_size=1, max_size=4),
)
def test_the_number_counts_in_any_member_as_number_or_text(number: int, as_text: bool, path: list[str]) -> None:
    answer: object = str(number) if as_text else number
    for name in path:
        answer = {name: answer}
    assert names_limit(answer)
    assert names_limit([answer])
    assert names_limit(json.loads(json.dumps(answer)), "393330000001")


@given(
    number=st.sampled_from(LIMITS), before=st.text("0123456789", max_size=4), after=st.text("0123456789", max_size=4)
)
def test_within_a_longer_number_it_is_none(number: int, before: str, after: str) -> None:
    assert names_limit({"reason": f"n. {before}{number}{after} no"}) == (not before and not after)


def test_the_notification_itself_is_what_is_sent() -> None:
    notice = Notification("131048", "conferma_ordine", "it")
    with serving(answering({"code": 400, "reason": "131048"}, 400)) as server:
        assert type(error_of(server, lambda connector: connector.send_notification(notice))) is Refused
