"""A UUID with the time in it: in order, alone of its kind, as RFC 9562 has it."""

import time
import uuid

from staffetta.work.clock import timed_uuid


def test_it_is_of_version_7_and_tells_the_moment_in_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    made = timed_uuid()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= after


def test_what_is_made_later_comes_later() -> None:
    first = timed_uuid()
    time.sleep(0.002)
    assert first.hex < timed_uuid().hex


def test_no_two_are_alike_and_no_bit_of_chance_stands_still() -> None:
    made = {timed_uuid().int for _ in range(5000)}
    assert len(made) == 5000
    chance = [bit for bit in range(76) if bit not in (62, 63)]
    assert all(len({number >> bit & 1 for number in made}) == 2 for bit in chance)
