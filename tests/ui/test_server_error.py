"""What people read while the database does not answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from staffetta.accounts.models import User
from tests.conftest import PASSWORD
from tests.filling import FillingClient

pytestmark = pytest.mark.django_db


@contextmanager
def locked(words: tuple[str, ...], error: str = "database is locked") -> Iterator[None]:
    """Have the database answer statements that begin like this as one does whose lock somebody holds, or by `error`."""

    def answer(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(words):
            raise OperationalError(error)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(answer):
        yield


@pytest.fixture
def browser(administrator: User) -> Client:
    client = FillingClient(raise_request_exception=False, headers={"accept-language": "it"})
    client.force_login(administrator)
    return client


def test_a_page_of_a_locked_database_is_calm_and_comes_back_by_itself(browser: Client) -> None:
    with locked(("SELECT",)):
        answer = browser.get("/contacts/")
    assert answer.status_code == 503
    assert answer.headers["Refresh"] == "5"
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Un momento, per favore" in answer.content.decode()
    assert browser.get("/contacts/").status_code == 200


def test_a_form_that_could_not_be_saved_is_not_sent_again_by_itself(browser: Client) -> None:
    with locked(("INSERT", "UPDATE", "DELETE")):
        answer = browser.post("/profile/", {"full_name": "Anna", "email": "", "language": "it"})
    assert answer.status_code == 503
    assert "Refresh" not in answer.headers
    assert "riprova tra un momento" in answer.content.decode()


def test_a_login_under_a_write_lock_is_told_calmly(administrator: User) -> None:
    client = Client(raise_request_exception=False, headers={"accept-language": "it"})
    with locked(("INSERT", "UPDATE", "DELETE")):
        answer = client.post("/login/", {"username": "anna", "password": PASSWORD})
    assert answer.status_code == 503
    assert "Il database è occupato" in answer.content.decode()


def test_reading_pages_goes_on_under_a_write_lock(browser: Client) -> None:
    with locked(("INSERT", "UPDATE", "DELETE")):
        assert browser.get("/").status_code == 200
        assert browser.get("/contacts/").status_code == 200


def test_a_page_that_comes_back_by_itself_keeps_its_filters(browser: Client) -> None:
    with locked(("SELECT",)):
        answer = browser.get("/contacts/?q=anna&opt_in=yes")
    assert 'href="/contacts/?q=anna&amp;opt_in=yes"' in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("database or disk is full", "Il disco del server è pieno"),
        ("attempt to write a readonly database", "si può solo leggere"),
    ],
)
def test_a_full_disk_is_not_called_busy(browser: Client, error: str, told: str) -> None:
    with locked(("INSERT", "UPDATE", "DELETE"), error):
        answer = browser.post("/profile/", {"full_name": "Anna", "email": "", "language": "it"})
    assert answer.status_code == 503
    assert told in answer.content.decode()
    assert "occupato" not in answer.content.decode()


def test_a_missing_table_is_a_fault_that_no_waiting_mends(browser: Client) -> None:
    with locked(("SELECT",), "no such table: contacts_contact"):
        answer = browser.get("/contacts/")
    assert answer.status_code == 500
    assert "Refresh" not in answer.headers


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OperationalError("database is locked"), (503, "database_busy", "1")),
        (InterfaceError("connection already closed"), (503, "database_busy", "1")),
        (OperationalError("database or disk is full"), (503, "database_unusable", "60")),
        (OperationalError("no such table: accounts_accesstoken"), (500, "internal", None)),
    ],
)
def test_a_call_is_told_what_is_in_the_way_of_the_database(error: Exception, told: tuple[int, str, str | None]) -> None:
    def answer(_execute: Callable[..., Any], _sql: str, _params: Any, _many: bool, _context: Any) -> Any:
        raise error

    with connection.execute_wrapper(answer):
        reply = Client().get("/api/v1/transactional-messages", headers={"authorization": "Bearer stf_x"})
    assert (reply.status_code, reply.json()["code"], reply.headers.get("Retry-After")) == told
