"""How the installation itself is, for people and for whatever watches it."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from staffetta.communications.models import Communication
from staffetta.deliveries.models import DeliveryCount
from staffetta.reports import health, system, wording
from staffetta.work import lanes, sweep
from staffetta.work.clock import now, real_now
from staffetta.work.models import LaneBeat, Lease
from tests import world

pytestmark = pytest.mark.django_db


def beat(seconds_ago: float = 0, *, without: str = "", **fields: object) -> None:
    """Write a sign of life of every lane, but one."""
    moment = real_now() - timedelta(seconds=seconds_ago)
    for lane in health.all_lanes():
        if lane != without:
            LaneBeat.objects.create(lane=lane, worker="host-1", beat_at=moment, **fields)


def test_every_lane_and_every_sweep_has_words_of_its_own() -> None:
    assert {lane.name for lane in lanes.registered()} <= wording.LANES.keys()
    assert {each.name for each in sweep.registered()} <= wording.REGULAR.keys()


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


def test_health_takes_few_queries(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(6):
        client.get("/health")


def test_health_is_bad_when_a_lane_runs_nowhere(client: Client, as_operator: Client) -> None:
    beat(without="events")
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["lanes"]["events"] == "missing"
    assert answer.json()["lanes"]["dispatch"] == "ok"
    assert "Non in esecuzione da nessuna parte" in as_operator.get("/system/").content.decode()


def test_one_worker_that_runs_a_lane_is_enough(client: Client) -> None:
    beat()
    LaneBeat.objects.create(lane="dispatch", worker="host-2", beat_at=real_now() - timedelta(hours=1))
    assert client.get("/health").status_code == 200


def test_health_tells_what_is_due_who_serves_and_what_was_swept(client: Client) -> None:
    beat()
    built = world.build()
    Lease.objects.create(name="channel:7", holder="a", expires_at=real_now() + timedelta(seconds=10))
    Lease.objects.create(name="sweep:stuck refreshes", expires_at=real_now() + timedelta(seconds=15))
    Lease.objects.create(name="schedule:staffetta.work.tasks.prune", expires_at=real_now() + timedelta(hours=1))
    due_since(built, 90)
    told = client.get("/health").json()
    assert 90 <= told["oldest_due_seconds"] < 100
    assert told["channels_being_served"] == 1
    assert 5 <= told["last_sweep_seconds"] < 10
    assert list(told["schedule"]) == ["staffetta.work.tasks.prune"]


def due_since(built: world.World, seconds: float) -> None:
    """Let the delivery of the world be due, of a communication that runs."""
    delivery, moment = built.delivery, now() - timedelta(seconds=seconds)
    type(delivery).objects.filter(pk=delivery.pk).update(state="waiting", not_before=moment)
    DeliveryCount.objects.update_or_create(
        communication=delivery.communication, state="waiting", reason="", defaults={"number": 1}
    )
    Communication.objects.filter(pk=delivery.communication_id or 0).update(state="running")


def test_health_tells_nothing_secret(client: Client) -> None:
    beat(problem="/srv/staffetta: key stolen")
    assert b"stolen" not in client.get("/health").content


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
        assert {str(one.name) for one in system.schedule()} == {"Lavori interrotti", "staffetta.work.tasks.prune"}


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


@pytest.mark.parametrize("engine", ["database", "rq", "celery"])
def test_nothing_running_is_told_with_what_the_task_engine_wants(
    engine: str, as_operator: Client, settings: Settings
) -> None:
    settings.TASK_ENGINE = engine
    page = as_operator.get("/system/").content.decode()
    assert "«staffetta worker»" in page
    assert ("«staffetta jobs»" in page) == (engine != "database")


@pytest.mark.parametrize(
    ("engine", "missing", "words"),
    [
        ("database", "jobs", ("“staffetta worker”", "staffetta jobs")),
        ("rq", "jobs", ("affidati a RQ", "staffetta worker")),
        ("celery", "jobs", ("affidati a Celery", "staffetta worker")),
        ("celery", "events", ("“staffetta worker”", "staffetta jobs")),
    ],
)
def test_what_runs_nowhere_is_told_with_the_command_of_whoever_runs_it(
    engine: str, missing: str, words: tuple[str, str], as_operator: Client, settings: Settings
) -> None:
    settings.TASK_ENGINE = engine
    beat(without=missing)
    page = as_operator.get("/system/").content.decode()
    told, not_told = words
    assert told in page
    assert not_told not in page


@pytest.mark.parametrize(
    ("engine", "lane", "words"),
    [
        ("database", "jobs", "Nessun worker dà segni di vita per: Lavori in background."),
        ("database", "dispatch", "Nessun worker dà segni di vita per: Invio."),
        ("rq", "jobs", "affidati a RQ e il suo worker non dà segni di vita: riavvia «staffetta jobs»"),
        ("celery", "jobs", "affidati a Celery e il suo worker non dà segni di vita: riavvia «staffetta jobs»"),
    ],
)
def test_a_lane_that_fell_silent_is_told_at_the_top_with_what_to_do(
    engine: str, lane: str, words: str, as_operator: Client, settings: Settings
) -> None:
    settings.TASK_ENGINE = engine
    beat(without=lane)
    LaneBeat.objects.create(lane=lane, worker="host-2", beat_at=real_now() - timedelta(seconds=90))
    top = as_operator.get("/system/").content.decode().partition('id="queues-title"')[0]
    assert words in top
    LaneBeat.objects.create(lane=lane, worker="host-3", beat_at=real_now())
    assert "segni di vita" not in as_operator.get("/system/").content.decode().partition('id="queues-title"')[0]


def test_the_page_renews_only_its_changing_part(as_operator: Client) -> None:
    part = as_operator.get("/system/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="system"')
    assert "<html" not in part


def test_waiting_messages_are_counted_with_the_oldest(db: None) -> None:
    built = world.build()
    due_since(built, 5)
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
