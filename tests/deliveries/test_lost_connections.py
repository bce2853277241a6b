"""PostgreSQL ends all connections again and again: everybody gets one message, and of none it is unknown."""

import threading
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from django.db import ProgrammingError, connection

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.sending import dispatch
from staffetta.work.database import databases
from staffetta.work.database.connection import renew
from staffetta.work.lanes import Lane, LaneContext
from staffetta.work.loop import Loop
from staffetta.work.wake import bell
from tests.deliveries import ledger
from tests.processes import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not databases.postgres(), reason="SQLite has no connections to lose"),
]
PEOPLE = 3000
ENDS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"


@pytest.fixture
def watcher() -> Iterator[psycopg.Connection]:
    """A connection that is none of the platform's, to look and to end the others with."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters, autocommit=True) as link:
        yield link
    renew()


def end_connections(watcher: psycopg.Connection) -> None:
    watcher.execute(ENDS, [watcher.info.backend_pid])


def counted(watcher: psycopg.Connection) -> Counter[str]:
    return Counter(dict(watcher.execute("SELECT state, count(*) FROM deliveries_delivery GROUP BY state").fetchall()))


def wait_for_more_than(sent: int, watcher: psycopg.Connection) -> None:
    wait_until(lambda: counted(watcher)["waiting"] == 0 or counted(watcher)["sent"] > sent)


def test_all_connections_end_again_and_again_and_everybody_gets_one_message(
    channel: Channel, engage: Engage, watcher: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.people(PEOPLE)
    ledger.planned(channel)
    stopping = threading.Event()
    context = LaneContext("test", stopping.is_set)
    loops = [Loop(Lane("dispatch", dispatch.work, every=0.2), context, stopping) for _ in range(2)]
    for loop in loops:
        loop.thread.start()
    for turn in range(6):
        before = counted(watcher)["sent"]
        end_connections(watcher)
        wait_for_more_than(before + 100, watcher)
        assert counted(watcher)["uncertain"] == 0, turn
    wait_until(lambda: counted(watcher) == {"sent": PEOPLE}, 30, what=f"{counted(watcher)}")
    stopping.set()
    bell.ring()
    for loop in loops:
        loop.thread.join(20)
    told = Counter(entry["recipient"] for entry in engage.ledger())
    assert len(told) == PEOPLE
    assert set(told.values()) == {1}
    assert "atomic block" not in caplog.text
    lines = [record for record in caplog.records if "connection to the database was lost" in record.message]
    assert 1 <= len(lines) <= 12


def test_a_thread_whose_connection_went_in_a_transaction_connects_anew(watcher: psycopg.Connection) -> None:
    end_connections(watcher)
    connection.connection, connection.closed_in_transaction, connection.in_atomic_block = None, True, True
    with pytest.raises(ProgrammingError, match="atomic block"):
        Delivery.objects.exists()
    renew()
    assert not Delivery.objects.exists()
