"""Passwords and API Keys are used as they were typed: no sign of theirs is cleaned away, at any door."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth import authenticate
from django.test import Client

from staffetta.accounts import setup
from staffetta.accounts.models import User
from staffetta.channels.connection.forms import KeyForm
from staffetta.cli.channels import read_key
from staffetta.cli.main import parser
from staffetta.ui.storable_text import SECRETS
from tests.conftest import PASSWORD
from tests.text.enter_command_line import ok

pytestmark = pytest.mark.django_db
ODD = "e\u0301\u200b-una\u00a0password \u202elunga\u2011\ufeff "
"""Any other field would change it: a letter in two pieces, hidden signs, odd blanks, a blank at the end."""


def new_person(client: Client, name: str = "bo") -> None:
    typed = {"username": name, "email": "", "language": "it", "role": "viewer", "password": ODD}
    assert client.post("/users/new/", typed).status_code == 302


def by_setup(_client: Client, _folder: Path) -> None:
    User.objects.all().delete()
    typed = {"username": "bo", "email": "", "language": "it", "password": ODD}
    assert Client().post(setup.link(), typed).status_code == 302


def by_an_administrator(client: Client, _folder: Path) -> None:
    new_person(client)


def given_anew(client: Client, _folder: Path) -> None:
    person = User.objects.create_user("bo", PASSWORD)
    assert client.post(f"/users/{person.pk}/password/", {"password": ODD}).status_code == 302


def changed_by_oneself(_client: Client, _folder: Path) -> None:
    own = Client()
    own.force_login(User.objects.create_user("bo", ODD))
    changed = own.post("/profile/password/", {"old": ODD, "password": f"{ODD}2"})
    assert changed.status_code == 302
    assert own.post("/profile/password/", {"old": f"{ODD}2", "password": ODD}).status_code == 302


def by_command(_client: Client, folder: Path) -> None:
    file = folder / "password.txt"
    file.write_text(f"{ODD}\n", encoding="utf-8")
    ok("users", "create", "bo", "--role", "viewer", "--password-file", str(file))


@pytest.mark.parametrize(
    "door", [by_setup, by_an_administrator, given_anew, changed_by_oneself, by_command], ids=lambda door: door.__name__
)
def test_a_password_is_kept_as_it_was_typed_and_the_login_page_takes_it(
    door: Callable[[Client, Path], None], as_administrator: Client, tmp_path: Path
) -> None:
    door(as_administrator, tmp_path)
    assert authenticate(username="bo", password=ODD)
    assert Client().post("/login/", {"username": "bo", "password": ODD}).status_code == 302
    assert Client().post("/login/", {"username": "bo", "password": ODD.strip()}).status_code != 302


def test_an_api_key_leaves_the_form_and_the_file_as_it_was_typed(tmp_path: Path) -> None:
    form = KeyForm({"api_key": ODD})
    assert form.is_valid()
    assert form.cleaned_data["api_key"] == ODD
    file = tmp_path / "key"
    file.write_text(ODD, encoding="utf-8")
    assert read_key(parser().parse_args(["channels", "connect", "--key-file", str(file)])) == ODD


def forms_below(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for below in form.__subclasses__():
        yield below
        yield from forms_below(below)


def test_every_field_of_a_secret_is_among_those_that_nobody_cleans() -> None:
    secret = {
        name
        for form in forms_below(forms.BaseForm)
        if form.__module__.startswith("staffetta.")
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, forms.PasswordInput) or "password" in name or "key" in name.split("_")[-1:]
    }
    assert secret == SECRETS
