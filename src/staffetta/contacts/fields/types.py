"""What a contact field may hold: texts read into values, values shown as texts. Pure.

Values are JSON's own: text, url, phone, choice and number are strings (a number as a plain decimal), integer an int,
boolean a bool, date and datetime ISO 8601 strings (the latter with its offset), choices a list of strings.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

from staffetta.contacts.fields import notation as written
from staffetta.contacts.fields.notation import PROGRAMS, Ambiguous, Notation
from staffetta.contacts.phones.phone import NotAPhone, parse_strict
from staffetta.text import folded, value

type Value = str | int | bool | list[str]

TYPES = ("text", "number", "integer", "boolean", "date", "datetime", "choice", "choices", "url", "phone")
LONGEST = 1000
YES = frozenset({"sì", "si", "s", "yes", "y", "1", "true", "vero", "x"})
NO = frozenset({"no", "n", "0", "false", "falso"})
YEARS = range(1850, 2201)
"""Years that a date or moment of a person may lie in."""
TELEGRAM_ID = re.compile(r"[1-9][0-9]{0,18}")
SEVERAL = re.compile(r"[,;|]")


class TypeFault(ValueError):
    """What was given is no value of the type; `code` is one of not_a_number, not_whole, not_yes_or_no, not_a_date,
    not_a_moment, absurd_year, not_a_choice, not_an_address, not_a_phone, too_long, unknown_type, one of NotAPhone, or
    one of ambiguous_number, ambiguous_date: it can be read in two ways, and the notation does not say which.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(
    type: str,  # noqa: A002  (the word of the field)
    raw: str,
    choices: Sequence[str] = (),
    notation: Notation = PROGRAMS,
) -> Value:
    """Return the value a text stands for; raises TypeFault. An empty text is no value: do not ask for it."""
    text = value(raw)
    if len(text) > LONGEST:
        raise TypeFault("too_long")
    reader = READERS.get(type)
    if reader is None:
        raise TypeFault("unknown_type")
    return reader(text, choices, notation)


def show(type: str, value: object) -> str:  # noqa: A002, ARG001  (the word of the field; types may come to differ)
    """Return a value as `parse` would read it again; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


def _decimal(text: str, notation: Notation) -> Decimal:
    try:
        return written.number(text, notation)
    except Ambiguous:
        raise TypeFault("ambiguous_number") from None
    except ValueError:
        raise TypeFault("not_a_number") from None


def _number(text: str, _choices: Sequence[str], notation: Notation) -> str:
    return format(_decimal(text, notation).normalize() + 0, "f")


def _integer(text: str, _choices: Sequence[str], notation: Notation) -> int:
    number = _decimal(text, notation)
    if number != number.to_integral_value():
        raise TypeFault("not_whole")
    return int(number)


def _boolean(text: str, _choices: Sequence[str], _notation: Notation) -> bool:
    word = text.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise TypeFault("not_yes_or_no")


def _date(text: str, _choices: Sequence[str], notation: Notation) -> str:
    try:
        day = written.day(text, notation)
    except Ambiguous:
        raise TypeFault("ambiguous_date") from None
    except ValueError:
        raise TypeFault("not_a_date") from None
    _check_year(day.year)
    return day.isoformat()


def _check_year(year: int) -> None:
    """Raise TypeFault for a slip of the keys: nobody who is written to has to do with the year 80 or 20240."""
    if year not in YEARS:
        raise TypeFault("absurd_year")


def _datetime(text: str, _choices: Sequence[str], notation: Notation) -> str:
    try:
        moment = written.moment(text, notation)
    except Ambiguous:
        raise TypeFault("ambiguous_date") from None
    except ValueError:
        raise TypeFault("not_a_moment") from None
    _check_year(moment.year)
    return moment.isoformat()


def _choice(text: str, choices: Sequence[str], _notation: Notation) -> str:
    known = _by_fold(tuple(choices))
    if (wanted := folded(text)) not in known:
        raise TypeFault("not_a_choice")
    return known[wanted]


@lru_cache(maxsize=256)
def _by_fold(choices: tuple[str, ...]) -> dict[str, str]:
    return {folded(choice): choice for choice in choices}


def _choices(text: str, choices: Sequence[str], notation: Notation) -> list[str]:
    words = [word.strip() for word in SEVERAL.split(text)]
    return list(dict.fromkeys(_choice(word, choices, notation) for word in words if word))


def _url(text: str, _choices: Sequence[str], _notation: Notation) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise TypeFault("not_an_address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in text:
        raise TypeFault("not_an_address")
    return text


def _phone(text: str, _choices: Sequence[str], _notation: Notation) -> str:
    try:
        return parse_strict(text)
    except NotAPhone as wrong:
        if wrong.number and wrong.code != "phone_too_long":
            return wrong.number  # a value may be any number that exists: nobody is written to there
        raise TypeFault("not_a_phone" if wrong.code == "invalid_phone" else wrong.code) from None


READERS: Mapping[str, Callable[[str, Sequence[str], Notation], Value]] = {
    "text": lambda text, _choices, _notation: text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "choices": _choices,
    "url": _url,
    "phone": _phone,
}
