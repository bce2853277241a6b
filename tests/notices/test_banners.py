"""Open incidents stand on every page: cause, remedy, one button."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import User
from staffetta.notices import incidents, on_pages, wording
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(db: None) -> None:
    channel = world.a_channel()
    incidents.failure("channel_key", str(channel.pk), "Assistenza clienti", "key_refused")


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("path", ["/", "/profile/", "/users/"])
def test_every_page_carries_the_notice_with_its_button(as_administrator: Client, path: str) -> None:
    page = as_administrator.get(path).content.decode()
    assert "Assistenza clienti" in page
    assert 'role="alert"' in page
    assert page.count('btn btn-primary" href="/engage/') == 1


@pytest.mark.usefixtures("broken")
def test_who_may_not_act_reads_the_notice_without_the_button(as_viewer: Client) -> None:
    page = as_viewer.get("/profile/").content.decode()
    assert "Assistenza clienti" in page
    assert 'btn btn-primary" href="/engage/' not in page
    assert "Può farlo un amministratore." in page


@pytest.mark.usefixtures("broken")
def test_a_closed_incident_leaves_the_pages(as_viewer: Client) -> None:
    for incident in incidents.open_now():
        incidents.success(incident.kind, incident.subject)
    assert 'role="alert"' not in as_viewer.get("/profile/").content.decode()


@pytest.mark.usefixtures("broken")
def test_nobody_is_told_before_the_login(client: Client) -> None:
    assert "Assistenza clienti" not in client.get("/login/").content.decode()


def test_many_incidents_take_one_query(viewer: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(10):
        incidents.failure("strange", str(number), f"Canale {number}", "x")
    with django_assert_num_queries(1):
        assert len(on_pages.banners(viewer)) == 10


def test_trouble_nobody_worded_is_still_told(db: None) -> None:
    opened = incidents.failure("unheard-of", "1", "Qualcosa", "odd", "said the other side")
    assert opened is not None
    assert "said the other side" in wording.of(opened).cause
