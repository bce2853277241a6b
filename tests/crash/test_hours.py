"""Hours that close and open while two real workers send at full speed; the clock is moved in all processes."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engage_simulator.testing import Engage
from tests.crash import books
from tests.processes import Installation, installation, wait_until

PEOPLE = 1500
NOON = datetime(2027, 1, 12, 11, tzinfo=UTC)  # in Rome
EIGHT = datetime(2027, 1, 12, 19, tzinfo=UTC)
JUST_BEFORE_NINE = datetime(2027, 1, 13, 7, 59, 57, tzinfo=UTC)

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]


@pytest.fixture
def at(tmp_path: Path) -> Callable[[datetime], None]:
    """Move the clock of all processes to a moment."""

    def move(moment: datetime) -> None:
        (tmp_path / "new").write_text(str((moment - datetime.now(UTC)).total_seconds()))
        (tmp_path / "new").rename(tmp_path / "clock")

    move(NOON)
    return move


@pytest.fixture
def staffetta(engage: Engage, at: Callable[[datetime], None], tmp_path: Path) -> Iterator[Installation]:
    clock = {"STAFFETTA_CLOCK_FILE": str(tmp_path / "clock"), "STAFFETTA_QUIET_HOURS": "22:00-07:00"}
    with installation(STAFFETTA_ENGAGE_URL=engage.url, **{**books.SETTINGS, **clock}) as made:
        yield made


def processor_seconds(process: int) -> float:
    """Return what a process has used of the processor."""
    used = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def test_closing_takes_effect_within_two_seconds_and_opening_goes_on(
    staffetta: Installation, engage: Engage, at: Callable[[datetime], None]
) -> None:
    engage.fault("latency", match=books.SENDS, ms=100)
    communication = str(books.start(staffetta, engage, PEOPLE))
    staffetta.ok("communications", "hours", communication, "09:00-20:00")
    staffetta.python(books.OPT_OUTS_READ)
    workers = [staffetta.start_sender(), staffetta.start_sender()]
    wait_until(lambda: len(engage.ledger()) > 200)

    at(EIGHT)
    time.sleep(2)
    closed = len(engage.ledger())
    assert closed < PEOPLE - 100, "or there is nothing to close"
    before = [processor_seconds(worker.pid) for worker in workers]
    time.sleep(3)
    assert len(engage.ledger()) == closed
    used = [processor_seconds(worker.pid) - was for worker, was in zip(workers, before, strict=True)]
    assert max(used) < 1.5, "who waits for an opening does not go round in circles"
    assert books.states(staffetta) == {"sent": closed, "waiting": PEOPLE - closed}
    assert "wait for their hours" in staffetta.ok("communications", "show", communication)

    at(JUST_BEFORE_NINE)
    opens = time.monotonic() + 3
    wait_until(lambda: len(engage.ledger()) > closed, 10)
    assert time.monotonic() > opens - 0.1, "nobody is written to before nine"
    assert time.monotonic() < opens + 2
    books.wait_until_settled(staffetta)
    books.assert_books_agree(staffetta, engage, PEOPLE)
    assert books.states(staffetta) == {"sent": PEOPLE}
    assert staffetta.rows("SELECT DISTINCT outcome FROM deliveries_attempt WHERE outcome <> 'released'") == [
        ("accepted",)
    ]
