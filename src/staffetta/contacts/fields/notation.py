"""How numbers, dates and times are written, and what a text written so stands for. Pure.

A number that can be read in one way only is read so: 1.000,00 and 12.5 are clear, 2.000 depends on the decimal sign. A
date must fit the order of day and month. What depends on something that is not known («?») is refused.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

UNKNOWN = "?"
TYPED_NUMBER = "\u2060"
"""Stands behind a number that a workbook holds as a number, if as text it could be read in two ways."""
AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""One sign with three digits behind it: thousands or decimals."""
GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(?:[. '’]\d{3})+(?:,\d+)?"),
    ".": re.compile(r"[+-]?\d{1,3}(?:[, '’]\d{3})+(?:\.\d+)?"),
}
"""Numbers with their thousands apart, by the decimal sign."""
LEADING_ZERO = re.compile(r"[+-]?0\d*[.,]\d+")
GROUP_SIGNS = {",": str.maketrans(",", ".", ". '’"), ".": str.maketrans("", "", ", '’")}
LARGEST_EXPONENT = 60

DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
NAMED_DATE = re.compile(r"(\d{1,2})(?:º|°)?[ ./-]+([^\W\d_]{3,})\.?[ ./-]+(\d{4})")
ISO_DATE = re.compile(r"(\d{4}-?\d{2}-?\d{2})[T ](.+)")
TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?: ?([ap])\.?m\.?)?", re.IGNORECASE)
MONTH_NAMES = (
    ("gennaio", "january"),
    ("febbraio", "february"),
    ("marzo", "march"),
    ("aprile", "april"),
    ("maggio", "may"),
    ("giugno", "june"),
    ("luglio", "july"),
    ("agosto", "august"),
    ("settembre", "september"),
    ("ottobre", "october"),
    ("novembre", "november"),
    ("dicembre", "december"),
)
MONTHS = {
    word: month for month, names in enumerate(MONTH_NAMES, 1) for name in names for word in (name, name[:3], name[:4])
}
"""Months by their names and the first three or four letters of them, Italian and English."""


class Ambiguous(ValueError):
    """A text that can be read in two ways where nothing says which."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How values are written.

    `decimal` is a comma, a point, "?" (not known) or "" (as programs write: the only sign is the decimal one);
    `dates` is day-first, month-first or "?"; `zone` is that of times without an offset.
    """

    decimal: str = ""
    dates: str = "day-first"
    zone: tzinfo = UTC


PROGRAMS = Notation()
"""As programs write: 1234.5, 2026-12-31T18:30:00+01:00."""


def number(text: str, notation: Notation = PROGRAMS) -> Decimal:
    """Return the number a text stands for; raises Ambiguous, or ValueError for what is none."""
    try:
        found = Decimal(_plain(text, notation.decimal))
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite() or abs(found.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(text)
    return found


def _plain(text: str, decimal: str) -> str:
    """Return a number as Python writes it."""
    if text.isdecimal():
        return text
    if AMBIGUOUS.fullmatch(text):
        if decimal == UNKNOWN:
            raise Ambiguous(text)
        return text.replace(text[-4], "" if decimal and text[-4] != decimal else ".")
    if not LEADING_ZERO.fullmatch(text):
        for sign, grouped in GROUPED.items():
            if grouped.fullmatch(text):
                return text.translate(GROUP_SIGNS[sign])
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def decimal_sign(text: str) -> str:
    """Return which sign a number's text says is the decimal one, "?" if it may be either, "" if it says nothing."""
    if text.isdecimal():
        return ""
    if AMBIGUOUS.fullmatch(text):
        return UNKNOWN
    try:
        number(text)
    except ValueError:
        return ""
    signs = [sign for sign in text if sign in ",."]
    if not signs:
        return ""
    if signs.count(signs[-1]) > 1:  # the same sign twice stands between thousands
        return "." if signs[-1] == "," else ","
    return signs[-1]


def day_order(text: str) -> str:
    """Return which order a date's text says: day-first, month-first, "?" for either, "" if it says nothing."""
    found = DATE.match(text)
    if not found:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > 12 or second > 12:
        order = "day-first" if second <= 12 else "month-first"
        return order if min(first, second) <= 12 and max(first, second) <= 31 else ""
    return UNKNOWN if first and second and first != second else ""


def day(text: str, notation: Notation = PROGRAMS) -> date:
    """Return the day of a date, or of a moment; raises Ambiguous, or ValueError for what is neither."""
    found, rest = _day_and_rest(text, notation)
    if rest:
        _time(rest)
    return found


def moment(text: str, notation: Notation = PROGRAMS) -> datetime:
    """Return the moment a text stands for, with its offset; a day alone begins at midnight.

    Raises Ambiguous, or ValueError for what is no moment.
    """
    of_day, rest = _day_and_rest(text, notation)
    found = datetime.combine(of_day, _time(rest) if rest else time())
    return found if found.tzinfo else found.replace(tzinfo=notation.zone)


def _day_and_rest(text: str, notation: Notation) -> tuple[date, str]:
    """Return the day a text begins with, and the text of its time."""
    if found := DATE.match(text):
        of_day = _ordered(found, notation.dates)
    elif found := NAMED_DATE.match(text):
        if not (month := MONTHS.get(found[2].lower(), 0)):
            raise ValueError(text)
        of_day = date(int(found[3]), month, int(found[1]))
    else:
        iso = ISO_DATE.match(text)
        return date.fromisoformat(iso[1] if iso else text), iso[2] if iso else ""
    rest = text[found.end() :]
    if rest and not rest.startswith((" ", "T", ",")):
        raise ValueError(text)
    return of_day, rest.lstrip(" ,T")


def _ordered(found: "re.Match[str]", order: str) -> date:
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if order == UNKNOWN:
        order = day_order(found[0]) or "day-first"
        if order == UNKNOWN:
            raise Ambiguous(found[0])
    return date(year, first, second) if order == "month-first" else date(year, second, first)


def _time(text: str) -> time:
    """Return the time of 23:30, 23.30, 23:30:15 or 11:30 PM, or of what ISO 8601 writes behind its T.

    ISO 8601 would read 23.30 as three tenths of a second behind 23:00.
    """
    text = text.strip()
    if not (found := TIME.fullmatch(text)):
        if ":" not in text and not text[:4].isdecimal():
            raise ValueError(text)
        return time.fromisoformat(text)
    hour = int(found[1])
    if found[4]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    return time(hour, int(found[2]), int(found[3] or 0))
