"""Pauses of one communication at full speed, with a real worker; `python -m prove.pauses` makes fifty."""

import time
from collections.abc import Iterator

import pytest

from engage_simulator.testing import Engage
from prove import pauses
from tests.crash import books
from tests.processes import Installation, installation, wait_until

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]


@pytest.fixture
def staffetta(engage: Engage) -> Iterator[Installation]:
    patient = {"STAFFETTA_READ_TIMEOUT": "20", "STAFFETTA_IN_FLIGHT_TIMEOUT": "60"}
    with installation(STAFFETTA_ENGAGE_URL=engage.url, **{**books.SETTINGS, **patient}) as made:
        yield made


def test_three_pauses_at_full_speed_double_nobody_and_lose_nobody() -> None:
    told = pauses.prove(seed=1, pauses=3)
    assert told["accepted_by_the_provider"] == told["people"]
    assert told["effect_seconds"]["largest"] <= 2


def test_what_was_marked_and_has_not_left_is_taken_back(staffetta: Installation, engage: Engage) -> None:
    """Sixteen are in flight at a provider that hangs, sixteen more are marked: those wait again, none leaves."""
    communication = books.start(staffetta, engage, 100)
    engage.fault("hang", match=books.SENDS, accepted=True)
    staffetta.start_worker()
    engage.wait_until_held(16)
    staffetta.ok("communications", "pause", str(communication))
    began = time.monotonic()
    wait_until(lambda: books.states(staffetta)["waiting"] == 84, 5, 0.05)
    assert time.monotonic() - began < 2
    engage.release()
    wait_until(lambda: books.states(staffetta) == {"waiting": 84, "sent": 16}, 5, 0.05)
    assert len(engage.ledger()) == 16
    engage.clear_faults()
    staffetta.ok("communications", "resume", str(communication), "--yes")
    books.wait_until_settled(staffetta)
    books.assert_books_agree(staffetta, engage, 100)
