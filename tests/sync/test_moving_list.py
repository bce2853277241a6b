"""A list that moves while it is read: nobody who was there all the time is left out."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from staffetta.connectors.messages import Customer
from staffetta.sync.read_pages import Place, Restless, next_page

MOVES = st.lists(st.tuples(st.sampled_from(["drop", "append", "prepend"]), st.integers(0, 10_000)), max_size=3)


class Provider:
    """A list of ids behind limit and offset; between two requests it changes as told."""

    def __init__(self, length: int, changes: list[list[tuple[str, int]]], most: int) -> None:
        self.ids = [str(place) for place in range(length)]
        self.stayed = set(self.ids)
        self._changes, self._most, self._made = list(changes), most, 0

    async def ask(self, offset: int, limit: int) -> Sequence[Customer]:
        rows = [Customer(each) for each in self.ids[offset : offset + min(limit, self._most)]]
        for deed, number in self._changes.pop(0) if self._changes else ():
            self._change(deed, number)
        return rows

    def _change(self, deed: str, number: int) -> None:
        self._made += 1
        if deed == "drop" and self.ids:
            self.stayed.discard(self.ids.pop(number % len(self.ids)))
        elif deed == "append":
            self.ids.append(f"new-{self._made}")
        else:
            self.ids.insert(0, f"new-{self._made}")


def read(provider: Provider, size: int) -> set[str]:
    found, place = set[str](), Place()
    while not place.ended:
        rows, place = asyncio.run(next_page(provider.ask, Place.of(place.as_json()), size))
        found |= {row.id for row in rows}
    return found


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 120), st.lists(MOVES, max_size=12), st.integers(2, 50), st.integers(4, 60))
def test_nobody_who_stayed_is_left_out(length: int, changes: list[list[tuple[str, int]]], size: int, most: int) -> None:
    provider = Provider(length, changes, most)
    try:
        found = read(provider, size)
    except Restless:
        return  # said openly: the run ends as partial
    assert provider.stayed <= found


def test_a_list_that_stands_still_is_read_once() -> None:
    provider = Provider(1200, [], 500)
    asked: list[int] = []
    ask = provider.ask

    async def counting(offset: int, limit: int) -> Sequence[Customer]:
        asked.append(offset)
        return await ask(offset, limit)

    provider.ask = counting  # type: ignore[method-assign]  # looked over the shoulder, nothing else
    assert read(provider, 500) == {str(place) for place in range(1200)}
    assert asked == [0, 460, 920, 1160, 1200]


def test_newcomers_in_front_are_found_in_one_more_pass() -> None:
    provider = Provider(100, [[("prepend", 0)]], 500)
    assert "new-1" in read(provider, 30)


def test_a_provider_that_ignores_the_offset_comes_to_an_end() -> None:
    async def same(_offset: int, _limit: int) -> Sequence[Customer]:
        return [Customer("1"), Customer("2")]

    place, rounds = Place(), 0
    while not place.ended and rounds < 50:
        _rows, place = asyncio.run(next_page(same, place, 500))
        rounds += 1
    assert place.ended
