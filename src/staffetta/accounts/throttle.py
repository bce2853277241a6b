"""Slow down whoever guesses passwords: a wait that doubles after some failures, without locking out the owner.

A device that this name has logged in from before is counted apart, so nobody else's failures reach it. All others are
counted by name and address together, and with higher limits by address (one caller, many names) and by name (one name,
many callers).
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import NamedTuple

from django.db.models import F

from staffetta.accounts.models import LoginFailure
from staffetta.text import folded
from staffetta.work.clock import now

FREE_FAILURES = 5
FREE_OF_ADDRESS = 20
FREE_OF_NAME = 50
FIRST_WAIT = 30  # seconds
LONGEST_WAIT = 900
FORGOTTEN_AFTER = timedelta(hours=1)


class Attempt(NamedTuple):
    """Who tries to log in; `device` is the id of a device this name has logged in from before."""

    name: str
    address: str
    device: str = ""


class Counted(NamedTuple):
    """What failures are counted by, how many are free, and whether a success forgets them all."""

    subject: str
    free: int
    forgotten: bool = True


def _counted(attempt: Attempt) -> list[Counted]:
    name, network = folded(attempt.name), _network(attempt.address)
    if attempt.device:
        return [Counted(_digest("device", name, attempt.device), FREE_FAILURES)]
    return [
        Counted(_digest("name and address", name, network), FREE_FAILURES),
        Counted(_digest("address", network), FREE_OF_ADDRESS, forgotten=False),
        Counted(_digest("name", name), FREE_OF_NAME, forgotten=False),
    ]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _network(address: str) -> str:
    """Return what one subscriber has: the address, of IPv6 the first half."""
    return str(ip_network(f"{address}/64", strict=False)) if ":" in address and "%" not in address else address


def _waits(attempt: Attempt) -> Iterator[tuple[LoginFailure, float]]:
    """Yield what makes the attempt wait, with the seconds that are left."""
    free = {counted.subject: counted.free for counted in _counted(attempt)}
    for failure in LoginFailure.objects.filter(subject__in=free):
        over = failure.count - free[failure.subject]
        if over >= 0:
            whole = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(over, 10))
            if (left := whole - (now() - failure.last_at).total_seconds()) > 0:
                yield failure, left


def wait_for(attempt: Attempt) -> int:
    """Return how many seconds this attempt has to wait; 0 for not at all."""
    return max((int(left) + 1 for _failure, left in _waits(attempt)), default=0)


def begin(attempt: Attempt) -> int:
    """Count an attempt before the password is looked at, so that parallel guesses do not slip through.

    Return the seconds to wait; with more than 0 the attempt is not counted and must not go on.
    """
    LoginFailure.objects.filter(last_at__lt=now() - FORGOTTEN_AFTER).delete()
    if seconds := wait_for(attempt):
        return seconds
    for counted in _counted(attempt):
        if not _raise(counted.subject):
            LoginFailure.objects.bulk_create([LoginFailure(subject=counted.subject)], ignore_conflicts=True)
            _raise(counted.subject)
    return 0


def _raise(subject: str) -> int:
    rows = LoginFailure.objects.filter(subject=subject)
    return rows.update(count=F("count") + 1, last_at=now(), refusal_noted=False)


def first_refusal(attempt: Attempt) -> bool:
    """Say, once in each wait, that somebody was refused: the audit log is not filled by who tries on and on."""
    waiting = [failure.pk for failure, _left in _waits(attempt)]
    return LoginFailure.objects.filter(pk__in=waiting, refusal_noted=False).update(refusal_noted=True) > 0


def succeeded(attempt: Attempt) -> None:
    """The password was right: forget what failed here, and take the attempt back from the address and the name.

    These keep their other failures: one good login must not open the door to guess at others, or from elsewhere.
    """
    for counted in _counted(attempt):
        rows = LoginFailure.objects.filter(subject=counted.subject)
        if counted.forgotten:
            rows.delete()
        else:
            rows.filter(count__lte=1).delete()
            rows.update(count=F("count") - 1)
