"""The hours in which people are written to: any zone, any window, any moment; and the days the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pytest_django import Settings

from staffetta.communications.days import Days, NotHours
from staffetta.communications.hours import Hours, Window, checked, hours_of, parts, written

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ROME, NEW_YORK = "Europe/Rome", "America/New_York"
zones = st.sampled_from(sorted(available_timezones()))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
windows = st.tuples(times, times).filter(lambda both: both[0] != both[1]).map(lambda both: Window(*both))
weeks = st.frozensets(st.integers(1, 7), min_size=1, max_size=6).map(Days)
hours = st.tuples(st.lists(windows, min_size=1, max_size=2), st.lists(weeks, max_size=1)).map(
    lambda both: Hours((*both[0], *both[1]))
)
moments = st.datetimes(datetime(1975, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001  (becomes UTC)
    lambda moment: moment.replace(tzinfo=UTC, microsecond=0)
)


def by_the_clock(window: Window | Days, zone: str, moment: datetime) -> bool:
    """Say what clock and calendar on the person's wall say: an independent reading of a window."""
    local = moment.astimezone(ZoneInfo(zone)).time()
    if isinstance(window, Days):
        return f"{moment.astimezone(ZoneInfo(zone)):%u}" in str(window)
    if window.opens < window.closes:
        return window.opens <= local < window.closes
    return local >= window.opens or local < window.closes


def steady(zone: str, moment: datetime) -> bool:
    """Say whether the clocks stay as they are for three days around."""
    place = ZoneInfo(zone)
    around = [moment + step * HOUR for step in range(-72, 73)]
    return len({each.astimezone(place).utcoffset() for each in around}) == 1


@given(hours, zones, moments)
def test_nobody_is_written_to_outside_their_hours_by_their_own_clock(hours: Hours, zone: str, moment: datetime) -> None:
    if hours.is_open(zone, moment):
        assert all(by_the_clock(window, zone, moment) for window in hours.windows)


@given(hours, zones, moments)
def test_on_ordinary_days_the_hours_are_those_of_the_clock(hours: Hours, zone: str, moment: datetime) -> None:
    assume(steady(zone, moment))
    assert hours.is_open(zone, moment) == all(by_the_clock(window, zone, moment) for window in hours.windows)


@given(hours, zones, moments, st.data())
def test_the_next_opening_is_open_and_nothing_before_it_is(
    hours: Hours, zone: str, moment: datetime, data: st.DataObject
) -> None:
    found = hours.next_opening(zone, moment)
    if found is None:
        assert not hours.ever_open
        found = moment + timedelta(days=4)
    else:
        assert found >= moment
        assert hours.is_open(zone, found)
        assert hours.is_open(zone, moment) == (found == moment)
    between = int((found - moment).total_seconds())
    if between:
        steps = data.draw(st.lists(st.integers(0, between - 1), max_size=20))
        assert not any(hours.is_open(zone, moment + step * SECOND) for step in (*steps, between - 1))


@given(hours, zones, moments)
def test_it_is_open_from_its_opening_until_its_closing(hours: Hours, zone: str, moment: datetime) -> None:
    opened, closing = hours.opened(zone, moment), hours.closing(zone, moment)
    assert hours.is_open(zone, moment) == (opened is not None) == (closing is not None)
    if opened and closing:
        assert opened <= moment < closing
        assert hours.is_open(zone, opened)
        assert hours.is_open(zone, closing - SECOND)
        assert not hours.is_open(zone, closing)


@given(windows, zones, moments)
def test_a_day_is_a_window_and_its_rest(window: Window, zone: str, moment: datetime) -> None:
    """At no moment both; one of them always, but for what a change of the clocks takes from both."""
    one, other = Hours((window,)).is_open(zone, moment), Hours((window.rest,)).is_open(zone, moment)
    assert not (one and other)
    assert one or other or not steady(zone, moment)


def test_a_window_across_midnight_belongs_to_the_evening_and_the_morning() -> None:
    late = Hours((Window(time(22), time(2)),))
    night = datetime(2026, 6, 1, 20, tzinfo=UTC)  # 22:00 in Rome
    assert [late.is_open(ROME, night + step * HOUR) for step in (-1, 0, 3, 4)] == [False, True, True, False]
    assert late.next_opening(ROME, night + 4 * HOUR) == night + 24 * HOUR


@pytest.mark.parametrize(
    ("window", "before", "opens"),
    [
        # 29 March 2026: in Rome 02:00 becomes 03:00, at 01:00 UTC.
        ("09:00-20:00", datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        ("02:30-05:00", datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("02:10-02:50", datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 30, 0, 10, tzinfo=UTC)),
        # 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC; the half past two that counts is the second.
        ("09:00-20:00", datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
        ("02:30-05:00", datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_clocks_change_and_the_morning_is_still_the_persons(window: str, before: datetime, opens: datetime) -> None:
    assert Hours((Window.parse(window),)).next_opening(ROME, before) == opens


def test_of_an_hour_that_comes_twice_the_window_closes_in_the_first() -> None:
    hours = Hours((Window(time(22), time(2, 30)),))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 summer time in Rome; 02:30 again at 01:30 UTC
    assert hours.is_open(ROME, first - SECOND)
    assert not any(hours.is_open(ROME, first + minutes * timedelta(minutes=1)) for minutes in range(120))


def test_a_day_that_a_country_skipped_has_no_hours() -> None:
    """Samoa had no 30 December 2011: from the 29th, 24:00, to the 31st, 00:00."""
    hours = Hours((Window(time(9), time(20)),))
    opening = hours.next_opening("Pacific/Apia", datetime(2011, 12, 30, 8, tzinfo=UTC))  # the 29th, 22:00
    assert opening
    assert opening.astimezone(ZoneInfo("Pacific/Apia")).isoformat() == "2011-12-31T09:00:00+14:00"


def test_the_hours_of_a_communication_are_its_own_within_what_the_quiet_hours_leave(settings: Settings) -> None:
    settings.QUIET_HOURS = None
    assert hours_of("") is None
    assert hours_of("09:00-20:00") == Hours((Window(time(9), time(20)),))
    settings.QUIET_HOURS = (time(21), time(8))
    assert hours_of("") == Hours((Window(time(8), time(21)),))
    both = hours_of("07:00-22:00")
    assert both
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert both.opened(NEW_YORK, noon) == noon  # 08:00 there
    assert both.closing(NEW_YORK, noon) == noon + 13 * HOUR


@pytest.mark.parametrize(
    ("text", "code"), [("9-20", "wrong"), ("09:00", "wrong"), ("25:00-26:00", "wrong"), ("09:00-09:00", "same")]
)
def test_what_is_no_window_is_told(text: str, code: str) -> None:
    with pytest.raises(NotHours) as told:
        Window.parse(text)
    assert told.value.code == code


def test_a_window_of_which_the_quiet_hours_leave_nothing_is_refused(settings: Settings) -> None:
    settings.QUIET_HOURS = (time(21), time(8))
    with pytest.raises(NotHours) as told:
        checked(Window.parse("22:00-07:00"))
    assert told.value.code == "never"
    assert str(checked(Window.parse("07:00-08:01"))) == "07:00-08:01"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("mon-fri", "12345"), ("sat-mon", "167"), ("Wed", "3"), ("mon,wed,sat-sun", "1367"), ("12345", "12345")],
)
def test_days_are_read_as_they_are_typed(typed: str, kept: str) -> None:
    assert str(Days.parse(typed)) == kept


def test_every_day_is_no_restriction() -> None:
    assert Days.parse("mon-sun") is None
    assert written(None, Days.parse("mon-sun")) == ""


@pytest.mark.parametrize("text", ["", "monday", "lun-ven", "0", "128", "mon;tue", "-mon"])
def test_what_are_no_days_is_told(text: str) -> None:
    with pytest.raises(NotHours) as refused:
        Days.parse(text)
    assert refused.value.code == "days"


@pytest.mark.parametrize("text", ["09:00-20:00", "09:00-20:00/12345", "/67", ""])
def test_times_and_days_are_kept_as_one_text(text: str) -> None:
    assert written(*parts(text)) == text


def test_the_weekend_begins_at_midnight_of_each_zone_and_ends_with_the_window_of_monday() -> None:
    found = hours_of("09:00-20:00/12345")
    assert found
    friday_night = datetime(2027, 1, 15, 22, tzinfo=UTC)
    for zone in (ROME, NEW_YORK, "Asia/Tokyo"):
        opens = found.next_opening(zone, friday_night)
        assert opens
        local = opens.astimezone(ZoneInfo(zone))
        # It is Friday afternoon in New York still: there the window is open.
        assert f"{local:%a %H:%M}" == ("Fri 17:00" if zone == NEW_YORK else "Mon 09:00")


def test_days_alone_are_whole_days_and_one_run_has_one_beginning_and_end() -> None:
    found = hours_of("/12345")
    assert found
    wednesday = datetime(2027, 1, 13, 12, tzinfo=UTC)
    assert found.opened("UTC", wednesday) == datetime(2027, 1, 11, tzinfo=UTC)
    assert found.closing("UTC", wednesday) == datetime(2027, 1, 16, tzinfo=UTC)


def test_a_window_across_midnight_ends_with_the_day_that_does_not_hold() -> None:
    found = hours_of("22:00-06:00/5")
    assert found
    assert found.next_opening("UTC", datetime(2027, 1, 14, 12, tzinfo=UTC)) == datetime(2027, 1, 15, tzinfo=UTC)
    assert found.closing("UTC", datetime(2027, 1, 15, 23, tzinfo=UTC)) == datetime(2027, 1, 16, tzinfo=UTC)


def test_a_friday_that_a_country_skipped_is_the_next_weeks() -> None:
    found = hours_of("/5")
    assert found
    opens = found.next_opening("Pacific/Apia", datetime(2011, 12, 25, tzinfo=UTC))
    assert opens
    assert f"{opens.astimezone(ZoneInfo('Pacific/Apia')):%d %b}" == "06 Jan"
