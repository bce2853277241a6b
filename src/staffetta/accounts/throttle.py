"""Slow down whoever guesses passwords: after five failures of one name or one address, a wait that doubles."""

import hashlib
from datetime import timedelta

from django.db.models import F, Q

from staffetta.accounts.models import LoginFailure
from staffetta.work.clock import now

FREE_FAILURES = 5
FIRST_WAIT = 30  # seconds
LONGEST_WAIT = 900
FORGOTTEN_AFTER = timedelta(hours=1)


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value.strip().casefold()}".encode()).hexdigest()


def _subjects(name: str, address: str) -> list[str]:
    return [_digest("name", name), _digest("address", address)]


def _wait(failure: LoginFailure) -> float:
    """Return the seconds that are left of the wait for this row; not above 0 when there is none."""
    if failure.count < FREE_FAILURES:
        return 0
    whole = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (failure.count - FREE_FAILURES))
    return whole - (now() - failure.last_at).total_seconds()


def wait_for(name: str, address: str) -> int:
    """Return how many seconds this name, or this address, has to wait before it may try again; 0 for not at all."""
    failures = LoginFailure.objects.filter(subject__in=_subjects(name, address))
    return max((int(left) + 1 for failure in failures if (left := _wait(failure)) > 0), default=0)


def begin(name: str, address: str) -> int:
    """Count an attempt before the password is looked at, so that parallel guesses do not slip through.

    Return the seconds to wait; with more than 0 the attempt is not counted and must not go on.
    """
    LoginFailure.objects.filter(last_at__lt=now() - FORGOTTEN_AFTER).delete()
    if seconds := wait_for(name, address):
        return seconds
    for subject in _subjects(name, address):
        if not _raise(subject):
            LoginFailure.objects.bulk_create([LoginFailure(subject=subject)], ignore_conflicts=True)
            _raise(subject)
    return 0


def _raise(subject: str) -> int:
    return LoginFailure.objects.filter(subject=subject).update(count=F("count") + 1, last_at=now())


def succeeded(name: str, address: str) -> None:
    """The password was right: forget the name's failures, and take the attempt back from the address.

    The address keeps its other failures: one good account there must not open the door to guess at others.
    """
    by_name, by_address = _subjects(name, address)
    LoginFailure.objects.filter(Q(subject=by_name) | Q(subject=by_address, count__lte=1)).delete()
    LoginFailure.objects.filter(subject=by_address).update(count=F("count") - 1)
