"""The interval of a median by which two commits are compared."""

import random

import pytest

from bench.compare import interval


def test_of_nine_pairs_the_second_and_the_eighth_hold_the_median() -> None:
    assert interval([1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8]) == (1.1, 1.7)


@pytest.mark.parametrize("number", [1, 3, 5])
def test_too_few_pairs_give_all_that_was_seen(number: int) -> None:
    ratios = [float(ratio) for ratio in range(number)]
    assert interval(ratios) == (ratios[0], ratios[-1])


@pytest.mark.parametrize("number", [6, 9, 20])
def test_it_holds_the_median_nineteen_times_of_twenty(number: int) -> None:
    chance = random.Random(7)
    held = 0
    for _ in range(2000):
        low, high = interval([chance.gauss(1.0, 0.1) for _ in range(number)])
        held += low <= 1.0 <= high
    assert held / 2000 >= 0.94
