"""Health answers within its time, whatever is locked: a supervisor must never wait for it."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from django.test import Client

from staffetta.reports.health import all_lanes
from staffetta.work.database import databases
from staffetta.work.models import LaneBeat

pytestmark = pytest.mark.django_db(transaction=True)
BOUND = 8.0
"""Seconds for three questions of two seconds each, on a busy machine."""


@pytest.fixture
def locked() -> Iterator[None]:
    """The delivery table is locked by somebody else."""
    done, ready = threading.Event(), threading.Event()
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)

    def hold() -> None:
        with psycopg.connect(**parameters) as link:
            link.execute("LOCK TABLE deliveries_delivery IN ACCESS EXCLUSIVE MODE")
            ready.set()
            done.wait(60)
            link.rollback()

    LaneBeat.objects.bulk_create(LaneBeat(lane=lane, worker="test") for lane in all_lanes())
    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(20)
    yield
    done.set()
    thread.join(20)


@pytest.mark.skipif(not databases.postgres(), reason="on SQLite nobody who reads waits for who writes")
@pytest.mark.usefixtures("locked")
def test_health_answers_in_time_while_the_delivery_table_is_locked(client: Client) -> None:
    began = time.monotonic()
    answer = client.get("/health")
    assert time.monotonic() - began < BOUND
    assert answer.status_code == 200, "the lanes run: a supervisor must not start them anew"
    assert (answer.json()["status"], answer.json()["details"]) == ("trouble", "too slow")
    assert answer.json()["lanes"]["dispatch"] == "ok"
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",), "what others ask on this connection has all the time it needs"


def test_a_question_that_computes_for_long_is_given_up_on_both_databases() -> None:
    began = time.monotonic()
    numbers = "SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000"
    counting = f"WITH RECURSIVE n(i) AS ({numbers}) SELECT max(i) FROM n"
    with pytest.raises(Exception, match=r"timeout|interrupted"), databases.bounded(0.5), connection.cursor() as cursor:
        cursor.execute(counting)
    assert time.monotonic() - began < BOUND
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
