"""A simulated account with two channels: the second must see nothing of what happens on the first."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage, running
from staffetta.channels.models import Channel
from staffetta.deliveries.sending import dispatch
from tests.deliveries import ledger


@pytest.fixture(scope="session")
def account() -> Iterator[Engage]:
    with running(seed=ledger.WORLD) as engage:
        yield engage


@pytest.fixture
def engage(account: Engage, settings: Settings) -> Engage:
    """The account as new, at the address this installation calls."""
    account.reset(world=ledger.WORLD)
    dispatch._resting.clear()  # a former test's channel had the same number
    settings.ENGAGE_URL = account.url
    settings.SEND_PACE = 0
    settings.SEND_CONCURRENCY = 8
    settings.SEND_LINGER = 0.05
    settings.READ_TIMEOUT = 1
    return account


@pytest.fixture
def channel(engage: Engage, db: None) -> Channel:
    return ledger.connected(engage)


@pytest.fixture
def other_channel(engage: Engage, db: None) -> Channel:
    return ledger.connected(engage, ledger.SECOND)


@pytest.fixture
def later(settings: Settings, tmp_path: Path) -> Callable[[float], None]:
    """Move this installation's clock by so many seconds from the machine's own."""
    file = tmp_path / "clock"
    settings.CLOCK_FILE = str(file)

    def move(seconds: float) -> None:
        file.write_text(str(seconds))

    return move
