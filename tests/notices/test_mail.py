"""Administrators are told by e-mail, once, in their language; a mail server that is down loses nothing."""

import smtplib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django import Settings

from staffetta.accounts.models import Role, User
from staffetta.notices import incidents, mail
from staffetta.notices.models import Mail
from staffetta.work.lanes import LaneContext
from tests.conftest import person

pytestmark = pytest.mark.django_db
CONTEXT = LaneContext(worker="test")


class Broken(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:  # noqa: ARG002
        raise smtplib.SMTPConnectError(421, "down")


@pytest.fixture
def configured(settings: Settings) -> None:
    settings.MAIL_HOST = "mail.example.org"
    settings.PUBLIC_URL = "https://staffetta.example.org"


@pytest.fixture
def later(settings: Settings, tmp_path: Path) -> Callable[[float], object]:
    file = tmp_path / "clock"
    settings.CLOCK_FILE = str(file)
    return lambda seconds: file.write_text(str(seconds))


def fail(opens_after: int = 1) -> None:
    incidents.failure("strange", "24001", "Assistenza", "key_refused", "the key is refused", opens_after=opens_after)


def work() -> None:
    for _ in range(10):
        if not mail.work(CONTEXT):
            return


@pytest.mark.usefixtures("configured", "operator", "viewer")
def test_every_administrator_gets_one_mail_and_nobody_else(administrator: User) -> None:
    person(Role.ADMINISTRATOR, "altro")
    fail()
    work()
    work()
    assert sorted(message.to[0] for message in outbox.outbox) == ["altro@example.org", "anna@example.org"]


@pytest.mark.usefixtures("configured")
def test_a_mail_is_in_its_readers_language(administrator: User) -> None:
    other = person(Role.ADMINISTRATOR, "jane")
    User.objects.filter(pk=other.pk).update(language="en")
    fail()
    work()
    by_reader = {message.to[0]: f"{message.subject}\n{message.body}" for message in outbox.outbox}
    assert "Assistenza non funziona" in by_reader["anna@example.org"]
    assert "Assistenza is not working" in by_reader["jane@example.org"]
    assert "https://staffetta.example.org/" in by_reader["jane@example.org"]


@pytest.mark.usefixtures("configured", "administrator")
def test_further_failures_are_not_mailed() -> None:
    for _ in range(3):
        fail()
        work()
    assert len(outbox.outbox) == 1


@pytest.mark.usefixtures("configured", "administrator")
def test_a_new_opening_is_mailed_again() -> None:
    fail()
    work()
    incidents.success("strange", "24001")
    fail()
    work()
    assert len(outbox.outbox) == 2


@pytest.mark.usefixtures("configured", "administrator")
def test_what_is_not_open_yet_is_not_mailed() -> None:
    fail(opens_after=3)
    work()
    assert outbox.outbox == []


@pytest.mark.usefixtures("configured")
def test_deactivated_people_and_those_without_an_address_get_none(administrator: User) -> None:
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    User.objects.filter(pk=person(Role.ADMINISTRATOR, "muto").pk).update(email="")
    fail()
    work()
    assert outbox.outbox == []


@pytest.mark.usefixtures("administrator")
def test_without_a_mail_server_nothing_is_written() -> None:
    fail()
    work()
    assert not Mail.objects.exists()


@pytest.mark.usefixtures("configured", "administrator")
def test_a_mail_server_that_is_down_is_tried_again(settings: Settings, later: Callable[[float], object]) -> None:
    working = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Broken"}}
    fail()
    work()
    waiting = Mail.objects.get()
    assert (waiting.sent_at, waiting.attempts) == (None, 1)
    assert "down" in waiting.problem
    settings.MAILERS = working
    work()
    assert outbox.outbox == []
    later(61)
    work()
    assert len(outbox.outbox) == 1
    assert Mail.objects.get().sent_at is not None


@pytest.mark.usefixtures("configured", "administrator")
def test_after_many_attempts_a_mail_is_given_up(settings: Settings, later: Callable[[float], object]) -> None:
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Broken"}}
    fail()
    for hour in range(mail.ATTEMPTS + 3):
        later(hour * 4000)
        work()
    given_up = Mail.objects.get()
    assert given_up.given_up_at is not None
    assert given_up.attempts == mail.ATTEMPTS
