"""Coming in: throttled, in one's own language, and back to where one wanted to go."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from staffetta.accounts import throttle
from staffetta.accounts.models import AuditEntry, LoginFailure, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
Later = Callable[[float], None]


@pytest.fixture
def later(settings: Settings, tmp_path: Path) -> Later:
    """Move the clock by so many seconds."""
    file = tmp_path / "clock"
    settings.CLOCK_FILE = str(file)

    def move(seconds: float) -> None:
        file.write_text(str(seconds))

    return move


def log_in(client: Client, name: str = "anna", password: str = PASSWORD, **more: object) -> tuple[int, str]:
    answer = client.post("/login/", {"username": name, "password": password, **more}, headers={"accept-language": "it"})
    return answer.status_code, answer.content.decode()


def test_the_right_password_opens_the_first_page(client: Client, administrator: User) -> None:
    assert log_in(client)[0] == 302
    assert client.get("/").status_code == 200
    assert AuditEntry.objects.filter(deed="logged_in", actor=administrator).count() == 1


def test_a_wrong_password_says_so_and_keeps_the_name(client: Client, administrator: User) -> None:
    code, page = log_in(client, password="sbagliata")
    assert code == 422
    assert "Nome utente o password non corretti" in page
    assert 'value="anna"' in page


def test_after_five_failures_one_has_to_wait_and_is_told_how_long(client: Client, administrator: User) -> None:
    for _ in range(5):
        log_in(client, password="sbagliata")
    code, page = log_in(client)
    assert code == 422
    assert "Riprova tra 30 secondi" in page or "Riprova tra 29 secondi" in page
    assert client.get("/").status_code == 302


def test_the_wait_passes(client: Client, administrator: User, later: Later) -> None:
    for _ in range(5):
        log_in(client, password="sbagliata")
    later(31)
    assert log_in(client)[0] == 302


def test_the_wait_grows(administrator: User, later: Later) -> None:
    for _ in range(5):
        assert throttle.begin("anna", "10.0.0.1") == 0
    first = throttle.wait_for("anna", "10.0.0.1")
    later(31)
    assert throttle.begin("anna", "10.0.0.1") == 0
    assert throttle.wait_for("anna", "10.0.0.1") > first


def test_an_address_has_to_wait_whatever_names_it_tries(administrator: User) -> None:
    for number in range(5):
        throttle.begin(f"nome-{number}", "10.0.0.1")
    assert throttle.begin("anna", "10.0.0.1") > 0
    assert throttle.begin("anna", "10.0.0.2") == 0


def test_a_name_has_to_wait_whatever_address_tries_it(administrator: User) -> None:
    for number in range(5):
        throttle.begin("anna", f"10.0.0.{number}")
    assert throttle.begin("Anna ", "10.0.0.99") > 0


def test_one_good_account_does_not_open_the_door_to_guess_at_others(administrator: User) -> None:
    for _ in range(4):
        throttle.begin("altri", "10.0.0.1")
    throttle.begin("anna", "10.0.0.1")
    throttle.succeeded("anna", "10.0.0.1")
    assert throttle.begin("altri", "10.0.0.1") == 0
    assert throttle.begin("altri", "10.0.0.1") > 0


def test_failures_are_forgotten_after_an_hour(administrator: User, later: Later) -> None:
    for _ in range(5):
        throttle.begin("anna", "10.0.0.1")
    later(timedelta(hours=1, seconds=1).total_seconds())
    assert throttle.begin("anna", "10.0.0.1") == 0
    assert {failure.count for failure in LoginFailure.objects.all()} == {1}


def test_a_deactivated_person_cannot_log_in(client: Client, administrator: User) -> None:
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    assert log_in(client)[0] == 422


@pytest.mark.parametrize(
    ("wanted", "where"), [("/system/", "/system/"), ("https://evil.example/", "/"), ("//evil", "/")]
)
def test_one_goes_on_to_our_own_pages_only(client: Client, administrator: User, wanted: str, where: str) -> None:
    answer = client.post("/login/", {"username": "anna", "password": PASSWORD, "next": wanted})
    assert answer.headers["Location"] == where


def test_logging_out_takes_a_click_and_not_a_link(as_administrator: Client) -> None:
    assert as_administrator.get("/logout/").status_code == 405
    assert as_administrator.post("/logout/").status_code == 302
    assert as_administrator.get("/").status_code == 302


def test_the_language_follows_the_person(as_administrator: Client, administrator: User) -> None:
    as_administrator.post("/language/", {"language": "en", "next": "/"})
    administrator.refresh_from_db()
    assert administrator.language == "en"
    assert "Overview" in as_administrator.get("/").content.decode()


def test_before_the_login_the_language_stays_in_the_browser(client: Client) -> None:
    client.post("/language/", {"language": "en"}, headers={"accept-language": "it"})
    assert "Log in" in client.get("/login/", headers={"accept-language": "it"}).content.decode()


def test_a_language_nobody_offers_is_ignored(as_administrator: Client, administrator: User) -> None:
    as_administrator.post("/language/", {"language": "xx"})
    administrator.refresh_from_db()
    assert administrator.language == "it"


@pytest.mark.parametrize(("language", "words"), [("it", "Password dimenticata?"), ("en", "Forgot the password?")])
def test_who_forgot_the_password_is_told_who_helps(client: Client, language: str, words: str) -> None:
    assert words in client.get("/login/", headers={"accept-language": language}).content.decode()


def test_the_first_wrong_field_gets_the_focus(client: Client) -> None:
    page = log_in(client, password="")[1]
    focused = [field for field in re.findall(r"<input[^>]*>", page) if "autofocus" in field]
    assert len(focused) == 1
    assert 'name="password"' in focused[0]
    assert 'aria-invalid="true"' in focused[0]
