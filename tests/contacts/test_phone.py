"""Strict phone numbers: nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number

from staffetta.contacts.phone import NotAPhone, digits, parse_strict, recover


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+39 347 123 4567", "+393471234567"),
        ("+39-347-1234567", "+393471234567"),
        ("+39 (347) 123.4567", "+393471234567"),
        ("  +393471234567 ", "+393471234567"),
        ("+39\u00a0347\u00a01234567", "+393471234567"),
        ("+39 02 1234 5678", "+390212345678"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_plus_and_a_country_code_with_whatever_looks_between(typed: str, number: str) -> None:
    assert parse_strict(typed) == number
    assert digits(number) == number[1:]


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "347 1234567",
            "0039 347 1234567",
            "39 347 1234567",
            "+999 347 1234567",
            "+39 12",
            "+39 347 12345678901",
            "+",
        ),
        *(
            "3,93E+11",
            "+39 347 123 456x",
            "++39 347 1234567",
            "+39 347 1234567 / 348 1234567",
            "+39٣٤٧١٢٣٤٥٦٧",
            "+" * 50,
        ),
    ],
)
def test_what_is_not_that_is_invalid(typed: str) -> None:
    with pytest.raises(NotAPhone) as refused:
        parse_strict(typed)
    assert refused.value.code == "invalid_phone"


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0"])
def test_nothing_is_missing_not_invalid(typed: str) -> None:
    with pytest.raises(NotAPhone) as refused:
        parse_strict(typed)
    assert refused.value.code == "missing_phone"


@given(st.sampled_from(["IT", "DE", "GB", "US", "BR", "AR", "FR", "CH"]), st.data())
def test_a_number_stays_itself_however_it_is_grouped(country: str, data: st.DataObject) -> None:
    example = example_number_for_type(country, PhoneNumberType.MOBILE)
    assert example is not None
    number = format_number(example, PhoneNumberFormat.E164)
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", "."]), min_size=len(number), max_size=len(number)))
    typed = number[0] + "".join(sign + gap for sign, gap in zip(number[1:], gaps, strict=False))
    assert parse_strict(typed) == number
    assert parse_strict(parse_strict(typed)) == number


@given(st.text(max_size=60))
def test_any_text_gives_a_number_or_a_refusal_and_never_breaks(typed: str) -> None:
    try:
        number = parse_strict(typed)
    except NotAPhone:
        return
    assert number.startswith("+")
    assert number[1:].isascii()
    assert number[1:].isdecimal()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("347 1234567", "+393471234567"),
        ("0039 347 1234567", "+393471234567"),
        ("39 347 1234567", "+393471234567"),
        ("+39 347 1234567", "+393471234567"),
        ("+39 39 347 1234567", "+393471234567"),
        ("+39 0039 347 1234567", "+393471234567"),
        ("0039 39 347 1234567", "+393471234567"),
        ("393 1234567", "+393931234567"),  # begins like the prefix, but is a number of the country
        ("02 1234 5678", "+390212345678"),
        ("393471234567.0", "+393471234567"),
        ("44 7912 345678", "+447912345678"),
        ("+44 (0)20 7946 0958", "+442079460958"),
    ],
)
def test_recovery_puts_the_prefix_where_it_is_missing_and_never_twice(typed: str, number: str) -> None:
    assert recover(typed, "39") == number


@pytest.mark.parametrize("typed", ["3,93E+11", "non lo so", "12", "347 1234567 / 348 1234567", "+999 347 1234567"])
def test_recovery_does_not_invent_numbers(typed: str) -> None:
    with pytest.raises(NotAPhone):
        recover(typed, "39")


def test_without_a_default_prefix_only_the_plus_is_recovered() -> None:
    assert recover("0039 347 1234567", "") == "+393471234567"
    assert recover("39 347 1234567", "") == "+393471234567"
    with pytest.raises(NotAPhone):
        recover("347 1234567", "")


@given(st.text(alphabet="+0123456789 ()-.", max_size=30), st.sampled_from(["39", "49", "1", "55", ""]))
def test_what_was_recovered_is_a_strict_number_and_recovers_to_itself(typed: str, prefix: str) -> None:
    try:
        number = recover(typed, prefix)
    except NotAPhone:
        return
    assert parse_strict(number) == number
    assert recover(number, prefix) == number
