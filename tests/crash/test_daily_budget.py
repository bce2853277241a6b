"""Two channels, two workers, one daily budget: real processes, the clock of all of them moved from day to day."""

import time
from pathlib import Path
from typing import Any

import pytest

from engage_simulator.testing import Engage
from tests.crash.books import SETTINGS
from tests.deliveries.ledger import FIRST, SECOND
from tests.processes import Installation, installation, wait_until

PEOPLE, LIMIT, FOR_COMMUNICATIONS = 300, 200, 180
PREPARE = """
import sys
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
from tests.deliveries import ledger
from engage_simulator.testing import Engage
from staffetta.work.database.schema import bring_up_to_date
bring_up_to_date()
both = [ledger.connected(Engage(sys.argv[1]), each) for each in (ledger.FIRST, ledger.SECOND)]
ledger.people(int(sys.argv[2]))
for channel in both:
    ledger.draft(channel)
ReadMark.objects.update(at=now(), customers_at=now())  # a worker that starts believes no reading of the future
"""
A_DAY = 24.1 * 3600
LONGEST = 5
BUSY = "SELECT count(*) FROM deliveries_delivery WHERE state = 'sending'"
LEFT = "SELECT count(*) FROM deliveries_delivery WHERE state = 'waiting'"
COUNTED = "SELECT sum(used) FROM deliveries_budget"

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]


def test_two_workers_on_two_channels_keep_to_one_budget_day_after_day(engage: Engage, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    budget: dict[str, Any] = {"STAFFETTA_DAILY_PEOPLE": str(LIMIT), "STAFFETTA_DAILY_RESERVE": "10"}
    with installation(STAFFETTA_ENGAGE_URL=engage.url, STAFFETTA_CLOCK_FILE=str(clock), **SETTINGS, **budget) as made:
        made.python(PREPARE, engage.url, str(PEOPLE))
        made.start_sender()
        made.start_sender()
        sent, day = 0, 0
        while sent < 2 * PEOPLE:
            assert day < LONGEST, "a day that is not used up is a day lost"
            clock.write_text(str(day * A_DAY))
            wait_until(lambda: _at_rest(made), 60, 0.2, "for the budget to be used up, or everybody to be reached")
            today = engage.ledger(after=sent)
            assert 0 < len({row["recipient"] for row in today}) <= FOR_COMMUNICATIONS
            sent, day = sent + len(today), day + 1
        assert day >= 2
        assert [len(engage.ledger(channel=each)) for each in (FIRST, SECOND)] == [PEOPLE, PEOPLE]


def _at_rest(made: Installation) -> bool:
    (left,), (busy,), (counted,) = (made.rows(query)[0] for query in (LEFT, BUSY, COUNTED))
    return not busy and counted is not None and (not left or counted >= FOR_COMMUNICATIONS) and _still(made, left)


def _still(made: Installation, left: int) -> bool:
    time.sleep(1)
    return bool(made.rows(LEFT)[0][0] == left)
