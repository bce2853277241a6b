"""Coming in: throttled, in one's own language, and back to where one wanted to go."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from staffetta.accounts import known_device, throttle
from staffetta.accounts.models import AuditEntry, LoginFailure, User
from staffetta.accounts.throttle import Attempt
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


def anna(number: int = 1, name: str = "anna", device: str = "") -> Attempt:
    return Attempt(name, f"10.0.0.{number}", device)


def test_the_wait_grows(administrator: User, later: Later) -> None:
    for _ in range(5):
        assert throttle.begin(anna()) == 0
    first = throttle.wait_for(anna())
    later(31)
    assert throttle.begin(anna()) == 0
    assert throttle.wait_for(anna()) > first


def test_the_wait_ends_at_a_quarter_of_an_hour(administrator: User) -> None:
    throttle.begin(anna())
    LoginFailure.objects.update(count=32_000)
    assert 890 < throttle.wait_for(anna()) <= 901


def test_an_address_has_to_wait_whatever_names_it_tries(administrator: User) -> None:
    for number in range(20):
        throttle.begin(anna(name=f"nome-{number}"))
    assert throttle.begin(anna()) > 0
    assert throttle.begin(anna(2)) == 0


def test_an_address_of_ipv6_is_that_of_its_subscriber(administrator: User) -> None:
    for number in range(20):
        throttle.begin(Attempt(f"nome-{number}", f"2001:db8:1:2::{number + 1:x}"))
    assert throttle.begin(Attempt("anna", "2001:db8:1:2:ffff::9")) > 0
    assert throttle.begin(Attempt("anna", "2001:db8:1:3::9")) == 0


def test_a_name_has_to_wait_when_very_many_addresses_try_it(administrator: User) -> None:
    for number in range(50):
        assert throttle.begin(anna(number)) == 0
    assert throttle.begin(anna(99, "Anna ")) > 0


def test_wrong_passwords_from_anywhere_do_not_lock_out_the_owner(client: Client, administrator: User) -> None:
    for _ in range(6):
        log_in(client, password="sbagliata")
    assert log_in(client)[0] == 422
    owner = Client(REMOTE_ADDR="10.9.9.9")
    assert log_in(owner)[0] == 302


def test_the_known_device_goes_on_while_its_name_is_attacked(client: Client, administrator: User) -> None:
    log_in(client)
    client.post("/logout/")
    for number in range(50):
        throttle.begin(anna(number))
        throttle.begin(Attempt("anna", "127.0.0.1"))
    assert log_in(Client())[0] == 422, "a device nobody knows waits"
    assert log_in(client)[0] == 302


def test_a_known_device_has_five_failures_of_its_own(client: Client, administrator: User) -> None:
    log_in(client)
    client.post("/logout/")
    for _ in range(5):
        log_in(client, password="sbagliata")
    assert "Riprova tra" in log_in(client)[1]


def test_a_device_is_known_for_its_own_person_only(client: Client, administrator: User, operator: User) -> None:
    log_in(client)
    client.post("/logout/")
    for _ in range(5):
        log_in(client, "ottavio", "sbagliata")
    assert log_in(client, "ottavio")[0] == 422
    assert log_in(client)[0] == 302


def test_two_people_may_share_a_known_device(client: Client, administrator: User, operator: User) -> None:
    for name in ("anna", "ottavio"):
        assert log_in(client, name)[0] == 302
        client.post("/logout/")
    devices = {known_device.device_of({key: one.value for key, one in client.cookies.items()}, name)
               for name in ("anna", "ottavio")}  # fmt: skip
    assert len(devices - {""}) == 2


@pytest.mark.parametrize("cookie", ["", "x", "eyJhIjoxfQ:1abc:zzz"])
def test_a_cookie_of_somebody_elses_making_is_no_known_device(cookie: str) -> None:
    assert known_device.device_of({settings.DEVICE_COOKIE_NAME: cookie}, "anna") == ""


def test_what_a_caller_says_of_its_own_address_does_not_count(client: Client, administrator: User) -> None:
    for number in range(5):
        client.post(
            "/login/",
            {"username": "anna", "password": "sbagliata"},
            headers={"X-Forwarded-For": f"10.1.1.{number}", "X-Real-IP": f"10.1.1.{number}"},
        )
    assert "Riprova tra" in log_in(client)[1]


def test_one_good_account_does_not_open_the_door_to_guess_at_others(administrator: User) -> None:
    for number in range(19):
        throttle.begin(anna(name=f"nome-{number}"))
    throttle.begin(anna())
    throttle.succeeded(anna())
    assert throttle.begin(anna(name="altri")) == 0
    assert throttle.begin(anna(name="altri")) > 0


def test_failures_are_forgotten_after_an_hour(administrator: User, later: Later) -> None:
    for _ in range(5):
        throttle.begin(anna())
    later(timedelta(hours=1, seconds=1).total_seconds())
    assert throttle.begin(anna()) == 0
    assert {failure.count for failure in LoginFailure.objects.all()} == {1}


def test_failed_and_throttled_logins_and_logouts_stand_in_the_audit_log(client: Client, administrator: User) -> None:
    for _ in range(8):
        log_in(client, password="sbagliata")
    owner = Client(REMOTE_ADDR="10.9.9.9")
    log_in(owner)
    owner.post("/logout/")
    entries = AuditEntry.objects.order_by("pk")
    deeds = [(entry.deed, entry.target_name, entry.details.get("address")) for entry in entries]
    assert deeds == [
        *[("login_failed", "anna", "127.0.0.1")] * 5,
        ("login_throttled", "anna", "127.0.0.1"),
        ("logged_in", "", "10.9.9.9"),
        ("logged_out", "", None),
    ]
    log_in(owner)
    page = owner.get("/audit/").content.decode()
    for words in ("Accesso non riuscito", "Accesso rifiutato dopo troppi tentativi", "Ha chiuso la sessione"):
        assert words in page


def test_a_password_typed_as_the_name_is_not_kept(client: Client, administrator: User) -> None:
    log_in(client, name=PASSWORD, password="anna")
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.target_name, entry.details["name_typed"]) == ("login_failed", "", "unknown")
    assert PASSWORD not in str(entry.__dict__)


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
