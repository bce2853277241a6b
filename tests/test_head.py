"""HEAD is answered wherever GET is: a monitor that asks for the headers alone must not see the site down."""

import pytest
from django.db import transaction
from django.test import Client

from staffetta.accounts import tokens
from staffetta.accounts.models import Role
from tests import world as factory
from tests.addresses import CALLS, PAGES, Address, path_of
from tests.conftest import logged_in, person

pytestmark = pytest.mark.django_db


def codes(client: Client, path: str, headers: dict[str, str]) -> list[int]:
    found = []
    for method in (client.get, client.head):
        with transaction.atomic():
            answer = method(path, headers=headers)
            found.append(answer.status_code)
            transaction.set_rollback(True)
    return found


def test_the_page_to_which_the_first_one_leads_answers_head(client: Client) -> None:
    assert client.head("/login/").status_code == 200


def test_every_page_that_answers_get_answers_head_alike() -> None:
    world, client = factory.build(), logged_in(person(Role.ADMINISTRATOR, "anna"))
    assert different(PAGES, world, client, {}) == {}


def test_every_call_that_answers_get_answers_head_alike() -> None:
    world = factory.build()
    assert different(CALLS, world, Client(), {"Authorization": f"Bearer {tokens.issue('monitor', None)[1]}"}) == {}


def different(
    addresses: list[Address], world: factory.World, client: Client, headers: dict[str, str]
) -> dict[str, list[int]]:
    found = {str(address): codes(client, path_of(address, world), headers) for address in addresses}
    assert 200 in {get for get, _head in found.values()}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}
