"""What `/metrics` tells, to whom, and at what price."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts import tokens
from staffetta.accounts.models import User
from staffetta.deliveries.ledger import due
from staffetta.deliveries.ledger.marks import Answer
from staffetta.deliveries.sending import measure
from staffetta.notices.models import Incident
from staffetta.work import meters
from staffetta.work.clock import real_now
from staffetta.work.models import LaneBeat
from tests import world

pytestmark = pytest.mark.django_db
SECRET = "prometeo"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    meters._counted.clear()  # by tests that ran before in this process
    yield
    meters._counted.clear()


def asked(client: Client, token: str = SECRET) -> str:
    with override_settings(METRICS_TOKEN=SECRET):
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_whoever_brings_no_token_sees_nothing(client: Client, as_administrator: Client) -> None:
    for caller in (client, as_administrator):
        assert caller.get("/metrics").status_code == 401
        assert caller.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401
        assert caller.get("/metrics", headers={"Authorization": "Bearer stf_invented"}).status_code == 401


def test_an_access_token_opens_them_until_it_is_revoked(client: Client, administrator: User) -> None:
    token, plain = tokens.issue("Prometheus", administrator)
    assert "staffetta_in_flight 0" in asked(client, plain)
    tokens.revoke(token, administrator)
    assert client.get("/metrics", headers={"Authorization": f"Bearer {plain}"}).status_code == 401


def test_attempts_are_counted_by_outcome_with_their_time(client: Client) -> None:
    for outcome, seconds in (("accepted", 0.02), ("accepted", 0.3), ("too_fast", 0.02)):
        measure.answered("24001", [(Answer(1, 1, "sent", outcome), seconds)])
    measure.answered("24001", [(Answer(1, 2, "sent", "accepted"), 99), (Answer(1, 1, "waiting", "released"), 1)])
    meters.flush()
    told = asked(client).splitlines()
    assert 'staffetta_sends_total{channel="24001",outcome="accepted"} 3' in told
    assert 'staffetta_sends_total{channel="24001",outcome="too_fast"} 1' in told
    assert 'staffetta_retries_total{channel="24001"} 1' in told
    assert 'staffetta_send_seconds_bucket{le="0.025"} 2' in told
    assert 'staffetta_send_seconds_bucket{le="10"} 3' in told
    assert 'staffetta_send_seconds_bucket{le="+Inf"} 4' in told
    assert "staffetta_send_seconds_count 4" in told
    assert "staffetta_send_seconds_sum 99.34" in told


def test_counters_of_several_workers_add_up_and_one_that_could_not_be_written_stays() -> None:
    meters.count("x", "", 2)
    meters.flush()
    meters.count("x", "", 3)
    with connection.execute_wrapper(_away), pytest.raises(ZeroDivisionError):
        meters.flush()
    meters.count("x")
    meters.flush()
    assert meters.values("x") == {"": 6}


def _away(*_statement: object) -> None:
    raise ZeroDivisionError


def test_what_is_told_of_lanes_incidents_and_queues(client: Client) -> None:
    built = world.build()
    type(built.delivery).objects.filter(pk=built.delivery.pk).update(state="sending", sending_at=real_now())
    LaneBeat.objects.create(lane="dispatch", worker="a", beat_at=real_now() - timedelta(seconds=30))
    LaneBeat.objects.create(lane="dispatch", worker="b", beat_at=real_now() - timedelta(seconds=300))
    Incident.objects.create(kind="channel", subject="1", subject_name="Uno", cause="key_refused")
    told = asked(client)
    assert 'staffetta_lane_workers{lane="dispatch"} 2' in told
    assert 'staffetta_lane_beat_age_seconds{lane="dispatch"} 30' in told
    assert 'staffetta_incidents_open{kind="channel"} 1' in told
    assert "staffetta_in_flight 1" in told
    assert 'staffetta_queue_age_seconds{queue="messages"} 0' in told
    assert "staffetta_channel_pace{channel=" in told


def test_every_line_is_of_the_text_format(client: Client) -> None:
    world.build()
    measure.answered('a"b\\c\n', [(Answer(1, 1, "sent", "accepted"), 0.1)])
    meters.flush()
    seen: set[str] = set()
    for line in asked(client).splitlines():
        if line.startswith("# TYPE "):
            name = line.split(" ")[2]
            assert name not in seen
            seen.add(name)
        elif not line.startswith("# HELP "):
            place, _space, value = line.rpartition(" ")
            float(value)
            assert any(place.startswith(name) for name in seen)
            assert place.count('"') - 2 * place.count('\\"') >= 0
    assert len(seen) > 12


def test_the_price_is_the_same_whatever_there_is(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world.build()
    with django_assert_max_num_queries(24):
        asked(client)


def test_the_oldest_due_message_is_found_by_the_index_alone() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table whole")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {due.OLDEST}", [real_now()])
        steps = [str(row[3]) for row in cursor.fetchall()]
        touching = [step for step in steps if " d " in step]
    assert len(touching) == 3
    assert all("INDEX delivery_due (channel_id=? AND kind=? AND communication_id=?" in step for step in touching)
    assert not any("TEMP B-TREE" in step for step in steps)
