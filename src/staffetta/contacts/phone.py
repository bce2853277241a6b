"""Strict reading of phone numbers: a plus, a country code, a valid number of that country."""

import re

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

TYPED = re.compile(r"\+[0-9 \u00a0().\-–/]+")
"""What may be typed: `+` and digits; blanks, dashes, brackets, dots and slashes between them are only looks."""
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
    typed = raw.strip()
    if not typed:
        raise NotAPhone("missing_phone")
    if len(typed) > 40 or not TYPED.fullmatch(typed):
        raise NotAPhone("invalid_phone")
    try:
        number = parse("+" + LOOKS.sub("", typed))
    except NumberParseException:
        raise NotAPhone("invalid_phone") from None
    if not is_valid_number(number):
        raise NotAPhone("invalid_phone")
    return format_number(number, PhoneNumberFormat.E164)


def digits(e164: str) -> str:
    """Return the number as messaging providers want it: country code and digits, no plus."""
    return e164.removeprefix("+")
