"""Every address, with every role and with nobody. Addresses that rooms add are walked without being named here."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from staffetta.accounts.models import Role, User
from tests import world as factory
from tests.addresses import CALLS, GUARDED, PAGES, Address, path_of
from tests.conftest import logged_in, person

pytestmark = pytest.mark.django_db

OPEN_PAGES = {"accounts:login", "accounts:logout", "accounts:language", "accounts:setup", "reports:health"}
TOKEN_PAGES = {"reports:metrics"}  # no login, but a token: 401 for whoever has none
METHODS = ("get", "post")


def status(client: Client, method: str, path: str) -> tuple[int, str]:
    """Ask, and take back whatever it changed."""
    with transaction.atomic():
        answer = getattr(client, method)(path)
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", "")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[factory.World]:
    """Build it once: each test's changes are rolled back to it, and it is rolled back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield factory.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def people(world: factory.World) -> dict[Role, User]:
    """Somebody of each role."""
    return {role: person(role, role.value) for role in Role}


def test_there_are_addresses_to_walk() -> None:
    assert len(PAGES) > 20


@pytest.mark.parametrize("address", PAGES, ids=str)
def test_every_view_says_who_may_open_it(address: Address) -> None:
    roles = getattr(address.view, "allowed_roles", None)
    assert roles is not None, f"{address} carries neither @allow nor @open_to_anybody"
    assert set(roles) <= set(Role)


def test_only_these_pages_are_open_to_anybody() -> None:
    opened = {address.name for address in PAGES if getattr(address.view, "allowed_roles", None) == ()}
    assert opened == OPEN_PAGES | TOKEN_PAGES


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("address", GUARDED, ids=str)
def test_nobody_is_sent_to_the_login(address: Address, method: str, world: factory.World) -> None:
    code, location = status(Client(), method, path_of(address, world))
    assert code == 302
    assert location.startswith("/login/")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", GUARDED, ids=str)
def test_a_role_opens_what_it_may_and_nothing_else(
    address: Address, role: Role, world: factory.World, people: dict[Role, User]
) -> None:
    client = logged_in(people[role])
    path = path_of(address, world)
    answers = [status(client, method, path) for method in METHODS]
    codes = [code for code, _ in answers]
    right = address.view.right  # type: ignore[attr-defined]
    if role in address.view.allowed_roles and (role != Role.VIEWER or not right):  # type: ignore[attr-defined]
        assert 403 not in codes
        assert max(codes) < 500
        assert not any(location.startswith("/login/") for _, location in answers)
        assert any(code in (200, 302, 409, 422) for code in codes), codes
    else:
        assert 403 in codes
        assert set(codes) <= {403, 405}


@pytest.mark.parametrize("address", CALLS, ids=str)
def test_the_api_wants_a_token_whoever_is_logged_in(
    address: Address, world: factory.World, people: dict[Role, User]
) -> None:
    client = logged_in(people[Role.ADMINISTRATOR])
    path = path_of(address, world)
    for caller in (Client(), client):
        codes = [status(caller, method, path)[0] for method in METHODS]
        assert set(codes) <= {401, 405}
        assert 401 in codes


def test_a_form_without_its_token_changes_nothing(world: factory.World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person(Role.ADMINISTRATOR, "anna"))
    answer = strict.post(f"/users/{world.other_user.pk}/deactivate/")
    assert answer.status_code == 403
    world.other_user.refresh_from_db()
    assert world.other_user.is_active


def test_a_deactivated_person_is_logged_out_at_once(world: factory.World) -> None:
    client = logged_in(world.other_user)
    assert client.get("/").status_code == 200
    type(world.other_user).objects.filter(pk=world.other_user.pk).update(is_active=False)
    assert client.get("/").status_code == 302
