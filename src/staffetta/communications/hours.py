"""The hours in which people are written to, in each person's own time. Plain rules: no database, no clock.

A window is a time of day from and one to, every day, perhaps across midnight. What a person may be sent is what all
windows leave: that of the communication, its days of the week, what the installation's quiet hours leave of the day.
A communication keeps both as one text: "09:00-20:00", "09:00-20:00/12345" (Monday to Friday), "/67".

The days on which the clocks change are judged in the person's favour: of an hour that comes twice, the window opens in
the second and closes in the first; a time the clocks jump over is the moment they jump.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from staffetta.communications.days import DAY, Days, NotHours, moment_at

LONGEST_SEARCH = 16 * DAY
"""Of a week one day may hold, and a zone may skip it (crossing the date line): then it is the next week's."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens` until just before `closes`; the next morning's when `closes` is the earlier."""

    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Read "09:00-20:00". Raises NotHours."""
        opens, _, closes = text.partition("-")
        try:
            return cls.of(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
        except ValueError as error:
            raise error if isinstance(error, NotHours) else NotHours("wrong") from None

    @classmethod
    def of(cls, opens: time, closes: time) -> "Window":
        """Make a window of two times of day, to the minute. Raises NotHours."""
        if opens.tzinfo or closes.tzinfo:
            raise NotHours("wrong")
        window = cls(opens.replace(second=0, microsecond=0), closes.replace(second=0, microsecond=0))
        if window.opens == window.closes:
            raise NotHours("same")
        return window

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    @property
    def rest(self) -> "Window":
        """The remaining hours of the day."""
        return Window(self.closes, self.opens)

    def spans(self, zone: str, moment: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield when it is open in `zone` (from, until), in UTC and in order: what holds at `moment`, and after."""
        today = moment.astimezone(ZoneInfo(zone)).date()
        for step in range(-2, days):
            opens, closes = _span(self, zone, today + step * DAY)
            if moment < closes and opens < closes:
                yield opens, closes


@dataclass(frozen=True, slots=True)
class Hours:
    """When people may be written to: within all of the windows. Moments are UTC."""

    windows: tuple[Window | Days, ...]

    def is_open(self, zone: str, moment: datetime) -> bool:
        return all(self._holds(window, zone, moment) is not None for window in self.windows)

    def next_opening(self, zone: str, moment: datetime) -> datetime | None:
        """Return the first open moment from `moment` on; None when the windows have nothing in common."""
        found = moment
        while found - moment < LONGEST_SEARCH:
            shut = [window for window in self.windows if self._holds(window, zone, found) is None]
            if not shut:
                return found
            found = max(_next(window, zone, found) for window in shut)
        return None

    def closing(self, zone: str, moment: datetime) -> datetime | None:
        """Return until when it stays open; None when it is closed."""
        spans = [self._holds(window, zone, moment) for window in self.windows]
        ends = [span[1] for span in spans if span]
        return min(ends) if len(ends) == len(spans) else None

    def opened(self, zone: str, moment: datetime) -> datetime | None:
        """Return since when it has been open; None when it is closed."""
        spans = [self._holds(window, zone, moment) for window in self.windows]
        starts = [span[0] for span in spans if span]
        return max(starts) if len(starts) == len(spans) else None

    @property
    def ever_open(self) -> bool:
        """Whether the windows have anything in common."""
        noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
        return self.next_opening("UTC", noon) is not None

    @staticmethod
    def _holds(window: Window | Days, zone: str, moment: datetime) -> tuple[datetime, datetime] | None:
        span = next(window.spans(zone, moment, 2), None)
        return span if span and span[0] <= moment else None


def quiet_hours() -> Window | None:
    """Return the installation's quiet hours."""
    found: tuple[time, time] | None = settings.QUIET_HOURS
    return Window(*found) if found else None


def hours_of(window: str) -> Hours | None:
    """Return the hours of a communication with that `window` ("" for none of its own); None: any hour will do."""
    quiet = quiet_hours()
    own, days = parts(window)
    windows = tuple(each for each in (own, quiet.rest if quiet else None, days) if each)
    return Hours(windows) if windows else None


def parts(text: str) -> tuple[Window | None, Days | None]:
    """Return the times and the days a communication keeps. Raises NotHours."""
    times, _, days = text.partition("/")
    return Window.parse(times) if times else None, Days.parse(days) if days else None


def written(window: Window | None, days: Days | None) -> str:
    """Return both as a communication keeps them."""
    return f"{window or ''}{f'/{days}' if days else ''}"


def checked(window: Window) -> Window:
    """Return the window if the quiet hours leave anything of it. Raises NotHours."""
    hours = hours_of(str(window))
    if hours is None or not hours.ever_open:
        raise NotHours("never")
    return window


def _next(window: Window | Days, zone: str, moment: datetime) -> datetime:
    return next(opens for opens, _ in window.spans(zone, moment, 16) if opens > moment)


@lru_cache(maxsize=20_000)
def _span(window: Window, zone: str, day: date) -> tuple[datetime, datetime]:
    across = window.closes < window.opens
    return (
        moment_at(day, window.opens, zone, fold=1),
        moment_at(day + DAY if across else day, window.closes, zone, fold=0),
    )
