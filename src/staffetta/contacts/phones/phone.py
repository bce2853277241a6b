"""Reading phone numbers: strictly (a plus, a country code), with the country code of a file, or with recovery.

Nothing is invented: a text that can be two numbers is none (NotAPhone names both).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from phonenumbers import PhoneNumberFormat, format_number, parse

from staffetta.contacts.phones.equivalents import equivalents
from staffetta.contacts.phones.mobile import plainly_mobile
from staffetta.contacts.phones.number_kinds import judge_number
from staffetta.text import identity

LOOKS = r"[0-9 .()\-/]"
"""Digits, and what is only looks between them."""
TYPED = re.compile(rf"\+{LOOKS}+")
NATIONAL = re.compile(rf"(?!00){LOOKS}+")
RECOVERABLE = re.compile(rf"(?:[ (]*\+[ (]*(?:[0-9]{{1,3}}[ )]*(?=\+))?)*{LOOKS}+")
"""Also several plus signs, of which only the country code may stand between: `+39 +39 347…`."""
NO_DIGIT = re.compile(r"[^0-9]")
SUM = re.compile(r"(\+?[0-9 ]+)[.,]0{1,2}")
"""A number that a spreadsheet took for a sum: 3331230001.00."""
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
"""3,93E+11: the last digits are gone."""
TAIL = re.compile(r"/|-(?=[0-9]$)|\((?=[0-9 ]{1,4}\)$)")
"""What may begin a second number, as in 06 1234567/8."""
DIRECT_DIAL = ("+49", "+43")
"""Where a hyphen stands before an extension that belongs to the number (DIN 5008): +49 89 1234-0."""
BETWEEN = re.compile(r"[^0-9+(). -]+|(?=\+)| - ")
"""What stands between two numbers of one cell."""
FEWEST_DIGITS = 6
"""A shorter run of digits beside a number is an extension, an hour or a house number."""
LONG = 11
"""Digits from which on a number without a plus may have lost it; a shorter one is a number without a country."""
LONGEST = 40
TEXT_MARKS = "'\u2018\u2019 "
"""What people and our exports write before a number, so that a spreadsheet takes it for text."""


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """How numbers are read. `prefix` is the country code (digits) of numbers without one, "" for none."""

    prefix: str = ""
    recovers: bool = False  # also 00 for the plus, a lost plus, a prefix twice, and a spreadsheet's sums


STRICT = PhoneReading()


class NotAPhone(ValueError):
    """Not a number we can write to. `code` is one of PHONE_REASONS (wording.py).

    `readings` are the numbers that may be meant (E.164). `number` is set where the number exists, but only machines
    and companies answer there, or it has digits too many: who is here with it already can be found by it.
    """

    def __init__(self, code: str, readings: Iterable[str] = (), number: str = "") -> None:
        super().__init__(code)
        self.code, self.readings, self.number = code, tuple(readings), number


def read_phone(raw: str, how: PhoneReading = STRICT) -> str:
    """Return the number as E.164 with its plus, or raise NotAPhone."""
    if plainly_mobile(plain := raw.replace(" ", "")):  # nearly all of a file
        return plain
    typed = identity(raw).lstrip(TEXT_MARKS)
    if not typed:
        raise NotAPhone("missing_phone")
    if len(typed) > LONGEST:
        raise _no_number(typed[: 4 * LONGEST], how)
    numbers = _numbers(typed, how)
    if TAIL.search(typed):
        _refuse_two(typed, numbers, how)
    if rest := SUM.fullmatch(typed):
        found = _numbers(rest[1], how)
        if found and not numbers and not how.recovers:
            raise NotAPhone("phone_with_text", found)
        numbers |= found
    if len(numbers) == 1:
        return next(iter(numbers))
    if numbers:
        raise NotAPhone("phone_ambiguous", numbers)
    raise _no_number(typed, how)


def parse_strict(raw: str) -> str:
    """Return the number as E.164 with its plus, or raise NotAPhone.

    Refused is what has no `+` or no valid country code, and what nobody can be written to at: nothing is guessed, since
    WhatsApp puts the sender's own country code before a number without a plus (messaging-rules 1.12).
    """
    return read_phone(raw)


def existing_phone(raw: str, how: PhoneReading = STRICT) -> str:
    """Return the number even if nobody new may come in with it: for finding people and keeping them out."""
    try:
        return read_phone(raw, how)
    except NotAPhone as wrong:
        if wrong.number:
            return wrong.number
        raise


def possible_phones(raw: str, how: PhoneReading) -> set[str]:
    """Return every number a text may mean, whatever its kind: a refusal counts for all of them."""
    try:
        return {read_phone(raw, how)}
    except NotAPhone as wrong:
        return {number for number in (*wrong.readings, wrong.number) if number}


def _numbers(typed: str, how: PhoneReading) -> dict[str, None]:
    """Return the numbers of people that a text may be."""
    judged = (judge_number(reading) for reading in _readings(typed, how))
    return {number: None for number, fault in judged if not fault}


def _readings(typed: str, how: PhoneReading) -> Iterator[str]:
    """Yield a plus and digits for each way to read the text."""
    if TYPED.fullmatch(typed):
        written = "+" + NO_DIGIT.sub("", typed)
        yield written
        if not how.recovers or not judge_number(written)[1]:
            return
    found = NO_DIGIT.sub("", typed)
    if how.recovers and RECOVERABLE.fullmatch(typed):
        yield from _recovered(found, how.prefix, abroad="+" in typed or found.startswith("00"))
    elif how.prefix and NATIONAL.fullmatch(typed):
        yield f"+{how.prefix}{found}"


def _recovered(found: str, prefix: str, *, abroad: bool) -> Iterator[str]:
    if abroad:
        found = found.removeprefix("00")
        yield f"+{found}"
        if not judge_number(f"+{found}")[1]:
            return
    elif prefix:
        yield f"+{prefix}{found}"
    if not prefix:
        if not abroad and len(found) >= LONG:
            yield f"+{found}"
        return
    for doubled in (prefix * 2, f"{prefix}00{prefix}"):
        if found.startswith(doubled):
            yield f"+{prefix}{found.removeprefix(doubled)}"
    if not abroad and (found.startswith(prefix) or _valid_both_ways(found, prefix)):
        yield f"+{found}"


def _valid_both_ways(found: str, prefix: str) -> bool:
    """Say whether a number of the country may as well be one of another country that has lost its plus."""
    return len(found) >= LONG and not judge_number(f"+{prefix}{found}")[1]


def _refuse_two(typed: str, whole: Iterable[str], how: PhoneReading) -> None:
    """Raise NotAPhone where what stands before a slash is a number by itself: 06 1234567/8 may be three numbers."""
    for found in TAIL.finditer(typed):
        before, rest = typed[: found.start()], NO_DIGIT.sub("", typed[found.start() :])
        first = _numbers(before.strip(), how)
        if found[0] == "-":
            first = {number: None for number in first if not number.startswith(DIRECT_DIAL)}
        if not first or not rest:
            continue
        other = _numbers(typed[found.end() :].strip(" )"), how) if len(rest) >= FEWEST_DIGITS else {}
        seconds = other or {f"{number[: -len(rest)]}{rest}": None for number in first}
        raise NotAPhone("phone_two_numbers", first | seconds | dict.fromkeys(whole))


def _no_number(typed: str, how: PhoneReading) -> NotAPhone:
    """Return why a text is no number of a person: the first of several reasons that says most."""
    if ROUNDED.fullmatch(typed):
        return NotAPhone("phone_rounded")
    several = _parts(typed, how)
    if len(several) > 1:
        return NotAPhone("phone_two_numbers", several)
    judged = [judge_number(reading) for reading in _readings(typed, how)]
    for number, fault in judged:
        if number:
            return NotAPhone(fault, number=number)
    if several:
        return NotAPhone("phone_with_text", several)
    found = NO_DIGIT.sub("", typed)
    if how.prefix and NATIONAL.fullmatch(typed) and len(found) >= LONG and not judge_number(f"+{found}")[1]:
        return NotAPhone("phone_plus_missing", [f"+{found}"])
    return NotAPhone(judged[0][1] if judged else "invalid_phone")


def _parts(typed: str, how: PhoneReading) -> dict[str, None]:
    """Return the numbers that parts of a text are; the whole is none."""
    for parts in (BETWEEN.split(typed), BETWEEN.sub(" ", typed).split(" ")):
        texts = [part.strip(" .-()") for part in parts if len(NO_DIGIT.sub("", part)) >= FEWEST_DIGITS]
        if found := {number: None for text in texts if text != typed for number in _numbers(text, how)}:
            return found
    return {}


def shown_phone(e164: str) -> str:
    """Return a number grouped as its country writes it: +39 333 123 0001."""
    return str(format_number(parse(e164), PhoneNumberFormat.INTERNATIONAL))


def shown_reading(raw: str, e164: str) -> str:
    """Return a number with the form it came from, where that is another number to look at: 333 1230001 → +39 333 …"""
    plain = "+" in raw and digits(e164) == NO_DIGIT.sub("", raw)
    return shown_phone(e164) if plain else f"{raw} → {shown_phone(e164)}"


def forms(e164: str) -> set[str]:
    """Return a number with its other forms (messaging-rules 1.12); only countries whose code begins with 5 have any."""
    return {f"+{form}" for form in equivalents(e164[1:])} if e164.startswith("+5") else {e164}


def digits(e164: str) -> str:
    """Return the number as messaging providers want it: country code and digits, no plus."""
    return e164.removeprefix("+")
