"""Phone numbers: nothing is guessed, and nobody else's number is made of a text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS, PhoneNumberFormat, example_number_for_type, format_number, number_type
from phonenumbers import PhoneNumberType as Kind

from staffetta.contacts.phones.number_kinds import REFUSED_KINDS
from staffetta.contacts.phones.phone import (
    STRICT,
    NotAPhone,
    PhoneReading,
    digits,
    existing_phone,
    parse_strict,
    read_phone,
    shown_phone,
    shown_reading,
)
from staffetta.contacts.phones.phone_words import PHONE_REASONS, phone_text

RECOVER = PhoneReading("39", recovers=True)


def reason(typed: str, how: PhoneReading = STRICT) -> str:
    """Return why a text is refused."""
    with pytest.raises(NotAPhone) as refused:
        read_phone(typed, how)
    return refused.value.code


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+39 347 123 4567", "+393471234567"),
        ("+39-347-1234567", "+393471234567"),
        ("+39 (347) 123.4567", "+393471234567"),
        ("  +393471234567 ", "+393471234567"),
        ("'+39 347 1234567", "+393471234567"),
        ("’+39 347 1234567", "+393471234567"),
        ("+39\u00a0347\u00a01234567", "+393471234567"),
        ("+39 02 1234 5678", "+390212345678"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_plus_and_a_country_code_with_whatever_looks_between(typed: str, number: str) -> None:
    assert parse_strict(typed) == number
    assert digits(number) == number[1:]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("347 1234567", "invalid_phone"),
        ("0039 347 1234567", "invalid_phone"),
        ("39 347 1234567", "invalid_phone"),
        ("+999 347 1234567", "phone_unknown_country"),
        ("+39 12", "phone_too_short"),
        ("+39 347 12345678901", "phone_too_long"),
        ("+", "invalid_phone"),
        ("3,93E+11", "phone_rounded"),
        ("+39 347 123 456x", "phone_with_text"),
        ("++39 347 1234567", "phone_with_text"),
        ("+39 347 1234567 (casa)", "phone_with_text"),
        ("+39 347 1234567.0", "phone_with_text"),
        ("+39 347 1234567 / 348 1234567", "phone_two_numbers"),
        ("+39٣٤٧١٢٣٤٥٦٧", "invalid_phone"),
        ("+" * 50, "invalid_phone"),
    ],
)
def test_what_is_not_that_is_refused_with_its_reason(typed: str, code: str) -> None:
    assert reason(typed) == code


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0"])
def test_nothing_is_missing_not_invalid(typed: str) -> None:
    with pytest.raises(NotAPhone) as refused:
        parse_strict(typed)
    assert refused.value.code == "missing_phone"


@given(st.sampled_from(["IT", "DE", "GB", "US", "BR", "AR", "FR", "CH"]), st.data())
def test_a_number_stays_itself_however_it_is_grouped(country: str, data: st.DataObject) -> None:
    example = example_number_for_type(country, Kind.MOBILE)
    assert example is not None
    number = format_number(example, PhoneNumberFormat.E164)
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", "."]), min_size=len(number), max_size=len(number)))
    gaps[-3] = gaps[-3].replace("-", "")  # one digit behind a hyphen may be another number's end
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


REFUSED = [
    ("+39 333 123 00011", "phone_too_long"),  # libphonenumber: the mailbox of a mobile
    ("+39 333 123 000112", "phone_too_long"),
    ("+39 333 123 0001123", "phone_too_long"),
    ("+39892424", "phone_premium"),
    ("+39 800 123456", "phone_toll_free"),
    ("+39 848 123456", "phone_shared_cost"),
    ("+41 860 79 123 45 67", "phone_voicemail"),
    ("+49 160 13 99 123456", "phone_voicemail"),
    ("+44 345 012 3456", "phone_company"),
    ("+44 7640 123456", "phone_pager"),
]


@pytest.mark.parametrize(("typed", "code"), REFUSED)
@pytest.mark.parametrize("how", [STRICT, PhoneReading("39"), PhoneReading("39", recovers=True)], ids=str)
def test_where_nobody_can_be_written_to_it_is_refused_however_numbers_are_read(
    typed: str, code: str, how: PhoneReading
) -> None:
    assert reason(typed, how) == code
    assert code in PHONE_REASONS


@pytest.mark.parametrize("kind", [Kind.MOBILE, Kind.FIXED_LINE, Kind.VOIP, Kind.PERSONAL_NUMBER])
@pytest.mark.parametrize("region", sorted(SUPPORTED_REGIONS))
def test_people_are_written_to_at_these_kinds_of_every_country(region: str, kind: int) -> None:
    """The examples of libphonenumber itself; of some countries one kind is another's, too."""
    example = example_number_for_type(region, kind)
    if example is None or number_type(example) in REFUSED_KINDS:
        return
    number = format_number(example, PhoneNumberFormat.E164)
    assert parse_strict(number) == number


@pytest.mark.parametrize("kind", sorted(REFUSED_KINDS))
@pytest.mark.parametrize("region", sorted(SUPPORTED_REGIONS))
def test_and_to_nobody_at_the_other_kinds(region: str, kind: int) -> None:
    example = example_number_for_type(region, kind)
    if example is None or number_type(example) not in REFUSED_KINDS:
        return
    number = format_number(example, PhoneNumberFormat.E164)
    with pytest.raises(NotAPhone) as refused:
        parse_strict(number)
    assert refused.value.number == existing_phone(number) == number, "who is here with it is found by it"


TWO = {
    "+39 06 1234567/8": ["+39061234567", "+39061234568", "+390612345678"],
    "+39 333 123000/1": ["+39333123000", "+39333123001", "+393331230001"],
    "+39 06 1234567-8": ["+39061234567", "+39061234568", "+390612345678"],
    "+39 333 1230001 (2)": ["+393331230001", "+393331230002"],
    "+39 347 1234567 / 348 1234567": ["+393471234567", "+393481234567"],
    "333 1230001/2": ["+393331230001", "+393331230002"],
    "06 1234567/8": ["+39061234567", "+39061234568", "+390612345678"],
    "333 1230001 o 333 1230002": ["+393331230001", "+393331230002"],
    "333 1230001; 333 1230002": ["+393331230001", "+393331230002"],
    "333 1230001 - 333 1230002": ["+393331230001", "+393331230002"],
    "3331230001 3331230002": ["+393331230001", "+393331230002"],
    "+39 333 1230001+39 333 1230002": ["+393331230001", "+393331230002"],
}


@pytest.mark.parametrize(("typed", "numbers"), TWO.items())
@pytest.mark.parametrize("recovers", [True, False])
def test_two_numbers_in_one_cell_are_refused_and_named(typed: str, numbers: list[str], *, recovers: bool) -> None:
    with pytest.raises(NotAPhone) as refused:
        read_phone(typed, PhoneReading("39", recovers))
    assert refused.value.code == "phone_two_numbers"
    assert [number for number in refused.value.readings if number in numbers] == numbers
    assert shown_phone(numbers[0]) in phone_text(refused.value)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+39 347/1234567", "+393471234567"),
        ("+49 30/1234567", "+49301234567"),
        ("+49 89 1234-0", "+498912340"),
        ("+39 06-12-34-56-78", "+390612345678"),
        ("+39 (06) 12345678", "+390612345678"),
    ],
)
def test_a_slash_behind_the_area_and_an_extension_are_only_looks(typed: str, number: str) -> None:
    assert parse_strict(typed) == number


RECOVERED = [
    ("347 1234567", "+393471234567"),
    ("0039 347 1234567", "+393471234567"),
    ("39 347 1234567", "+393471234567"),
    ("+39 347 1234567", "+393471234567"),
    ("+39 39 347 1234567", "+393471234567"),
    ("+39 +39 347 1234567", "+393471234567"),
    ("+39 0039 347 1234567", "+393471234567"),
    ("0039 39 347 1234567", "+393471234567"),
    ("393 1234567", "+393931234567"),  # begins like the prefix, but is a number of the country
    ("02 1234 5678", "+390212345678"),
    ("393471234567.0", "+393471234567"),
    ("393471234567.00", "+393471234567"),
    ("3471234567,00", "+393471234567"),
    ("+44 (0)20 7946 0958", "+442079460958"),
]


@pytest.mark.parametrize(("typed", "number"), RECOVERED)
def test_recovery_puts_the_prefix_where_it_is_missing_and_never_twice(typed: str, number: str) -> None:
    assert read_phone(typed, RECOVER) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("3,93E+11", "phone_rounded"),
        ("non lo so", "invalid_phone"),
        ("12", "phone_too_short"),
        ("347 1234567 / 348 1234567", "phone_two_numbers"),
        ("+999 347 1234567", "phone_unknown_country"),
        ("333 123 00011", "phone_too_long"),
        ("393471234567.5", "phone_too_long"),
    ],
)
def test_recovery_does_not_invent_numbers(typed: str, code: str) -> None:
    assert reason(typed, RECOVER) == code


@pytest.mark.parametrize(
    ("typed", "prefix", "code", "numbers"),
    [
        ("12345678901", "39", "phone_plus_missing", ("+12345678901",)),  # a VAT number, or an American one
        ("34661234567", "44", "phone_plus_missing", ("+34661234567",)),  # valid by chance
        ("447912345678", "39", "phone_plus_missing", ("+447912345678",)),
        ("16012345678", "49", "phone_ambiguous", ("+4916012345678", "+16012345678")),
        ("0612345.00", "39", "phone_ambiguous", ("+39061234500", "+390612345")),
        ("+39 06 12345.00", "39", "phone_ambiguous", ("+39061234500", "+390612345")),
    ],
)
def test_what_can_be_another_persons_number_is_refused_and_named(
    typed: str, prefix: str, code: str, numbers: tuple[str, ...]
) -> None:
    with pytest.raises(NotAPhone) as refused:
        read_phone(typed, PhoneReading(prefix, recovers=True))
    assert (refused.value.code, refused.value.readings) == (code, numbers)


def test_without_a_default_prefix_only_the_plus_is_recovered() -> None:
    how = PhoneReading(recovers=True)
    assert read_phone("0039 347 1234567", how) == "+393471234567"
    assert read_phone("39 347 1234567", how) == "+393471234567"
    assert reason("347 1234567", how) == "invalid_phone"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("333 1234567", "+393331234567"),
        ("(333) 123-4567", "+393331234567"),
        ("393 1234567", "+393931234567"),
        ("06 12345678", "+390612345678"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_national_numbers_are_of_the_country_chosen(typed: str, number: str) -> None:
    assert read_phone(typed, PhoneReading("39")) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0039 333 1234567", "invalid_phone"),
        ("393331234567", "phone_plus_missing"),
        ("12345678901", "phone_plus_missing"),
        ("3331234567.00", "phone_with_text"),
        ("800 123456", "phone_toll_free"),
    ],
)
def test_a_country_chosen_recovers_nothing(typed: str, code: str) -> None:
    assert reason(typed, PhoneReading("39")) == code


def test_the_trunk_prefix_of_a_country_is_dropped() -> None:
    assert read_phone("0151 12345678", PhoneReading("49")) == "+4915112345678"
    assert read_phone("15112345678", PhoneReading("49")) == "+4915112345678"
    assert read_phone("07912 345678", PhoneReading("44")) == "+447912345678"


ANY = st.text(alphabet="+0123456789 ()-./", max_size=30)
READINGS = [PhoneReading(prefix, recovers) for prefix in ("39", "49", "1", "55", "") for recovers in (True, False)]


@given(ANY, st.sampled_from(READINGS))
def test_what_was_read_is_a_strict_number_and_is_read_as_itself(typed: str, how: PhoneReading) -> None:
    try:
        number = read_phone(typed, how)
    except NotAPhone as error:
        wrong = error
    else:
        assert parse_strict(number) == number
        assert read_phone(number, how) == number
        return
    assert wrong.code in PHONE_REASONS
    assert all(existing_phone(number) == number for number in wrong.readings if wrong.code != "phone_two_numbers")


@given(ANY, st.sampled_from(["39", "49", "44", "1"]))
def test_no_reading_says_another_number_than_a_stricter_one(typed: str, prefix: str) -> None:
    """Recovery and a prefix read more, never otherwise."""
    numbers = []
    for how in (STRICT, PhoneReading(prefix), PhoneReading(prefix, recovers=True)):
        with suppress(NotAPhone):
            numbers.append(read_phone(typed, how))
    assert len(set(numbers)) < 2


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("333 1234567", "333 1234567 → +39 333 123 4567"),
        ("0039 333 1234567", "0039 333 1234567 → +39 333 123 4567"),
        ("+39 (333) 1234567", "+39 333 123 4567"),
    ],
)
def test_a_number_is_shown_with_the_form_it_came_from(raw: str, shown: str) -> None:
    assert shown_reading(raw, read_phone(raw, RECOVER)) == shown
