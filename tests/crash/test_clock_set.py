"""The clock is set while real workers send: they go on within twice a lease, and nobody gets it twice."""

from pathlib import Path

import pytest

from engage_simulator.testing import Engage
from tests.crash.books import SETTINGS, assert_books_agree, start, states, wait_until_settled
from tests.deliveries.ledger import FIRST
from tests.processes import installation, wait_until

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]

PEOPLE = 1500
TWICE_A_LEASE = 2 * 3.0  # half of the in-flight time-out of these tests
HOUR, DAY = 3600, 86400


def sent(engage: Engage) -> int:
    return len(engage.ledger(channel=FIRST))


def test_back_by_an_hour_then_a_day_ahead_and_corrected_with_a_worker_killed_meanwhile(
    engage: Engage, tmp_path: Path
) -> None:
    clock = tmp_path / "machine-clock"
    clock.write_text("0")
    settings = {**SETTINGS, "STAFFETTA_SEND_PACE": "60", "STAFFETTA_MACHINE_CLOCK_FILE": str(clock)}
    with installation(STAFFETTA_ENGAGE_URL=engage.url, **settings) as staffetta:
        start(staffetta, engage, PEOPLE)
        worker = staffetta.start_sender()
        wait_until(lambda: sent(engage) > 100, 60)
        clock.write_text(str(-HOUR))
        _goes_on(engage)
        clock.write_text(str(DAY - HOUR))
        _goes_on(engage)
        worker.kill()
        staffetta.start_sender()
        _goes_on(engage)
        clock.write_text(str(-HOUR))
        _goes_on(engage)
        wait_until_settled(staffetta, 60)
        assert_books_agree(staffetta, engage, PEOPLE)
        assert states(staffetta)["uncertain"] <= 32  # what the killed worker had in flight
        told = staffetta.rows("SELECT cause FROM notices_incident WHERE kind = 'clock'")
        assert told


def _goes_on(engage: Engage) -> None:
    """Allow for a busy machine, on which a worker alone takes seconds to start."""
    before = sent(engage)
    wait_until(lambda: sent(engage) > before + 100, TWICE_A_LEASE + 20)
