"""Several workers on one database: lanes divided among them, one cut off from the database while it sends.

The worker reaches PostgreSQL through a proxy of the test's own, which is cut; the others reach it directly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from engage_simulator.testing import Engage
from staffetta.work import lanes
from staffetta.work.beats import BEAT_EVERY
from tests.crash.books import (
    SENDS,
    addresses,
    assert_books_agree,
    start,
    states,
    wait_until_settled,
)
from tests.processes import Installation, Started, wait_until
from tests.proxy import Proxy, proxy_to

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]

PEOPLE = 500


@contextmanager
def way_to_database(staffetta: Installation) -> Iterator[tuple[Proxy, str]]:
    """Give a proxy to the database server, and the database's address by it."""
    if staffetta.on_sqlite:
        pytest.skip("SQLite has no server")
    parts = urlsplit(staffetta.database_url)
    with proxy_to(parts.port or 5432, parts.hostname or "127.0.0.1") as proxy:
        who = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        yield proxy, f"{parts.scheme}://{who}127.0.0.1:{proxy.port}{parts.path}"


def beats_of(staffetta: Installation, worker: Started) -> int:
    found = staffetta.rows(
        f"SELECT count(*) FROM work_lanebeat WHERE worker LIKE %s "
        f"AND beat_at > now() - interval '{2 * BEAT_EVERY} seconds'",
        f"%-{worker.pid}-%",
    )
    return int(found[0][0])


def workers_that_sent(staffetta: Installation) -> set[str]:
    return {str(row[0]).rsplit("-", 2)[1] for row in staffetta.rows("SELECT DISTINCT worker FROM deliveries_attempt")}


def test_workers_with_lanes_of_their_own_do_the_whole_work_together(staffetta: Installation, engage: Engage) -> None:
    start(staffetta, engage, PEOPLE)
    sender = staffetta.start_worker("--lanes", "dispatch")
    others = {lane.name for lane in lanes.registered()} - {"dispatch"}
    other = staffetta.start_worker("--lanes", ",".join(others))
    wait_until_settled(staffetta)
    assert_books_agree(staffetta, engage, PEOPLE)
    assert workers_that_sent(staffetta) == {str(sender.pid)}
    found = dict(staffetta.rows("SELECT lane, worker FROM work_lanebeat"))
    assert {lane for lane, worker in found.items() if f"-{sender.pid}-" in worker} == {"dispatch"}
    assert {lane for lane, worker in found.items() if f"-{other.pid}-" in worker} == others


def test_a_worker_cut_off_from_the_database_loses_its_lease_and_another_goes_on(
    staffetta: Installation, engage: Engage
) -> None:
    with way_to_database(staffetta) as (proxy, url):
        start(staffetta, engage, PEOPLE)
        engage.fault("latency", match=SENDS, ms=50)
        cut_off = staffetta.start_worker(STAFFETTA_DATABASE_URL=url)
        wait_until(lambda: len(engage.ledger()) > 100)
        proxy.cut()
        other = staffetta.start_sender()
        wait_until_settled(staffetta)
        assert_books_agree(staffetta, engage, PEOPLE)
        assert len(addresses(staffetta, "uncertain")) <= 32, "at most what was marked"
        assert workers_that_sent(staffetta) == {str(cut_off.pid), str(other.pid)}
        assert cut_off.popen.poll() is None, cut_off.log
        proxy.mend()
        wait_until(lambda: beats_of(staffetta, cut_off), 30, 0.2, what="for the worker to come back")
        assert cut_off.stop(20) == 0


def test_a_sending_worker_outlives_a_short_cut_and_loses_no_answer(staffetta: Installation, engage: Engage) -> None:
    with way_to_database(staffetta) as (proxy, url):
        start(staffetta, engage, PEOPLE)
        engage.fault("latency", match=SENDS, ms=50)
        worker = staffetta.start_worker(STAFFETTA_DATABASE_URL=url)
        wait_until(lambda: len(engage.ledger()) > 100)
        proxy.cut()
        proxy.mend()
        wait_until_settled(staffetta)
        assert worker.popen.poll() is None, worker.log
        assert_books_agree(staffetta, engage, PEOPLE)
        # What was marked in the very commit that was cut never left, and nobody can know: a person's, at most once.
        assert states(staffetta)["sent"] >= PEOPLE - 32
        assert worker.stop(20) == 0
