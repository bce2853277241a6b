"""The quick look at a number never says more than the long way."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffetta.contacts.phones.mobile import plainly_mobile

MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def numbers_like(pattern: str) -> st.SearchStrategy[str]:
    """Draw national numbers that a country's pattern takes; \\d means the ten digits."""
    return st.from_regex(pattern, fullmatch=True, alphabet="0123456789")


def the_long_way(text: str) -> str:
    number = phonenumbers.parse(text, None)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if phonenumbers.number_type(number) in MOBILE else ""


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(CODES), st.from_regex(r"[0-9]{4,12}", fullmatch=True))
def test_what_it_calls_a_mobile_number_is_one_and_stays_as_it_is(code: int, rest: str) -> None:
    text = f"+{code}{rest}"
    if plainly_mobile(text):
        assert the_long_way(text) == text


PATTERNS = {
    code: pattern
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
    for region in regions
    if (told := phonenumbers.PhoneMetadata.metadata_for_region(region, None))
    and (pattern := told.mobile and told.mobile.national_number_pattern)
}


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(sorted(PATTERNS)).flatmap(lambda code: st.tuples(st.just(code), numbers_like(PATTERNS[code]))))
def test_mobile_numbers_of_all_countries_are_mobile_the_long_way(drawn: tuple[int, str]) -> None:
    """Also by kind: a mailbox or a premium number that looks like a mobile one would be taken here."""
    code, rest = drawn
    text = f"+{code}{rest}"
    if plainly_mobile(text):
        assert the_long_way(text) == text


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_examples_of_every_country_come_out_alike(region: str) -> None:
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            continue
        text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for form in (text, text[:-1], f"{text}1", text.replace("+", "+0")):
            assert not plainly_mobile(form) or the_long_way(form) == form


@pytest.mark.parametrize("text", ["+393471234567", "+4915112345678", "+33612345678", "+447700900123"])
def test_usual_numbers_are_seen_at_once(text: str) -> None:
    assert plainly_mobile(text) or text.startswith("+4477009")


@pytest.mark.parametrize("text", ["", "+", "+39", "393471234567", "+39 347 1234567", "+999123456789", "+39347abcdefg"])
def test_what_is_written_otherwise_is_left_to_the_long_way(text: str) -> None:
    assert not plainly_mobile(text)
