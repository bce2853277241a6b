"""Sessions: listed, ended by their person or an administrator, and by themselves when nobody uses them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staffetta.accounts import browsers
from staffetta.accounts.models import AuditEntry, Session, User
from staffetta.accounts.session_use import POLL
from staffetta.work.clock import now
from tests.conftest import PASSWORD, logged_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "staffetta"


def enter(name: str = "anna", agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": agent, "accept-language": "it"})
    assert client.post("/login/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def rewind(client: Client, **span: float) -> None:
    """Have a session been used so long ago for the last time."""
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    Session.objects.filter(session_key=key).update(used_at=now() - timedelta(**span))


def test_a_person_sees_where_they_are_logged_in(administrator: User) -> None:
    enter()
    page = enter(agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1").get("/profile/sessions/")
    text = page.content.decode()
    assert "Firefox · Windows" in text
    assert "Safari · iPhone" in text
    assert "127.0.0.1" in text
    assert text.count("Questa sessione") == 1
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in text, "whoever reads the key has the session"


def test_a_person_ends_one_session_elsewhere(administrator: User) -> None:
    lost, here = enter(), enter()
    one = Session.objects.get(session_key=lost.cookies[settings.SESSION_COOKIE_NAME].value)
    assert here.post("/profile/sessions/", {"session": one.public_id}).status_code == 302
    assert lost.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert AuditEntry.objects.get(deed="sessions_ended").details == {"sessions": 1}


def test_a_person_ends_all_others(administrator: User, operator: User) -> None:
    others, here, stranger = [enter(), enter()], enter(), enter("ottavio")
    here.post("/profile/sessions/")
    assert [client.get("/").status_code for client in (*others, here, stranger)] == [302, 302, 200, 200]


def test_nobody_ends_a_session_of_somebody_else_by_its_id(administrator: User, operator: User) -> None:
    anna, ottavio = enter(), enter("ottavio")
    ottavio.post("/profile/sessions/", {"session": Session.objects.get(user=administrator).public_id})
    ottavio.post("/profile/sessions/", {"session": "nonsense"})
    assert anna.get("/").status_code == 200


def test_an_administrator_ends_the_sessions_of_a_person(administrator: User, operator: User) -> None:
    anna, ottavio = enter(), enter("ottavio")
    assert "Firefox · Windows" in anna.get(f"/users/{operator.pk}/sessions/").content.decode()
    anna.post(f"/users/{operator.pk}/sessions/")
    assert ottavio.get("/").status_code == 302
    assert enter("ottavio").get(f"/users/{administrator.pk}/sessions/").status_code == 403


def test_a_session_that_nobody_uses_ends(administrator: User) -> None:
    client = enter()
    rewind(client, minutes=479)
    assert client.get("/").status_code == 200
    rewind(client, minutes=481)
    assert client.get("/").status_code == 302
    assert not Session.objects.filter(user=administrator).exists()


def test_each_page_keeps_the_session_alive_but_not_what_an_open_page_asks_by_itself(administrator: User) -> None:
    client = enter()
    rewind(client, minutes=30)
    client.get("/system/", headers={POLL: "1"})
    assert Session.objects.get().used_at < now() - timedelta(minutes=29)
    client.get("/")
    assert Session.objects.get().used_at > now() - timedelta(minutes=1)


def test_everything_that_is_asked_again_and_again_says_so() -> None:
    lines = [line for path in TEMPLATES.rglob("*.html") for line in path.read_text().splitlines()]
    polls = [line for line in lines if 'hx-trigger="every' in line]
    assert len(polls) >= 7
    assert [line for line in polls if f'"{POLL}"' not in line] == []


def test_the_last_use_is_written_once_a_minute(administrator: User) -> None:
    client = enter()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/profile/")
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def test_a_new_password_ends_the_sessions_elsewhere(administrator: User) -> None:
    elsewhere, here = enter(), enter()
    here.post("/profile/password/", {"old": PASSWORD, "password": "un-altro-cavallo"})
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert Session.objects.filter(user=administrator).count() == 1


def test_deactivating_ends_the_sessions(as_administrator: Client, operator: User) -> None:
    logged_in(operator)
    as_administrator.post(f"/users/{operator.pk}/deactivate/")
    assert not Session.objects.filter(user=operator).exists()


def test_logging_out_ends_the_session_itself(administrator: User) -> None:
    client = enter()
    client.post("/logout/")
    assert not Session.objects.filter(user=administrator).exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_named_as_people_do(agent: str, name: str) -> None:
    assert browsers.name(agent) == name
    assert re.fullmatch(r"[\w ·]*", browsers.name(agent))
