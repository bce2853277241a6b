"""A connected channel and a second one, on which nothing of the first may show."""

import pytest

from staffetta.channels.models import Channel
from tests.communications import made


@pytest.fixture
def channel(db: None) -> Channel:
    made.channel("24002", "Novità e offerte")
    return made.channel()
