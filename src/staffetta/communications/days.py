"""The days of the week on which people are written to, by each person's own calendar. Plain rules, as in `hours.py`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = range(1, 8)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NotHours(ValueError):
    """What was written is no window.

    `code` is wrong, same (from and to are one time), never (quiet all along) or days.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the week from midnight to midnight, 1 is Monday; never all of them, never none."""

    days: frozenset[int]

    @classmethod
    def of(cls, days: Iterable[int]) -> "Days | None":
        """Return them, None for every day or none chosen. Raises NotHours."""
        found = frozenset(days)
        if not found <= set(WEEK):
            raise NotHours("days")
        return cls(found) if 0 < len(found) < len(WEEK) else None

    @classmethod
    def parse(cls, text: str) -> "Days | None":
        """Read "135" (as it is kept), "mon-fri" or "mon,wed,sat-sun" (as it is typed). Raises NotHours."""
        if text.isdecimal():
            return cls.of(map(int, text))
        found: set[int] = set()
        for part in text.lower().split(","):
            first, _, last = (each.strip() for each in part.partition("-"))
            if first not in NAMES or (last and last not in NAMES):
                raise NotHours("days")
            begin = NAMES.index(first)
            found |= {(begin + step) % 7 + 1 for step in range((NAMES.index(last or first) - begin) % 7 + 1)}
        return cls.of(found)

    def __str__(self) -> str:
        return "".join(map(str, sorted(self.days)))

    def holds(self, day: date) -> bool:
        return day.isoweekday() in self.days

    def spans(self, zone: str, moment: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield their runs in `zone` (from, until), in UTC and in order: what holds at `moment`, and after."""
        today = moment.astimezone(ZoneInfo(zone)).date()
        for begin in (today + step * DAY for step in range(-8, days)):
            if not self.holds(begin) or self.holds(begin - DAY):
                continue
            opens, closes = _run(self, zone, begin)
            if moment < closes and opens < closes:
                yield opens, closes


@lru_cache(maxsize=20_000)
def _run(days: Days, zone: str, begin: date) -> tuple[datetime, datetime]:
    end = next(day for step in WEEK if not days.holds(day := begin + step * DAY))
    return moment_at(begin, time(0), zone, 1), moment_at(end, time(0), zone, 0)


def moment_at(day: date, at: time, zone: str, fold: int) -> datetime:
    """Return when that is, in UTC: of two the first (`fold` 0) or the second, of a time jumped over the jump itself."""
    place = ZoneInfo(zone)
    local = datetime.combine(day, at, place)
    found = local.replace(fold=fold).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    before, after = local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC)
    old = before.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        before, after = (middle, after) if middle.astimezone(place).utcoffset() == old else (before, middle)
    return after
