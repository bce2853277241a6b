"""The daily budget hour by hour: when people were reached, when they become free again, what was and will be left.

Kept in the row that is locked anyway (`Budget.hours`), so that a plot costs one row whatever the number of people:
hour since 1970 -> [people who count and were last reached in it, people who counted at its last write].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = 3600
DAY = 24
Kept = dict[str, list[int]]


def hour_of(moment: datetime) -> int:
    return int(moment.timestamp() // HOUR)


class Hours:
    """The hours of one row, changed in place."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def add(self, moment: datetime, people: int) -> None:
        """Note so many people (fewer: negative) as last reached at that moment."""
        if people:
            self.kept.setdefault(str(hour_of(moment)), [0, 0])[0] += people

    def move(self, old: datetime, new: datetime) -> None:
        """Note that somebody who counts was reached at another moment."""
        self.add(old, -1)
        self.add(new, 1)

    def write(self, present: datetime, used: int) -> None:
        """Note how many count now, and forget the hours that show nowhere any more."""
        self.kept.setdefault(str(hour_of(present)), [0, 0])[1] = used
        first = hour_of(present) - DAY
        for hour in [each for each, (people, _used) in self.kept.items() if int(each) < first and not people]:
            del self.kept[hour]

    def told(self, present: datetime) -> bool:
        """Say whether this hour knows how many count."""
        return str(hour_of(present)) in self.kept


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of the plot: how many were reached in it, or become free again, and what is left at its end."""

    begins: datetime
    reached: int
    freed: int
    left: int

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(hours=1)


def day_before_and_after(kept: Kept, present: datetime, a_day: int) -> list[Slot]:
    """Return the last 24 hours, this one last, and the next 24 as they will be if nobody else is written to.

    `a_day` is what communications may use. Who was reached in an hour becomes free in the same hour of the next day.
    """
    return [*_past(kept, present, a_day), *_coming(kept, present, a_day)]


def _past(kept: Kept, present: datetime, a_day: int) -> Iterator[Slot]:
    this = hour_of(present)
    before = [hour for hour in map(int, kept) if hour <= this - DAY]
    used = kept[str(max(before))][1] if before else 0
    for hour in range(this - DAY + 1, this + 1):
        reached, used = kept.get(str(hour), (0, used))
        yield Slot(_begins(hour), reached, 0, max(0, a_day - used))


def _coming(kept: Kept, present: datetime, a_day: int) -> Iterator[Slot]:
    this = hour_of(present)
    used = sum(_reached(kept, hour) for hour in range(this - DAY + 1, this + 1))
    for hour in range(this + 1, this + DAY + 1):
        freed = _reached(kept, hour - DAY)
        used -= freed
        yield Slot(_begins(hour), 0, freed, max(0, a_day - used))


def _reached(kept: Kept, hour: int) -> int:
    return kept.get(str(hour), [0, 0])[0]


def _begins(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR, UTC)
