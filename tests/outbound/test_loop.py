"""The loop of all outgoing connections: results, errors, cancelling, one thread for ever."""

import asyncio
import os
import threading
from concurrent.futures import CancelledError

import pytest

from staffetta.outbound import loop


def test_it_returns_what_the_coroutine_returned_and_raises_what_it_raised() -> None:
    async def good() -> int:
        await asyncio.sleep(0)
        return 7

    async def bad() -> None:
        raise LookupError("not there")

    assert loop.run(good()) == 7
    with pytest.raises(LookupError, match="not there"):
        loop.run(bad())


def test_everything_runs_in_one_thread_that_stays() -> None:
    async def where() -> int:
        return threading.get_ident()

    assert len({loop.run(where()) for _ in range(20)} - {threading.get_ident()}) == 1


def test_cancelling_waits_until_the_work_has_cleaned_up() -> None:
    cleaned = []

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            cleaned.append(True)

    work = loop.Work(long())
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop.the_loop()).result()
    work.cancel()
    assert cleaned == [True]
    with pytest.raises(CancelledError):
        work.outcome.result(0)


def test_what_is_cancelled_before_it_began_ends_too() -> None:
    async def long() -> None:
        await asyncio.sleep(60)

    work = loop.Work(long())
    work.cancel()
    assert work.outcome.cancelled()


def test_a_forked_process_begins_a_loop_of_its_own() -> None:
    async def seven() -> int:
        return 7

    loop.run(seven())
    child = os.fork()
    if child == 0:
        os._exit(loop.run(seven()))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
