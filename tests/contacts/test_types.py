"""What own fields hold: texts read by type, shown as they can be read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.contacts.fields.types import TYPES, TypeFault, Value, parse, show

CHOICES = ("Rosso", "Verde", "Blu")


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", " Roma ", "Roma"),
        ("number", "1.234,50", "1234.5"),
        ("number", "-3", "-3"),
        ("integer", "1 000", 1000),
        ("boolean", "Sì", True),
        ("boolean", "no", False),
        ("date", "31/12/1990", "1990-12-31"),
        ("date", "1990-12-31", "1990-12-31"),
        ("datetime", "2026-03-01T09:30:00+01:00", "2026-03-01T09:30:00+01:00"),
        ("choice", "rosso", "Rosso"),
        ("choices", "blu; ROSSO, blu", ["Blu", "Rosso"]),
        ("url", "https://example.org/a?b=1", "https://example.org/a?b=1"),
        ("phone", "+39 347 123 4567", "+393471234567"),
    ],
)
def test_each_type_reads_what_people_type(kind: str, typed: str, value: Value) -> None:
    assert parse(kind, typed, CHOICES) == value


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("number", "tre", "not_a_number"),
        ("number", "NaN", "not_a_number"),
        ("number", "9e999", "not_a_number"),
        ("integer", "1,5", "not_whole"),
        ("boolean", "forse", "not_yes_or_no"),
        ("date", "31/02/2026", "not_a_date"),
        ("datetime", "ieri", "not_a_moment"),
        ("choice", "Giallo", "not_a_choice"),
        ("choices", "Rosso, Giallo", "not_a_choice"),
        ("url", "javascript:alert(1)", "not_an_address"),
        ("phone", "347 1234567", "not_a_phone"),
        ("date", "17/05/0080", "absurd_year"),
        ("date", "0080-05-17", "absurd_year"),
        ("date", "1849-12-31", "absurd_year"),
        ("date", "01/01/2201", "absurd_year"),
        ("datetime", "0080-05-17T10:00", "absurd_year"),
        ("datetime", "9999-12-31T23:59", "absurd_year"),
        ("text", "a" * 1001, "too_long"),
        ("colour", "Rosso", "unknown_type"),
    ],
)
def test_what_is_no_value_is_refused_with_its_code(kind: str, typed: str, code: str) -> None:
    with pytest.raises(TypeFault) as refused:
        parse(kind, typed, CHOICES)
    assert refused.value.code == code


@given(st.sampled_from(TYPES), st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip())))
def test_any_text_is_read_or_refused_and_what_is_shown_reads_the_same_again(kind: str, typed: str) -> None:
    try:
        value = parse(kind, typed, CHOICES)
    except TypeFault:
        return
    if shown := show(kind, value):
        assert parse(kind, shown, CHOICES) == value
