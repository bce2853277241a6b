"""How long to wait before trying again."""

from hypothesis import given
from hypothesis import strategies as st

from staffetta.work.retry import LONGEST, wait_as_told, wait_before

jitters = st.floats(0, 1, exclude_max=True)
attempts = st.integers(1, 10_000)


@given(attempts, jitters)
def test_the_wait_is_never_longer_than_the_longest_nor_shorter_than_half_of_the_full_one(n: int, jitter: float) -> None:
    full = min(LONGEST, 2.0 ** min(n, 20))
    assert full / 2 <= wait_before(n, jitter) <= full


@given(attempts, jitters)
def test_a_later_attempt_never_waits_less(n: int, jitter: float) -> None:
    assert wait_before(n + 1, jitter) >= wait_before(n, jitter)


@given(attempts, jitters, st.none() | st.floats(0, 100_000))
def test_what_the_provider_asks_for_is_a_lower_bound(n: int, jitter: float, asked: float | None) -> None:
    assert wait_as_told(n, jitter, asked) >= max(asked or 0, wait_before(n, jitter))
