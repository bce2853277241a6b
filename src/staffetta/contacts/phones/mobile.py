"""The quick look at a number: most are plainly mobile numbers of their country, and that is cheap to see.

`phonenumbers` asks some forty patterns about each number (28 µs, a quarter of an import's time); a number that matches
the country's general pattern and the one of its mobile phones is valid whatever the others say. Whoever does not is
read the long way (phone.py): here nothing is ever refused.
"""

import re
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

LONGEST_CODE = 3
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class _Country:
    """How the mobile numbers of a country are written; `begins` is what would be taken for a trunk prefix."""

    general: re.Pattern[str]
    mobile: re.Pattern[str]
    lengths: frozenset[int]
    begins: re.Pattern[str] | None


def plainly_mobile(e164: str) -> bool:
    """Say whether this is, exactly as it is written, a valid mobile number; False means: look again, the long way."""
    if not E164.fullmatch(e164):
        return False
    for length in range(1, LONGEST_CODE + 1):
        code = e164[1 : 1 + length]
        if int(code) in COUNTRY_CODE_TO_REGION_CODE:
            return _matches(e164[1 + length :], _country(int(code)))
    return False


def _matches(national: str, country: _Country | None) -> bool:
    return (
        country is not None
        and len(national) in country.lengths
        and (country.begins is None or not country.begins.match(national))
        and country.mobile.fullmatch(national) is not None
        and country.general.fullmatch(national) is not None
    )


@cache
def _country(code: int) -> _Country | None:
    """Return the patterns of the code's main country; None where they do not settle it alone."""
    told = PhoneMetadata.metadata_for_region(COUNTRY_CODE_TO_REGION_CODE[code][0], None)
    if told is None or told.leading_digits or told.mobile is None or told.general_desc is None:
        return None
    mobile, general = told.mobile.national_number_pattern, told.general_desc.national_number_pattern
    if not mobile or not general:
        return None
    begins = told.national_prefix_for_parsing
    return _Country(
        re.compile(general),
        re.compile(mobile),
        frozenset(told.mobile.possible_length or told.general_desc.possible_length),
        re.compile(begins) if begins else None,
    )
