"""How fast: the promise of the token bucket, whatever is asked of it."""

from hypothesis import given
from hypothesis import strategies as st

from staffetta.work.pace import SLOWEST, STEP_SECONDS, Pace

spans = st.floats(0, 3, allow_nan=False)


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@given(
    rate=st.floats(0.5, 500),
    burst=st.integers(1, 50),
    steps=st.lists(st.tuples(spans, st.integers(1, 10), st.none() | spans), max_size=60),
)
def test_never_more_leaves_than_rate_times_time_plus_burst(
    rate: float, burst: int, steps: list[tuple[float, int, float | None]]
) -> None:
    clock = Clock()
    pace = Pace(rate, burst, clock)
    left: list[tuple[float, int]] = []
    for pause, n, complaint in steps:
        clock.time += pause
        if complaint is not None:
            pace.slow_down(complaint)
        wait = pace.take(n)
        clock.time += wait
        left.append((clock.time, n))
    for first, (start, _n) in enumerate(left):
        for last in range(first, len(left)):
            sent = sum(n for _when, n in left[first : last + 1])
            # A taking larger than the burst waits for itself: it may overdraw by its own size, never more.
            allowed = rate * (left[last][0] - start) + max(burst, left[first][1])
            assert sent <= allowed + 1e-6 * sent + 1e-6


def test_without_a_rate_nothing_waits() -> None:
    pace = Pace(0, 1, Clock())
    assert [pace.take() for _ in range(1000)] == [0.0] * 1000


def test_without_a_rate_a_complaint_still_stops_for_as_long_as_told() -> None:
    clock = Clock()
    pace = Pace(0, 1, clock)
    pace.slow_down(7)
    assert pace.take() == 7
    clock.time += 7
    assert pace.take() == 0


def test_nothing_leaves_while_the_provider_wants_quiet() -> None:
    clock = Clock()
    pace = Pace(10, 10, clock)
    pace.slow_down(30)
    assert pace.take() >= 30
    assert pace.available() == 0


def test_what_was_saved_up_does_not_leave_in_one_burst_after_a_complaint() -> None:
    clock = Clock()
    pace = Pace(10, 10, clock)
    pace.slow_down(5)
    clock.time += 5
    assert pace.available() == 0


def test_each_complaint_halves_the_rate_down_to_a_floor() -> None:
    clock = Clock()
    pace = Pace(64, 1, clock)
    for _ in range(20):
        pace.slow_down(0)
    pace.take()
    first = pace.take()
    assert abs(first - 2 / (64 * SLOWEST)) < 1e-6


def test_the_rate_recovers_step_by_step() -> None:
    clock = Clock()
    pace = Pace(80, 1, clock)
    pace.slow_down(0)
    gaps = []
    for _ in range(6):
        clock.time += STEP_SECONDS
        pace.take()
        gaps.append(pace.take())
    assert gaps == sorted(gaps, reverse=True)
    assert abs(gaps[0] - 1 / 50) < 1e-6
    assert abs(gaps[-1] - 1 / 80) < 1e-6


def test_a_change_of_rate_takes_effect_at_once() -> None:
    clock = Clock()
    pace = Pace(1, 1, clock)
    pace.take()
    pace.rate = 100
    assert abs(pace.take() - 0.01) < 1e-6
