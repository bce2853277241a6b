"""What most crash tests share: the simulator, and an installation that sends to it as fast as it can."""

from collections.abc import Iterator

import pytest

from engage_simulator.testing import Engage, running
from tests.crash.books import SETTINGS
from tests.deliveries.ledger import WORLD
from tests.processes import Installation, installation


@pytest.fixture
def engage() -> Iterator[Engage]:
    with running(seed=WORLD) as simulator:
        yield simulator


@pytest.fixture
def staffetta(engage: Engage) -> Iterator[Installation]:
    with installation(STAFFETTA_ENGAGE_URL=engage.url, **SETTINGS) as made:
        yield made
