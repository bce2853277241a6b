"""The web server as it is started, on each database: nobody silences it, and long bodies are for those who log in."""

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.processes import Installation, children, installation, wait_until
from tests.raw_http import Connection, Reply, ask

CSRF = "c" * 32
FORM = "Content-Type: application/x-www-form-urlencoded"
MEGABYTE = 1_000_000
PEOPLE = """
from django.conf import settings
from django.test import Client
from staffetta.accounts import tokens
from staffetta.accounts.models import Role, User
for role in (Role.OPERATOR, Role.VIEWER):
    user = User.objects.create_user(role.value, "una-password-lunga", role)
    user.language = "it"
    user.save()
    client = Client()
    client.force_login(user)
    print(role.value, client.cookies[settings.SESSION_COOKIE_NAME].value)
print("session", settings.SESSION_COOKIE_NAME)
print("csrf", settings.CSRF_COOKIE_NAME)
print("token", tokens.issue("shop", None)[1])
"""
LOCKED = 'LOCK TABLE "accounts_loginfailure" IN ACCESS EXCLUSIVE MODE'


class Pages:
    """One web server, and what its people bring with their requests."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        lines = made.python(PEOPLE).split("\n")
        self.keys = dict(line.split() for line in lines if line)
        self.port = int(made.start_pages().rpartition(":")[2])
        self.started = made._started[-1]

    def as_(self, who: str) -> list[str]:
        """Return the headers of somebody: a role, `token`, or nobody (with the form's token alone)."""
        if who == "token":
            return [f"Authorization: Bearer {self.keys[who]}"]
        session = f"; {self.keys['session']}={self.keys[who]}" if who else ""
        return [f"Cookie: {self.keys['csrf']}={CSRF}{session}", "Accept-Language: it"]

    def health(self) -> float:
        """Ask for health and return how long it took; 503 is right, since no worker runs."""
        start = time.monotonic()
        reply = ask(self.port, "GET", "/health")
        assert json.loads(reply.body)["database"] == "ok"
        return time.monotonic() - start

    def log_in(self, name: str) -> Connection:
        """Send a login whose answer waits while logins are locked."""
        connection = Connection(self.port, 30)
        body = f"csrfmiddlewaretoken={CSRF}&username={name}&password=wrong".encode()
        connection.ask("POST", "/login/", [*self.as_(""), FORM], body)
        return connection

    def begin_login(self, connection: Connection, part: bytes = b"") -> None:
        """Send a part of a form that the page has to read, since its cookie is there."""
        connection.ask("POST", "/login/", [*self.as_(""), FORM, "Content-Length: 60000"], part)

    @contextmanager
    def logins_locked(self) -> Iterator[None]:
        """Hold what every login writes to."""
        if self.made.on_sqlite:
            holder: Any = sqlite3.connect(self.made.data / "staffetta.sqlite3", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
        else:
            holder = psycopg.connect(self.made.database_url)
            holder.execute(LOCKED)
        try:
            yield
        finally:
            holder.rollback()
            holder.close()


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    limits = {"STAFFETTA_BODY_SECONDS": "2", "STAFFETTA_IMPORT_MAX_MB": "6", "STAFFETTA_WAITING_REQUESTS": "4"}
    with installation(empty=False, **limits) as made:
        yield Pages(made)


def form(file: bytes, boundary: str = "edge") -> tuple[list[str], bytes]:
    """Return headers and body of the form that uploads a file of contacts."""
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{CSRF}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n"
    )
    return [f"Content-Type: multipart/form-data; boundary={boundary}"], (
        parts.encode() + file + f"\r\n--{boundary}--\r\n".encode()
    )


def people(size: int) -> bytes:
    line = b"+39333%07d,Anna,Bianchi,via Roma 1\n"
    lines = [line % number for number in range(size // len(line % 0))]
    return b"phone,name,surname,street\n" + b"".join(lines)


def test_eight_slow_bodies_of_strangers_silence_nobody(pages: Pages) -> None:
    with ExitStack() as stack:
        for _ in range(8):
            pages.begin_login(stack.enter_context(Connection(pages.port)))
        time.sleep(0.2)
        assert pages.health() < 1
        assert ask(pages.port, "GET", "/login/").status == 200


def test_two_hundred_slow_bodies_leave_health_and_pages_quick_and_end(pages: Pages) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(Connection(pages.port)) for _ in range(200)]
        for one in slow:
            pages.begin_login(one, b"x" * 50_000)
        assert pages.health() < 1
        assert ask(pages.port, "GET", "/login/").status == 200
        statuses = {one.reply().status for one in slow}
    assert 408 in statuses
    assert statuses <= {408, 503}


def test_an_upload_of_400_mb_to_the_login_is_refused_before_a_byte_of_it(pages: Pages) -> None:
    with Connection(pages.port, 5) as upload:
        upload.ask("POST", "/login/", [*pages.as_(""), *form(b"")[0], "Content-Length: 400000000"], b"x" * 1000)
        reply = upload.reply()
    assert reply.status == 413
    assert reply.headers["connection"] == "close"
    assert "troppo grande" in reply.text
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert held_in_files(pages) == 0


def test_a_file_of_the_full_size_is_taken_from_somebody_who_may_import(pages: Pages) -> None:
    headers, body = form(people(5_900_000))
    reply = ask(pages.port, "POST", "/contacts/imports/new/", [*pages.as_("operator"), *headers], body)
    assert reply.status == 302
    assert reply.headers["location"].endswith("/columns/")
    kept = list((pages.made.data / "files").rglob("*.csv"))
    assert [path.stat().st_size for path in kept] == [len(people(5_900_000))]
    assert held_in_files(pages) == 0


@pytest.mark.parametrize(
    ("who", "size", "status"),
    [
        ("", 5 * MEGABYTE, 302),
        ("viewer", 5 * MEGABYTE, 403),
        ("operator", 7 * MEGABYTE, 413),
        ("", 7 * MEGABYTE, 302),
    ],
)
def test_a_file_is_refused_before_it_is_read(pages: Pages, who: str, size: int, status: int) -> None:
    with Connection(pages.port, 5) as upload:
        upload.ask("POST", "/contacts/imports/new/", [*pages.as_(who), *form(b"")[0], f"Content-Length: {size}"])
        reply = upload.reply()
    assert reply.status == status
    assert reply.headers["connection"] == "close"
    if status == 302:
        assert reply.headers["location"] == "/login/?next=/contacts/imports/new/"
    if who == "operator":
        assert "6 MB" in reply.text
        assert 'lang="it"' in reply.text


def test_a_page_that_takes_no_file_takes_none_from_anybody(pages: Pages) -> None:
    for path in "/contacts/new/", "/language/", "/nothing/":
        with Connection(pages.port, 5) as upload:
            upload.ask("POST", path, [*pages.as_("operator"), *form(b"")[0], "Content-Length: 4000000"])
            assert upload.reply().status == (404 if path == "/nothing/" else 413)


def test_a_long_body_of_the_api_needs_a_token_and_its_refusals_are_problems(pages: Pages) -> None:
    path = "/api/v1/transactional-messages/x/send"

    def refused(headers: list[str], body: bytes = b"") -> tuple[Reply, str]:
        with Connection(pages.port, 5) as call:
            call.ask("POST", path, headers, body)
            reply = call.reply()
        assert reply.headers["content-type"] == "application/problem+json"
        return reply, json.loads(reply.body)["code"]

    reply, code = refused(["Content-Length: 100000"])
    assert (reply.status, code) == (401, "token_refused")
    reply, code = refused([*pages.as_("token"), "Content-Length: 2600000"])
    assert (reply.status, code) == (413, "body_too_large")
    reply, code = refused(["Content-Length: 100"], b"{")
    assert (reply.status, code) == (408, "body_too_slow")
    reply, code = refused([*pages.as_("token"), "Idempotency-Key: k"], json.dumps({"a": "x" * 200_000}).encode())
    assert (reply.status, code) == (422, "request_invalid")
    logged = pages.made.rows("SELECT code FROM api_apicall ORDER BY id")
    assert logged == [("body_too_large",), ("request_invalid",)]


def test_health_answers_while_every_page_waits_for_the_database_and_the_next_one_is_told(pages: Pages) -> None:
    with ExitStack() as stack, pages.logins_locked():
        for number in range(12):  # eight threads, four that wait
            stack.enter_context(pages.log_in(f"busy-{number}"))
        time.sleep(0.5)
        assert pages.health() < 1
        start = time.monotonic()
        page = ask(pages.port, "GET", "/login/", ["Accept-Language: it"])
        call = ask(pages.port, "GET", "/api/v1/transactional-messages", ["Accept-Language: en"])
        assert time.monotonic() - start < 1
    assert (page.status, page.headers["retry-after"]) == (503, "2")
    assert "Riprova tra qualche secondo" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert (call.status, call.headers["retry-after"]) == (503, "2")
    assert json.loads(call.body)["code"] == "overloaded"


def test_a_caller_that_has_left_before_its_turn_is_not_served(pages: Pages) -> None:
    with ExitStack() as stack:
        with pages.logins_locked():
            pages.made.python("")  # nothing of the process itself waits for the lock
            for number in range(8):
                stack.enter_context(pages.log_in(f"stays-{number}"))
            time.sleep(0.5)
            for number in range(4):
                pages.log_in(f"leaves-{number}").close()
            time.sleep(0.5)
        # eight passwords are digested before the page has room again: seconds of processor where others compute too
        wait_until(lambda: ask(pages.port, "GET", "/login/").status == 200, 90)
        time.sleep(0.5)
    names = "\n".join(str(row) for row in pages.made.rows("SELECT subject FROM accounts_loginfailure"))
    assert not [name for name in digests(pages, "leaves") if name in names]


def digests(pages: Pages, name: str) -> list[str]:
    """Return what failures of four names are kept under."""
    code = (
        f"from staffetta.accounts.throttle import _digest\nfor n in range(4): print(_digest('name', f'{name}-{{n}}'))"
    )
    return pages.made.python(code).split()


def test_a_part_of_a_static_file_is_answered_with_all_of_it(pages: Pages) -> None:
    path = "/static/ui/tabler.min.css"
    whole, part = (ask(pages.port, "GET", path, headers) for headers in ([], ["Range: bytes=0-"]))
    assert whole.status == part.status == 200
    assert len(whole.body) > 300_000
    assert whole.body == part.body


def test_an_export_is_streamed_to_its_end(pages: Pages) -> None:
    reply = ask(pages.port, "GET", "/contacts/contacts.csv", pages.as_("operator"))
    assert reply.status == 200
    assert reply.whole


def test_a_server_that_is_killed_in_an_upload_leaves_no_file(pages: Pages) -> None:
    """Last, since nothing serves after it."""
    before = set(Path(tempfile.gettempdir()).glob("*.upload*"))
    with Connection(pages.port) as upload:
        upload.ask(
            "POST",
            "/contacts/imports/new/",
            [*pages.as_("operator"), *form(b"")[0], "Content-Length: 5000000"],
            b"x" * 4_000_000,
        )
        wait_until(lambda: held_in_files(pages) > 3_900_000)
        pages.started.end()
    assert list((pages.made.data / "spool").iterdir()) == []
    assert set(Path(tempfile.gettempdir()).glob("*.upload*")) == before


def held_in_files(pages: Pages) -> int:
    """Return what lies in files of the spool, which have no name."""
    found = 0
    for entry in Path(f"/proc/{children(pages.started.pid)[-1]}/fd").iterdir():
        try:
            if "/spool/" in str(entry.readlink()):
                found += entry.stat().st_size
        except FileNotFoundError:
            continue
    return found
