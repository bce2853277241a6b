"""How the installation itself is, for people and for whatever watches it."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from staffetta.reports import system
from staffetta.work.clock import real_now
from staffetta.work.models import LaneBeat, Lease
from tests import world

pytestmark = pytest.mark.django_db


def beat(seconds_ago: float = 0, **fields: object) -> None:
    LaneBeat.objects.create(
        lane="dispatch", worker="host-1", beat_at=real_now() - timedelta(seconds=seconds_ago), **fields
    )


def test_health_is_good_while_a_worker_lives(client: Client) -> None:
    beat()
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("ago", "worker"), [(None, "none"), (61, "silent")])
def test_health_is_bad_without_a_living_worker(client: Client, ago: float | None, worker: str) -> None:
    if ago is not None:
        beat(ago)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["worker"] == worker


def test_health_is_bad_when_the_database_is_away(client: Client) -> None:
    def away(execute: object, sql: str, params: object, many: bool, context: object) -> None:
        raise OperationalError("no database")

    with connection.execute_wrapper(away):
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"


def test_health_asks_the_database_once(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        client.get("/health")


def test_health_tells_nothing_secret(client: Client) -> None:
    beat(problem="/srv/staffetta: key stolen")
    assert set(client.get("/health").json()) == {"status", "database", "worker", "version"}


def test_the_page_shows_lanes_leases_schedule_and_what_waits(as_administrator: Client) -> None:
    beat(problem="Traceback: kaputt")
    Lease.objects.create(name="channel:1", holder="host-1", expires_at=real_now() + timedelta(minutes=1))
    Lease.objects.create(name="schedule:staffetta.work.tasks.prune", expires_at=real_now() + timedelta(hours=1))
    page = as_administrator.get("/system/").content.decode()
    for shown in ("dispatch", "channel:1", "staffetta.work.tasks.prune", "kaputt", system.own_version(), "Corsie"):
        assert shown in page


def test_what_is_regular_is_schedule_and_no_lease(db: None) -> None:
    for name in ("channel:1", "sweep:lost jobs", "schedule:staffetta.work.tasks.prune"):
        Lease.objects.create(name=name, holder="host-1", expires_at=real_now() + timedelta(minutes=1))
    assert [lease.name for lease in system.leases()] == ["channel:1"]
    with translation.override("it"):
        assert {str(name) for name, _ in system.schedule()} == {"Lavori interrotti", "staffetta.work.tasks.prune"}


def test_operators_see_the_state_without_the_inner_workings(as_operator: Client) -> None:
    beat(problem="Traceback: kaputt")
    Lease.objects.create(name="channel:1", holder="host-1", expires_at=real_now() + timedelta(minutes=1))
    page = as_operator.get("/system/").content.decode()
    assert "dispatch" in page
    assert "channel:1" not in page
    assert "kaputt" not in page


def test_a_missing_worker_is_told_with_the_remedy(as_operator: Client) -> None:
    page = as_operator.get("/system/").content.decode()
    assert "Nessun worker in esecuzione" in page
    assert "staffetta run" in page


def test_the_page_renews_only_its_changing_part(as_operator: Client) -> None:
    part = as_operator.get("/system/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="system"')
    assert "<html" not in part


def test_waiting_messages_are_counted_with_the_oldest(db: None) -> None:
    built = world.build()
    type(built.delivery).objects.filter(pk=built.delivery.pk).update(state="waiting")
    messages = system.queues()[0]
    assert messages.number == 1
    assert messages.oldest is not None


def test_the_database_and_the_disk_tell_their_size(db: None) -> None:
    assert system.database().size > 0
    assert system.database().kind in ("SQLite", "PostgreSQL")
    assert 0 < system.disk().free <= system.disk().total


def test_many_lanes_take_the_same_queries(
    as_administrator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        LaneBeat.objects.create(lane="dispatch", worker=f"host-{number}")
    with django_assert_max_num_queries(20):
        assert as_administrator.get("/system/").status_code == 200
