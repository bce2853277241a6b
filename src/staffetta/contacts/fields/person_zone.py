"""The time zone of a person: what their contact says, else where their number is from, else the installation's.

Of the several zones of a country (a mobile number tells no more) the installation's own counts if it is one of them,
else the middle one from west to east, so that nobody is far from it; of those with the same time the first by name.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""Zones are put in order by their time on this day."""


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())


def zone_of(told: str, phone: str) -> str:
    """Return the name of the zone; `told` is the contact's own field, `phone` their number as E.164 (or "")."""
    if told and told in zones():
        return told
    listed = _of_number(phone.removeprefix("+"))
    return _one_of(listed, settings.TIME_ZONE) if listed else settings.TIME_ZONE


def _of_number(digits: str) -> tuple[str, ...]:
    """Return the zones of a number: those of the longest known beginning, as `phonenumbers.timezone` reads its table.

    That module wants the number parsed, 50 µs a person; the beginning alone takes one.
    """
    for length in range(min(TIMEZONE_LONGEST_PREFIX, len(digits)), 0, -1):
        if found := TIMEZONE_DATA.get(digits[:length]):
            return found
    return ()


@cache
def _one_of(listed: tuple[str, ...], own: str) -> str:
    if own in listed:
        return own
    ordered = sorted(_known(listed), key=lambda name: (_ahead(name), name))
    if not ordered:
        return own
    middle = _ahead(ordered[len(ordered) // 2])
    return next(name for name in ordered if _ahead(name) == middle)


def _known(listed: Iterable[str]) -> list[str]:
    return [name for name in listed if name in zones()]


def _ahead(name: str) -> timedelta:
    return WINTER.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)
