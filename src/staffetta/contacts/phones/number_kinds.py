"""Which numbers people are written to at: by the kind and length that libphonenumber knows of them.

Accepted are mobile and fixed lines, VoIP and personal numbers: WhatsApp takes a number that has a country and an area
code and receives calls or SMS (Meta, «Business phone numbers», eligibility requirements), and a personal number leads
to one person's phone. At the other kinds a machine or a company answers.
"""

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    number_type,
    parse,
)

from staffetta.contacts.phones.equivalents import equivalents
from staffetta.contacts.phones.mobile import plainly_mobile

REFUSED_KINDS = {
    PhoneNumberType.TOLL_FREE: "phone_toll_free",
    PhoneNumberType.PREMIUM_RATE: "phone_premium",
    PhoneNumberType.SHARED_COST: "phone_shared_cost",
    PhoneNumberType.PAGER: "phone_pager",
    PhoneNumberType.UAN: "phone_company",
    PhoneNumberType.VOICEMAIL: "phone_voicemail",
}
PARSE_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: "phone_unknown_country",
    NumberParseException.TOO_SHORT_AFTER_IDD: "phone_too_short",
    NumberParseException.TOO_SHORT_NSN: "phone_too_short",
    NumberParseException.TOO_LONG: "phone_too_long",
}
LENGTH_FAULTS = {ValidationResult.TOO_SHORT: "phone_too_short", ValidationResult.TOO_LONG: "phone_too_long"}
ITALY = 39


def is_country_code(text: str) -> bool:
    """Say whether numbers of some country begin with these digits."""
    return text.isascii() and text.isdecimal() and str(int(text)) == text and int(text) in COUNTRY_CODE_TO_REGION_CODE


def judge_number(text: str) -> tuple[str, str]:
    """Return a number (a plus and digits) as E.164, "" if none exists like that, and what is wrong, "" for nothing."""
    if plainly_mobile(text):
        return text, ""
    try:
        number = parse(text, None)
    except NumberParseException as error:
        return "", PARSE_FAULTS.get(error.error_type, "invalid_phone")
    written = format_number(number, PhoneNumberFormat.E164)
    kind = _kind(number, written)
    if kind == PhoneNumberType.UNKNOWN:
        return "", LENGTH_FAULTS.get(is_possible_number_with_reason(number), "invalid_phone")
    if kind == PhoneNumberType.VOICEMAIL and number.country_code == ITALY:
        # Italian mailboxes are a mobile number with a digit or two in it: typed, it is a mobile number with a slip.
        return written, "phone_too_long"
    return written, REFUSED_KINDS.get(kind, "")


def _kind(number: PhoneNumber, e164: str) -> int:
    """Return the kind; the provider's ids leave out signs the telephone network wants, so another form may count."""
    kind: int = number_type(number)
    if kind == PhoneNumberType.UNKNOWN and e164.startswith("+5"):
        others = (number_type(parse(f"+{form}")) for form in equivalents(e164[1:]))
        kind = next((other for other in others if other != PhoneNumberType.UNKNOWN), kind)
    return kind
