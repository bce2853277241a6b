"""Pages are read while others are stored, in their order, and what came in the way is told after them."""

import time
from contextlib import closing
from itertools import batched

import pytest

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.connectors.errors import ConnectorError
from staffetta.sync.read_ahead import AHEAD, PAGE, at_once, pages_from
from staffetta.sync.read_pages import OVERLAP, Place
from tests.sync.conftest import People
from tests.sync.world import customer, number

pytestmark = pytest.mark.django_db(transaction=True)
MANY = PAGE * AHEAD * 2


@pytest.fixture
def crowd(channel: Channel, at_engage: People, engage: Engage) -> Channel:
    """The channel with twice as many customers as are read at once."""
    at_engage([customer(place, f"Persona {place}") for place in range(MANY)])
    engage.clear_requests()
    return channel


def asked(engage: Engage) -> int:
    return sum(request["operation"] == "list_customers" for request in engage.requests())


def test_the_next_pages_come_while_the_first_are_stored(crowd: Channel, engage: Engage) -> None:
    with closing(pages_from(crowd, Place(), beat=lambda: None, enough=lambda: False)) as pages:
        next(pages)  # and we take our time with it
        until = time.monotonic() + 10
        while asked(engage) <= AHEAD and time.monotonic() < until:
            time.sleep(0.02)
        assert asked(engage) > AHEAD


def test_everybody_comes_once_and_in_order(crowd: Channel) -> None:
    with closing(pages_from(crowd, Place(), beat=lambda: None, enough=lambda: False)) as pages:
        ids = [person.id for read in pages for person in read.rows]
    assert sorted(ids) == sorted(number(place) for place in range(MANY))
    assert len(ids) == len(set(ids))


def test_with_enough_done_no_more_is_asked_for(crowd: Channel, engage: Engage) -> None:
    with closing(pages_from(crowd, Place(), beat=lambda: None, enough=lambda: True)) as pages:
        given = list(pages)
    assert sum(read.number for read in given) == AHEAD == asked(engage)
    assert not given[-1].after.ended


def test_an_error_is_raised_after_the_pages_before_it(crowd: Channel, engage: Engage) -> None:
    engage.fault("answer", status=500, match={"operation": "list_customers", "nth": AHEAD + 2})
    pages = pages_from(crowd, Place(), beat=lambda: None, enough=lambda: False)
    given = list[int]()
    with pytest.raises(ConnectorError):
        given.extend(len(read.rows) for read in pages)
    fresh = PAGE - OVERLAP
    read = [PAGE, *(fresh,) * (AHEAD - 1)]
    assert given == [*(sum(some) for some in batched(read, at_once())), fresh]


def test_whoever_leaves_leaves_nothing_under_way(crowd: Channel, engage: Engage) -> None:
    engage.fault("hang", match={"operation": "list_customers", "after": AHEAD})
    pages = pages_from(crowd, Place(), beat=lambda: None, enough=lambda: False)
    next(pages)
    began = time.monotonic()
    pages.close()
    assert time.monotonic() - began < 5
    engage.clear_faults()
