"""A provider with hostile answers."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.text import hostile


@pytest.fixture
def provider(settings: Settings) -> Iterator[hostile.Provider]:
    with hostile.provider(settings) as served:
        yield served
