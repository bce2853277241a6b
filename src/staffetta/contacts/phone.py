"""Reading phone numbers: strictly (a plus, a country code, a valid number of that country), or with recovery."""

import re
from collections.abc import Iterator

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_valid_number,
    parse,
    region_code_for_country_code,
)

from staffetta.contacts.equivalents import equivalents
from staffetta.contacts.mobile import plainly_mobile
from staffetta.text import identity

TYPED = re.compile(r"\+[0-9 \u00a0().\-–/]+")
"""What may be typed: `+` and digits; blanks, dashes, brackets, dots and slashes between them are only looks."""
RECOVERABLE = re.compile(r"[+0-9 \u00a0().\-–/]+")
SHEET_END = re.compile(r"\.0$")
"""What a spreadsheet leaves behind a number it took for a sum."""
LONG = 11
"""Digits from which on a number without a plus may have lost it; a shorter one is a number without a country."""
LOOKS = re.compile(r"[^0-9]")


class NotAPhone(ValueError):
    """Not a number we can write to. `code` is missing_phone or invalid_phone (wording.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_strict(raw: str) -> str:
    """Return the number as E.164 with its plus, or raise NotAPhone.

    Refused is what has no `+`, no valid country code, or is not a valid number there: nothing is guessed, since
    WhatsApp puts the sender's own country code before a number without a plus (messaging-rules 1.12).
    """
    typed = identity(raw)
    if not typed:
        raise NotAPhone("missing_phone")
    if len(typed) > 40 or not TYPED.fullmatch(typed):
        raise NotAPhone("invalid_phone")
    if number := _valid("+" + LOOKS.sub("", typed)):
        return number
    raise NotAPhone("invalid_phone")


def recover(raw: str, prefix: str) -> str:
    """Return the number as E.164 from what people and spreadsheets make of it, or raise NotAPhone.

    `00` stands for the plus; a number without either is one of the country `prefix` (digits, "" for none), or has
    lost its plus. A prefix that is there is never put there again, and one that is there twice counts once.
    """
    typed = SHEET_END.sub("", identity(raw))
    if not typed:
        raise NotAPhone("missing_phone")
    if len(typed) > 40 or not RECOVERABLE.fullmatch(typed):
        raise NotAPhone("invalid_phone")
    found = LOOKS.sub("", typed)
    if "+" in typed or found.startswith("00"):
        readings = _abroad(found.removeprefix("00"), prefix)
    else:
        readings = _without_plus(found, prefix)
    for reading, region in readings:
        if number := _valid(reading, region):
            return number
    raise NotAPhone("invalid_phone")


def _abroad(found: str, prefix: str) -> Iterator[tuple[str, str | None]]:
    yield f"+{found}", None
    for doubled in (prefix * 2, f"{prefix}00{prefix}") if prefix else ():
        if found.startswith(doubled):
            yield f"+{prefix}{found.removeprefix(doubled)}", None


def _without_plus(found: str, prefix: str) -> Iterator[tuple[str, str | None]]:
    if prefix and found.startswith(prefix):
        yield from _abroad(found, prefix)
    if prefix:
        yield found, region_code_for_country_code(int(prefix))
    if len(found) >= LONG:
        yield f"+{found}", None


def _valid(text: str, region: str | None = None) -> str:
    """Return the number as E.164, "" when there is none like that."""
    if region is None and plainly_mobile(text):
        return text
    try:
        number = parse(text, region)
    except NumberParseException:
        return ""
    written = format_number(number, PhoneNumberFormat.E164)
    return written if is_valid_number(number) or _valid_form(written) else ""


def _valid_form(e164: str) -> bool:
    """The provider's ids leave out signs the telephone network wants: a number counts if another form of it does."""
    return any(is_valid_number(parse(form)) for form in forms(e164) - {e164})


def forms(e164: str) -> set[str]:
    """Return a number with its other forms (messaging-rules 1.12); only countries whose code begins with 5 have any."""
    return {f"+{form}" for form in equivalents(e164[1:])} if e164.startswith("+5") else {e164}


def digits(e164: str) -> str:
    """Return the number as messaging providers want it: country code and digits, no plus."""
    return e164.removeprefix("+")
