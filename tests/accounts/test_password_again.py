"""The password is asked for again before keys, users, tokens, reset and erasure."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from staffetta.accounts.models import AccessToken, AuditEntry, Session, User
from staffetta.accounts.password_again import PASSWORD_AT
from staffetta.work.clock import now
from tests import world as factory
from tests.addresses import GUARDED, path_of
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ASKING = {
    "accounts:user_activate",
    "accounts:token_revoke",
    "accounts:token_right",
    "accounts:tokens",
    "accounts:user",
    "accounts:user_deactivate",
    "accounts:user_new",
    "accounts:user_password",
    "accounts:user_sessions",
    "channels:connect",
    "channels:connect_row",
    "channels:disconnect",
    "channels:reset",
    "contacts:erase",
}


def age(client: Client, minutes: float) -> None:
    """Have the password been typed so long ago."""
    session = client.session
    session[PASSWORD_AT] = (now() - timedelta(minutes=minutes)).timestamp()
    session.save()


def test_these_pages_ask_for_the_password_again() -> None:
    asking = {address.name for address in GUARDED if getattr(address.view, "asks_password", False)}
    assert asking == ASKING


def test_each_of_them_does(as_administrator: Client) -> None:
    world = factory.build()
    age(as_administrator, 31)
    for address in GUARDED:
        if getattr(address.view, "asks_password", False):
            answer = as_administrator.post(path_of(address, world))
            assert (answer.status_code, answer.headers["Location"][:17]) == (302, "/profile/confirm/"), address


def test_after_the_password_one_goes_on_where_one_wanted_to(as_administrator: Client) -> None:
    age(as_administrator, 16)
    asked = as_administrator.get("/users/new/")
    assert asked.headers["Location"] == "/profile/confirm/?next=/users/new/"
    page = as_administrator.get(asked.headers["Location"]).content.decode()
    assert "Sei tu?" in page
    assert 'value="/users/new/"' in page
    answer = as_administrator.post("/profile/confirm/", {"password": PASSWORD, "next": "/users/new/"})
    assert answer.headers["Location"] == "/users/new/"
    assert as_administrator.get("/users/new/").status_code == 200


def test_a_form_that_was_opened_in_time_may_be_sent(as_administrator: Client) -> None:
    age(as_administrator, 29)
    as_administrator.post("/tokens/", {"name": "negozio"})
    assert AccessToken.objects.exists()


def test_a_form_that_comes_too_late_changes_nothing_and_leads_back_to_its_page(as_administrator: Client) -> None:
    age(as_administrator, 31)
    answer = as_administrator.post("/tokens/", {"name": "x"}, headers={"Referer": "http://testserver/tokens/?page=2"})
    assert answer.headers["Location"] == "/profile/confirm/?next=/tokens/%3Fpage%3D2"
    elsewhere = as_administrator.post("/tokens/", {"name": "x"}, headers={"Referer": "https://evil.example/"})
    assert elsewhere.headers["Location"] == "/profile/confirm/?next=/"
    assert not AccessToken.objects.exists()


def test_a_part_of_a_page_sends_the_whole_page_there(as_administrator: Client) -> None:
    age(as_administrator, 31)
    answer = as_administrator.post("/engage/channels/connect/", {"api_key": "x"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/profile/confirm/")
    assert "Location" not in answer.headers


def test_a_wrong_password_is_refused_counted_and_audited(as_administrator: Client) -> None:
    age(as_administrator, 31)
    for _ in range(5):
        assert as_administrator.post("/profile/confirm/", {"password": "sbagliata"}).status_code == 422
    page = as_administrator.post("/profile/confirm/", {"password": PASSWORD})
    assert "Riprova tra" in page.content.decode()
    assert AuditEntry.objects.filter(deed="login_failed").count() == 5
    assert as_administrator.get("/users/new/").status_code == 302


def test_a_stolen_session_of_an_earlier_version_has_to_ask(administrator: User, client: Client) -> None:
    client.force_login(administrator)
    session = client.session
    del session[PASSWORD_AT]
    session.save()
    assert client.get("/users/new/").status_code == 302
    assert Session.objects.get().session_key == client.cookies[settings.SESSION_COOKIE_NAME].value
