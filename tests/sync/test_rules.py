"""The pure rules: update modes, names, conversions, and when a configuration runs."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.contacts.fields.types import TypeFault
from staffetta.sync.convert import back, convert, unmatched
from staffetta.sync.mapping import Choice, Last, decide, goes_out, split_name
from staffetta.sync.models import Every, Mode
from staffetta.sync.timetable import next_time

VALUES = st.sampled_from(["", "Roma", "Milano", "Bari"])
FULL = st.sampled_from(["Roma", "Milano", "Bari"])
STOOD = st.builds(Last, VALUES, VALUES, st.just(False))
LASTS = st.none() | STOOD
ROME = ZoneInfo("Europe/Rome")


@given(st.sampled_from(list(Mode)), VALUES, LASTS, st.booleans())
def test_an_empty_value_there_never_replaces_one_here(mode: str, here: str, last: Last | None, new: bool) -> None:
    assert decide(mode, "", here, last, new=new) is Choice.KEEP


@given(st.sampled_from(list(Mode)), FULL)
def test_a_new_contact_takes_every_value(mode: str, there: str) -> None:
    assert decide(mode, there, "", None, new=True) is Choice.TAKE


@given(VALUES, FULL, LASTS)
def test_where_the_provider_wins_both_sides_are_equal_afterwards(here: str, there: str, last: Last | None) -> None:
    assert (decide(Mode.PROVIDER, there, here, last, new=False) is Choice.TAKE) == (there != here)


@given(VALUES, FULL, LASTS)
def test_only_if_empty_fills_and_never_replaces(here: str, there: str, last: Last | None) -> None:
    assert (decide(Mode.IF_EMPTY, there, here, last, new=False) is Choice.TAKE) == (here == "")


@given(VALUES, FULL, LASTS)
def test_only_for_new_touches_nobody_who_is_here(here: str, there: str, last: Last | None) -> None:
    assert decide(Mode.ONLY_NEW, there, here, last, new=False) is Choice.KEEP


@given(VALUES, FULL, STOOD)
def test_what_somebody_changed_here_stays_where_the_platform_wins(here: str, there: str, last: Last) -> None:
    if here != last.here:
        assert decide(Mode.PLATFORM, there, here, last, new=False) is Choice.KEEP


@given(VALUES, FULL, STOOD, st.sampled_from([Mode.NEWEST, Mode.ASK]))
def test_both_changed_is_a_question(here: str, there: str, last: Last, mode: str) -> None:
    choice = decide(mode, there, here, last, new=False)
    both = here not in (there, last.here) and there != last.there
    assert (choice is Choice.ASK) == both


@given(st.sampled_from(list(Mode)), VALUES, VALUES, LASTS)
def test_nothing_is_taken_and_written_at_once(mode: str, here: str, there: str, last: Last | None) -> None:
    if decide(mode, there, here, last, new=False) is not Choice.KEEP:
        assert not goes_out(mode, "both", there, here, last)


@pytest.mark.parametrize(
    ("name", "split"),
    [("Maria De Luca", ("Maria", "De Luca")), ("  Ugo ", ("Ugo", "")), ("", ("", "")), ("A\tB", ("A", "B"))],
)
def test_a_name_is_split_at_the_first_blank(name: str, split: tuple[str, str]) -> None:
    assert split_name(name) == split


@pytest.mark.parametrize(
    ("raw", "there", "here", "value"),
    [
        ("1.234,50", "number", "number", "1234.5"),
        ("7", "number", "integer", 7),
        ("31/12/1990", "date", "date", "1990-12-31"),
        ("1990-12-31", "date", "datetime", "1990-12-31T00:00:00+00:00"),
        ("si", "word", "boolean", True),
        ("oro", "single_choice", "choice", "Oro"),
        ("oro, argento", "multiple_choice", "choices", ["Oro", "Argento"]),
    ],
)
def test_types_are_converted_by_the_table(raw: str, there: str, here: str, value: object) -> None:
    assert convert(raw, there, here, ("Oro", "Argento")) == value


@pytest.mark.parametrize(
    ("raw", "here", "code"),
    [("boh", "date", "not_a_date"), ("1,5", "integer", "not_whole"), ("rame", "choice", "not_a_choice")],
)
def test_what_cannot_be_converted_says_why(raw: str, here: str, code: str) -> None:
    with pytest.raises(TypeFault) as fault:
        convert(raw, "text", here, ("Oro",))
    assert fault.value.code == code


def test_choices_are_matched_one_by_one_and_back() -> None:
    pairs = {"gold": "Oro"}
    assert convert("gold", "single_choice", "choice", ("Oro",), pairs) == "Oro"
    assert back("Oro", "choice", "single_choice", pairs) == "gold"
    assert unmatched(["gold", "oro", "rame"], ["Oro"], pairs) == ["rame"]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-03-28T03:00:00", "2026-03-29T03:30:00+02:00"),  # 02:30 does not exist that night
        ("2026-10-24T12:00:00", "2026-10-25T02:30:00+02:00"),  # 02:30 comes twice: the first
        ("2026-10-25T01:00:00", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_a_daily_time_survives_both_clock_changes(after: str, expected: str) -> None:
    moment = next_time(
        Every.DAILY, datetime.fromisoformat(after).replace(tzinfo=UTC), at=time(2, 30), zone="Europe/Rome"
    )
    assert moment == datetime.fromisoformat(expected)


@given(
    st.integers(0, 6 * 365 * 86400).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.times(),
    st.sampled_from(["Europe/Rome", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 6),
)
def test_the_next_time_is_ahead_and_within_its_span(after: datetime, at: time, zone: str, weekday: int) -> None:
    daily = next_time(Every.DAILY, after, at=at, zone=zone)
    weekly = next_time(Every.WEEKLY, after, at=at, weekday=weekday, zone=zone)
    assert daily is not None
    assert weekly is not None
    assert after < daily <= after + timedelta(hours=26)
    assert after < weekly <= after + timedelta(days=7, hours=2)
