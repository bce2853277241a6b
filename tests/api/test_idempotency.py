"""One answer per Idempotency-Key (messaging-rules 4.2)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from staffetta.accounts import tokens
from staffetta.api import idempotency
from staffetta.communications.models import TransactionalMessage
from staffetta.deliveries.models import Delivery, Idempotency
from tests.api.caller import Caller
from tests.communications import made


@pytest.fixture
def later(settings: Settings, tmp_path: Path) -> Callable[[float], None]:
    """Move this installation's clock by so many seconds."""
    file = tmp_path / "clock"
    settings.CLOCK_FILE = str(file)

    def move(seconds: float) -> None:
        file.write_text(str(seconds))

    return move


def test_the_same_key_and_body_answer_the_same_and_send_once(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    first, second = caller.send(), caller.send()
    assert (second.status_code, second.json()) == (202, first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Delivery.objects.count() == 1


def test_quotes_around_the_key_and_order_in_the_body_do_not_matter(
    message: TransactionalMessage, caller: Caller
) -> None:
    made.people(1)
    caller.send(key="k-1", body='{"recipient": "+393330000000", "values": {"order": "1"}}')
    second = caller.send(key='"k-1"', body='{"values":{"order":"1"},"recipient":"+393330000000"}')
    assert second.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    caller.send()
    answer = caller.send(values={"order": "A-2"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Delivery.objects.count() == 1


def test_a_number_written_otherwise_is_another_body(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    caller.send(key="k-1", body='{"recipient": "+393330000000", "values": {"order": 12.50}}')
    answer = caller.send(key="k-1", body='{"recipient": "+393330000000", "values": {"order": 12.5}}')
    assert answer.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_missing"),
        ("a b", "idempotency_key_invalid"),
        ("x" * 256, "idempotency_key_invalid"),
    ],
)
def test_a_missing_or_impossible_key_is_400(
    message: TransactionalMessage, caller: Caller, key: str | None, code: str
) -> None:
    made.people(1)
    answer = caller.send(key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_key_of_another_caller_is_another_key(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    other = Caller(tokens.issue("magazzino", None)[1])
    assert caller.send().json()["id"] != other.send().json()["id"]


def test_what_was_refused_may_be_mended_under_the_same_key(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    assert caller.send(values={}).status_code == 422
    assert caller.send().status_code == 202


def test_a_call_still_in_progress_is_409(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    caller.send()
    Idempotency.objects.update(status=None, answer=None)
    answer = caller.send()
    assert (answer.status_code, answer.json()["code"]) == (409, "request_in_progress")
    assert answer.headers["Retry-After"] == "1"


def test_after_a_day_the_key_is_free_again(
    message: TransactionalMessage, caller: Caller, later: Callable[[float], None]
) -> None:
    made.people(1)
    first = caller.send()
    later(25 * 3600)
    assert caller.send().json()["id"] != first.json()["id"]
    later(50 * 3600)
    assert idempotency.prune() == 1
