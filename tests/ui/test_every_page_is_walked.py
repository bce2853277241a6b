"""Every whole page is among those the browser walks over, in both languages and on a phone (tests/journeys)."""

import re

import pytest
from django.test import Client
from django.urls import resolve

from staffetta.accounts.models import Role
from tests import world as factory
from tests.addresses import PAGES, Address, path_of
from tests.conftest import logged_in, person
from tests.journeys import pages

pytestmark = pytest.mark.django_db
ANY_ID = "00000000-0000-0000-0000-000000000001"
ELSEWHERE = {"accounts:setup": "tests/journeys/test_story_a.py begins there: it is gone once an administrator exists"}
"""Pages no furnished house has, with where a browser sees them."""


def walked() -> set[str]:
    """Return the names of their views; messages and certificates are known by a UUID, all else by a number."""
    paths = [re.sub(r"(?<=/messages/)\{\w+\}|(?<=/erasures/)\{\w+\}", ANY_ID, shown.path) for shown in pages.PAGES]
    return {resolve(re.sub(r"\{\w+\}", "1", path).partition("?")[0]).view_name for path in paths}


def is_whole_page(client: Client, path: str) -> bool:
    answer = client.get(path)
    return (
        answer.status_code == 200
        and not answer.streaming
        and answer.content.lstrip()[:15].lower() == b"<!doctype html>"
    )


def test_every_whole_page_is_walked() -> None:
    world, client, seen = factory.build(), logged_in(person(Role.ADMINISTRATOR, "anna")), walked()
    rest: list[Address] = [address for address in PAGES if address.name not in seen | ELSEWHERE.keys()]
    left = [str(address) for address in rest if is_whole_page(client, path_of(address, world))]
    assert not left, " ".join(left)
