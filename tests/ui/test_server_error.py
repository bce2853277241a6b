"""What people read while the database does not answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from staffetta.accounts.models import User
from tests.conftest import PASSWORD
from tests.filling import FillingClient

pytestmark = pytest.mark.django_db


@contextmanager
def locked(words: tuple[str, ...]) -> Iterator[None]:
    """Have the database answer statements that begin like this as one does whose lock somebody holds."""

    def answer(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(words):
            raise OperationalError("database is locked")
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
