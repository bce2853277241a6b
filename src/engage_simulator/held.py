"""Requests that are kept waiting for an answer."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any, Literal

from .template import Row

type Ending = Literal["answer", "cut"]


class Held:
    """Who waits, and the word that lets them go."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._waiting: dict[int, tuple[Row, asyncio.Future[Ending]]] = {}

    def rows(self) -> list[Row]:
        return [row for row, _ in self._waiting.values()]

    async def wait(self, about: Row, *, seconds: float | None, gone: asyncio.Future[Any]) -> Ending | None:
        """Wait to be released: then how to end. None = the time is over, or the client went away."""
        number = next(self._numbers)
        released: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._waiting[number] = ({"id": number, **about}, released)
        try:
            await asyncio.wait({released, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return released.result() if released.done() else None
        finally:
            del self._waiting[number]

    def release(self, ending: Ending, number: int | None = None) -> int:
        """Let all go, or the one with this number; returns how many."""
        chosen = [future for key, (_, future) in self._waiting.items() if number in {None, key} and not future.done()]
        for future in chosen:
            future.set_result(ending)
        return len(chosen)
