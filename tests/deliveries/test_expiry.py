"""A transactional message that is useless after a time: expiry beats every retry."""

from collections.abc import Callable

from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications.models import TransactionalMessage
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.sending import dispatch, watch
from tests.deliveries.ledger import CONTEXT, outcomes, people, run, transactional
from tests.wire import refused_port


def expiring(channel: Channel, minutes: int = 5) -> Delivery:
    """Ask for one message that is useless after so many minutes."""
    contact = people(1)[0]
    Delivery.objects.filter(pk=transactional(channel, contact).pk).delete()
    TransactionalMessage.objects.update(expires_in=minutes)
    return transactional(channel, contact)


def test_in_time_it_is_sent(channel: Channel) -> None:
    row = expiring(channel)
    run()
    row.refresh_from_db()
    assert row.state == "sent"


def test_the_expiry_beats_the_retry(
    channel: Channel, engage: Engage, settings: Settings, later: Callable[[float], None]
) -> None:
    row = expiring(channel)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    run()
    settings.ENGAGE_URL = engage.url
    later(301)
    run()
    row.refresh_from_db()
    assert (row.state, row.reason, outcomes(row)) == ("not_sent", "expired", ["unreachable"])
    assert engage.ledger() == []


def test_a_worker_that_comes_too_late_sends_nothing(
    channel: Channel, engage: Engage, later: Callable[[float], None]
) -> None:
    row = expiring(channel)
    later(301)
    dispatch.work(CONTEXT)
    row.refresh_from_db()
    assert (row.state, engage.ledger()) == ("waiting", []), "before anybody looked"
    watch.work(CONTEXT)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("not_sent", "expired")


def test_without_an_end_it_waits(channel: Channel, later: Callable[[float], None]) -> None:
    row = transactional(channel, people(1)[0])
    assert row.expires_at is None
    later(40 * 3600)
    run()
    row.refresh_from_db()
    assert row.state == "sent"
