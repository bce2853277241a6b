"""Sinch Engage in a box with the world of story A, the story's keys, and channels that were connected to it."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage, running
from staffetta.channels.connection import connect
from staffetta.channels.models import Channel
from staffetta.channels.refreshing import refresh

ASSISTENZA, NOVITA, EVENTI, VETRINA = "24001", "24002", "24003", "24004"

Connected = Callable[..., Channel]


@pytest.fixture(scope="session")
def simulator() -> Iterator[Engage]:
    with running(seed="story") as engage:
        yield engage


@pytest.fixture
def engage(simulator: Engage, settings: Settings) -> Engage:
    """The account of story A, as new, at the address this installation calls."""
    simulator.reset(seed="story")
    settings.ENGAGE_URL = simulator.url
    return simulator


@pytest.fixture
def connected(engage: Engage, db: None) -> Connected:
    """Connect a channel of the story and download it; returns its row."""

    def connected_channel(channel_id: str = ASSISTENZA) -> Channel:
        asked = connect.connect(engage.key(channel_id))
        refresh.run(asked.pk)
        return Channel.objects.get(provider_id=channel_id)

    return connected_channel
