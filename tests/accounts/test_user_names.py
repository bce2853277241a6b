"""Names of users that nobody could tell apart are one name; a person logs in however it is typed."""

import unicodedata

import pytest
from django.test import Client

from staffetta.accounts.models import LoginFailure, Role, User
from staffetta.cli.main import main
from tests.conftest import PASSWORD, person

pytestmark = pytest.mark.django_db
FORM = {"full_name": "", "email": "", "role": "viewer", "language": "it", "password": "un-cavallo-lento"}
DECOMPOSED = unicodedata.normalize("NFD", "Élodie")
ALIKE = ["Élodie", "élodie", "ÉLODIE", DECOMPOSED, "Élo\u200bdie", "\uff25\u0301lodie", " Élodie "]


@pytest.mark.parametrize("name", ALIKE)
def test_a_name_that_looks_like_another_is_refused_by_page_and_command(
    name: str, as_administrator: Client, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    person(Role.VIEWER, "Élodie")
    answer = as_administrator.post("/users/new/", {**FORM, "username": name, "old": PASSWORD})
    assert answer.status_code == 422
    assert "Esiste già un utente con questo nome" in answer.content.decode()
    secret = tmp_path_factory.mktemp("secret") / "password"
    secret.write_text("un-cavallo-lento")
    assert main(["users", "create", name, "--role", "viewer", "--password-file", str(secret)]) == 1
    assert "Esiste già" in capsys.readouterr().err
    assert User.objects.count() == 2


@pytest.mark.parametrize("typed", ALIKE)
def test_a_person_logs_in_however_the_name_is_typed(typed: str) -> None:
    person(Role.VIEWER, "Élodie")
    answer = Client().post("/login/", {"username": typed, "password": PASSWORD})
    assert answer.status_code == 302


def test_accents_tell_two_people_apart(as_administrator: Client) -> None:
    person(Role.VIEWER, "elodie")
    answer = as_administrator.post("/users/new/", {**FORM, "username": "élodie", "old": PASSWORD})
    assert answer.status_code == 302


def test_of_two_names_from_earlier_days_each_is_still_reached_as_it_is_written() -> None:
    person(Role.VIEWER, "Demo")
    User.objects.create_user("demo", "un-altra-password")
    assert Client().post("/login/", {"username": "Demo", "password": PASSWORD}).status_code == 302
    assert Client().post("/login/", {"username": "demo", "password": "un-altra-password"}).status_code == 302
    assert Client().post("/login/", {"username": "DEMO", "password": PASSWORD}).status_code == 422


def test_guesses_under_many_spellings_count_as_guesses_of_one_name() -> None:
    person(Role.VIEWER, "Élodie")
    for typed in ALIKE:
        Client().post("/login/", {"username": typed, "password": "sbagliata-davvero"})
    assert max(LoginFailure.objects.values_list("count", flat=True)) >= 5
    assert LoginFailure.objects.count() == 3, "name and address, address, name"
