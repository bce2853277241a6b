"""One lane's loop: nothing but the worker's end ends it."""

import threading

from django.db import OperationalError

from staffetta.work.lanes import Lane, LaneContext
from staffetta.work.loop import Loop
from staffetta.work.wake import bell
from tests.processes import wait_until


class Running:
    """A loop in its thread, stopped on leaving."""

    def __init__(self, lane: Lane) -> None:
        self._stopping = threading.Event()
        self.loop = Loop(lane, LaneContext("w", self._stopping.is_set), self._stopping)

    def __enter__(self) -> Loop:
        self.loop.thread.start()
        return self.loop

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        bell.ring()
        self.loop.thread.join(5)


class Failing:
    """Work that raises the given errors, one per turn, and then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.turns = 0

    def __call__(self, _context: LaneContext) -> bool:
        self.turns += 1
        if self.errors:
            raise self.errors.pop(0)
        return False


def test_a_lane_that_raises_goes_on() -> None:
    work = Failing(ValueError("wrong"), KeyError("missing"))
    with Running(Lane("x", work, every=0.01)):
        wait_until(lambda: work.turns > 3)


def test_its_problem_is_kept_until_a_turn_succeeds() -> None:
    work = Failing(ValueError("wrong"))
    with Running(Lane("x", work, every=0.01)) as loop:
        wait_until(lambda: loop.problem == "ValueError: wrong")
        wait_until(lambda: loop.problem == "" and loop.worked_at is not None)


def test_a_locked_database_does_not_end_a_lane() -> None:
    work = Failing(*[OperationalError("database is locked")] * 2)
    with Running(Lane("x", work, every=0.01)):
        wait_until(lambda: work.turns > 2)


def test_work_that_says_there_is_more_is_called_again_at_once() -> None:
    turns: list[int] = []

    def work(_context: LaneContext) -> bool:
        turns.append(1)
        return len(turns) < 50

    with Running(Lane("x", work, every=60)):
        wait_until(lambda: len(turns) == 50, 5)


def test_a_ring_wakes_it_before_its_time() -> None:
    turns: list[int] = []

    def work(_context: LaneContext) -> bool:
        turns.append(1)
        return False

    with Running(Lane("x", work, every=60)):
        wait_until(lambda: len(turns) == 1)
        bell.ring()
        wait_until(lambda: len(turns) == 2, 1)


def test_a_ring_during_the_work_is_not_missed() -> None:
    turns: list[int] = []

    def work(_context: LaneContext) -> bool:
        turns.append(1)
        if len(turns) == 1:
            bell.ring()
        return False

    with Running(Lane("x", work, every=60)):
        wait_until(lambda: len(turns) == 2, 1)


def test_at_the_end_it_gives_back_what_it_holds() -> None:
    left: list[str] = []
    with Running(Lane("x", lambda _context: False, every=60, leave=lambda context: left.append(context.worker))):
        pass
    assert left == ["w"]


def test_the_lane_sees_that_it_is_to_stop() -> None:
    seen: list[bool] = []

    def work(context: LaneContext) -> bool:
        seen.append(context.stopping())
        wait_until(context.stopping, 5)
        seen.append(context.stopping())
        return True

    with Running(Lane("x", work)):
        wait_until(lambda: seen)
    assert seen == [False, True]
