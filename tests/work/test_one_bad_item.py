"""One bad item stops nobody: in every lane, whatever a single item's step raises, the next item is handled.

Each lane has a scenario of two items at least (bad_items.py); a lane without one fails.
"""

from collections.abc import Callable, Iterator

import crontask  # type: ignore[import-untyped]  # the package ships no types
import pytest

from staffetta.work import lanes
from tests.deliveries.conftest import account, channel, engage, other_channel
from tests.work.bad_items import CONTEXT, SCENARIOS, Fault, World, fault, lane_of, world

__all__ = ["account", "channel", "engage", "fault", "other_channel", "world"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_task_stays_declared() -> Iterator[None]:
    yield
    for job in crontask.scheduler.get_jobs():
        if "another_at_a_set_time" in job.name:
            job.remove()


@pytest.mark.parametrize("where", list(dict.fromkeys([*(lane.name for lane in lanes.registered()), *SCENARIOS])))
def test_whatever_one_item_raises_the_next_one_is_handled(
    where: str, world: World, fault: Callable[..., Fault]
) -> None:
    handled = SCENARIOS[where](world)
    lane, _space, prefix = where.partition(" ")
    injected = fault(lane, prefix)
    for _turn in range(30):
        lane_of(lane)(CONTEXT)
        if handled():
            break
    assert injected.subject, "no item of the lane passes through the one place where it may be set aside"
    assert handled()
