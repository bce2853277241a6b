"""The one-time link that makes the first administrator."""

from datetime import timedelta

import pytest
from django.test import Client

from staffetta.accounts import setup
from staffetta.accounts.models import Role, SetupLink, User
from staffetta.work.clock import now

pytestmark = pytest.mark.django_db
FIRST = {"username": "anna", "email": "", "password": "un-cavallo-lento", "language": "it"}


def test_the_link_makes_an_administrator_and_logs_them_in(client: Client) -> None:
    path = setup.link()
    assert client.get(path).status_code == 200
    assert client.post(path, FIRST).status_code == 302
    assert User.objects.get().role == Role.ADMINISTRATOR
    assert client.get("/users/").status_code == 200


def test_the_link_works_once(client: Client) -> None:
    path = setup.link()
    client.post(path, FIRST)
    again = Client().post(path, FIRST | {"username": "intruso"})
    assert again.status_code == 410
    assert User.objects.count() == 1


def test_an_older_link_is_worthless_once_a_newer_one_was_used(client: Client) -> None:
    older, newer = setup.link(), setup.link()
    client.post(newer, FIRST)
    User.objects.update(is_active=False)
    assert Client().get(older).status_code == 410


def test_there_is_no_link_while_there_is_an_administrator(administrator: User) -> None:
    assert setup.link() == ""


def test_a_link_is_worthless_once_there_is_an_administrator(client: Client) -> None:
    path = setup.link()
    User.objects.create_user("altra", "una-password-lunga", Role.ADMINISTRATOR)
    assert client.get(path).status_code == 410


def test_a_weak_password_keeps_the_link_valid(client: Client) -> None:
    path = setup.link()
    answer = client.post(path, FIRST | {"password": "corta"})
    assert answer.status_code == 422
    assert 'value="anna"' in answer.content.decode()
    assert setup.valid(path.split("/")[2])


def test_the_token_itself_is_not_kept() -> None:
    path = setup.link()
    assert path.split("/")[2] not in SetupLink.objects.get().digest


def test_the_login_says_where_to_begin(client: Client) -> None:
    page = client.get("/login/", headers={"accept-language": "it"}).content.decode()
    assert "apri il link monouso mostrato all’avvio" in page


def test_a_link_ends_after_a_day(client: Client) -> None:
    path = setup.link()
    SetupLink.objects.update(created_at=now() - timedelta(hours=23, minutes=59))
    assert client.get(path).status_code == 200
    SetupLink.objects.update(created_at=now() - timedelta(hours=24, minutes=1))
    answer = client.post(path, FIRST, headers={"accept-language": "it"})
    assert answer.status_code == 410
    assert "funziona una volta sola, per un giorno" in answer.content.decode()
    assert not User.objects.exists()
