"""People are made, changed and deactivated; there is always an administrator left."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry, Role, User
from tests.conftest import PASSWORD, person

pytestmark = pytest.mark.django_db
NEW = {
    "username": "carla",
    "full_name": "Carla Verdi",
    "email": "carla@example.org",
    "role": "operator",
    "language": "it",
    "password": "un-cavallo-lento",
}


def change(client: Client, user: User, **fields: str) -> tuple[int, str]:
    data = {"full_name": "", "email": "", "role": user.role, "language": "it"} | fields
    answer = client.post(f"/users/{user.pk}/", data)
    return answer.status_code, answer.content.decode()


def test_an_administrator_makes_a_user_who_can_log_in(as_administrator: Client, client: Client) -> None:
    assert as_administrator.post("/users/new/", NEW).status_code == 302
    made = User.objects.get(username="carla")
    assert (made.role, made.full_name, made.language) == (Role.OPERATOR, "Carla Verdi", "it")
    assert client.login(username="carla", password="un-cavallo-lento")
    assert AuditEntry.objects.get(deed="user_created").details == {"role": "operator"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"username": "ANNA"}, "Esiste già un utente con questo nome"),
        ({"password": "corta"}, "almeno 10 caratteri"),
        ({"password": "1234567890"}, "troppo comune"),
        ({"email": "niente"}, "email"),
        ({"role": "emperor"}, "Scegli un’opzione valida|scelta valida|emperor"),
    ],
)
def test_a_mistake_is_told_and_what_was_typed_stays(
    as_administrator: Client, wrong: dict[str, str], words: str
) -> None:
    answer = as_administrator.post("/users/new/", NEW | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert any(word in page for word in words.split("|"))
    assert "Carla Verdi" in page
    assert not User.objects.filter(username="carla").exists()


def test_a_role_change_works_at_once(as_administrator: Client, viewer: User, as_viewer: Client) -> None:
    assert as_viewer.get("/users/").status_code == 403
    assert change(as_administrator, viewer, role="administrator")[0] == 302
    assert as_viewer.get("/users/").status_code == 200
    assert AuditEntry.objects.get(deed="user_changed").details == {"role": "administrator"}


def test_one_cannot_take_the_role_from_oneself(as_administrator: Client, administrator: User) -> None:
    person(Role.ADMINISTRATOR, "altro")
    code, page = change(as_administrator, administrator, role="viewer")
    assert code == 422
    assert "a te stesso" in page
    administrator.refresh_from_db()
    assert administrator.is_administrator


def test_one_cannot_deactivate_oneself(as_administrator: Client, administrator: User) -> None:
    answer = as_administrator.post(f"/users/{administrator.pk}/deactivate/", follow=True)
    assert "Non puoi disattivare te stesso" in answer.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_deactivated_person_can_be_let_in_again(as_administrator: Client, viewer: User) -> None:
    as_administrator.post(f"/users/{viewer.pk}/deactivate/")
    assert not User.objects.filter(pk=viewer.pk, is_active=True).exists()
    as_administrator.post(f"/users/{viewer.pk}/activate/")
    assert User.objects.filter(pk=viewer.pk, is_active=True).exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("deed", flat=True)) == [
        "user_deactivated",
        "user_activated",
    ]


def test_deactivating_asks_first(as_administrator: Client, viewer: User) -> None:
    page = as_administrator.get(f"/users/{viewer.pk}/deactivate/").content.decode()
    assert "Disattivare livia?" in page
    viewer.refresh_from_db()
    assert viewer.is_active


def test_a_new_password_logs_the_person_out_everywhere(
    as_administrator: Client, viewer: User, as_viewer: Client, client: Client
) -> None:
    as_administrator.post(f"/users/{viewer.pk}/password/", {"password": "un-cavallo-lento"})
    assert as_viewer.get("/").status_code == 302
    assert client.login(username="livia", password="un-cavallo-lento")


def test_changing_ones_own_password_wants_the_old_one(as_viewer: Client) -> None:
    answer = as_viewer.post("/profile/password/", {"old": "sbagliata", "password": "un-cavallo-lento"})
    assert answer.status_code == 422
    assert "Questa non è la tua password attuale" in answer.content.decode()


def test_the_old_password_cannot_be_guessed_without_a_wait(as_viewer: Client) -> None:
    guess = {"old": "sbagliata", "password": "un-cavallo-lento"}
    for _ in range(5):
        as_viewer.post("/profile/password/", guess)
    answer = as_viewer.post("/profile/password/", {**guess, "old": PASSWORD})
    assert answer.status_code == 422
    assert "Riprova tra" in answer.content.decode()
    assert AuditEntry.objects.filter(deed="login_throttled").count() == 1


def test_changing_ones_own_password_keeps_this_browser_logged_in(as_viewer: Client, client: Client) -> None:
    answer = as_viewer.post("/profile/password/", {"old": PASSWORD, "password": "un-cavallo-lento"})
    assert answer.status_code == 302
    assert as_viewer.get("/").status_code == 200
    assert client.login(username="livia", password="un-cavallo-lento")


def test_the_profile_changes_name_address_and_language(as_viewer: Client, viewer: User) -> None:
    answer = as_viewer.post(
        "/profile/", {"full_name": "Livia Neri", "email": "l@example.org", "language": "en"}, follow=True
    )
    viewer.refresh_from_db()
    assert (viewer.full_name, viewer.email, viewer.language) == ("Livia Neri", "l@example.org", "en")
    assert "Your profile is saved." in answer.content.decode()


def test_nobody_changes_their_role_through_the_profile(as_viewer: Client, viewer: User) -> None:
    as_viewer.post("/profile/", {"full_name": "x", "email": "", "language": "it", "role": "administrator"})
    viewer.refresh_from_db()
    assert viewer.role == Role.VIEWER


def test_the_list_takes_the_same_queries_for_many(
    as_administrator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        person(Role.VIEWER, f"persona-{number}")
    with django_assert_max_num_queries(5):
        assert as_administrator.get("/users/").status_code == 200


@pytest.mark.parametrize("page", ["/users/new/", "/profile/password/", "/users/{pk}/password/"])
def test_no_page_takes_a_password_that_the_login_would_not(
    as_administrator: Client, administrator: User, page: str
) -> None:
    long = "lunga" * 40_000
    form = {"username": "carla", "role": "viewer", "language": "it", "old": PASSWORD, "password": long}
    answer = as_administrator.post(page.format(pk=administrator.pk), form)
    assert answer.status_code == 422
    assert "Una password ha al massimo 500 caratteri" in answer.content.decode()
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)
    assert User.objects.count() == 1


def test_the_longest_password_that_can_be_set_opens_the_door(as_administrator: Client) -> None:
    longest = "x7-" + "y" * 497
    as_administrator.post("/profile/password/", {"old": PASSWORD, "password": longest})
    assert Client().post("/login/", {"username": "anna", "password": longest}).status_code == 302
