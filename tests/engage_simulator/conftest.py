"""One simulator process per world for the whole session, put back to its beginning before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engage_simulator.testing import Engage, running


@pytest.fixture(scope="session")
def process() -> Iterator[Engage]:
    with running("story") as engage:
        yield engage


@pytest.fixture
def engage(process: Engage) -> Engage:
    """The world of the stories, as it begins."""
    process.reset(seed="story")
    return process


@pytest.fixture
def key(engage: Engage) -> str:
    """The key of Assistenza clienti."""
    return engage.key("24001")
