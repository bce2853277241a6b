"""Sinch Engage in a box with one WhatsApp channel of our own making."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage, running
from staffetta.channels.connection import connect
from staffetta.channels.models import Channel
from staffetta.channels.refreshing import refresh
from tests.deliveries.conftest import later
from tests.sync.world import ASSISTENZA, Row

__all__ = ["later"]

FIELDS = [
    {"name": "citta", "label": "Città", "type": "text"},
    {"name": "nato_il", "label": "Data di nascita", "type": "date"},
]
People = Callable[[Sequence[Row]], None]


@pytest.fixture(scope="session")
def simulator() -> Iterator[Engage]:
    with running(seed="story") as engage:
        yield engage


@pytest.fixture
def engage(simulator: Engage, settings: Settings) -> Engage:
    simulator.reset(seed="story")
    settings.ENGAGE_URL = simulator.url
    return simulator


@pytest.fixture
def at_engage(engage: Engage) -> People:
    """Put these customers, and nobody else, on the channel."""
    key = engage.key(ASSISTENZA)

    def put(customers: Sequence[Row]) -> None:
        engage.put_channel(
            id=ASSISTENZA,
            name="Assistenza clienti",
            messenger="WB",
            apikey=key,
            fields=FIELDS,
            customers=list(customers),
        )

    return put


@pytest.fixture
def channel(at_engage: People, engage: Engage, db: None) -> Channel:
    """The channel, connected and downloaded, without pace."""
    at_engage([])
    refresh.run(connect.connect(engage.key(ASSISTENZA)).pk)
    Channel.objects.filter(provider_id=ASSISTENZA).update(pace=0)
    return Channel.objects.get(provider_id=ASSISTENZA)
