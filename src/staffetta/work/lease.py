"""The right to do a named thing, for a while, by one worker only.

Every holder gets a *fence*, a number that rises with each holder. Whoever claims rows under a lease puts
`Exists(standing(name, fence))` into the claiming statement: a holder that slept past its time cannot claim any more.
Times are the machine's own (`real_now`): machines that share a PostgreSQL must keep their clocks within a second. A
lease that was taken or renewed in the future is over: the clock was wrong then, or has been set back since.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F, Q, QuerySet

from staffetta.work.clock import real_now
from staffetta.work.clock_step import AHEAD
from staffetta.work.models import Lease


def acquire(name: str, holder: str, seconds: float) -> int | None:
    """Take the lease if it is free and return its fence; None while anybody (the same holder too) has it."""
    present = real_now()
    row = Lease.objects.filter(name=name).first()
    if row is None:
        # Two workers may come here at once; one row stays and the update below decides.
        Lease.objects.bulk_create([Lease(name=name, expires_at=present)], ignore_conflicts=True)
        row = Lease.objects.get(name=name)
    if row.expires_at > present and not (row.taken_at and row.taken_at > present + AHEAD):
        return None
    free = Q(expires_at__lte=present) | Q(taken_at__gt=present + AHEAD)
    taken = Lease.objects.filter(free, name=name, fence=row.fence).update(
        holder=holder, fence=F("fence") + 1, expires_at=present + timedelta(seconds=seconds), taken_at=present
    )
    return row.fence + 1 if taken else None


def renew(name: str, fence: int, seconds: float) -> bool:
    """Hold on for `seconds` from now; False when the lease ran out (somebody else may have it): stop at once."""
    present = real_now()
    return bool(standing(name, fence).update(expires_at=present + timedelta(seconds=seconds), taken_at=present))


def release(name: str, fence: int) -> None:
    """Give the lease back, if it is still this holder's."""
    Lease.objects.filter(name=name, fence=fence).update(holder="", expires_at=real_now())


def holds(name: str, fence: int) -> bool:
    """Say whether the holder with this fence still has the lease."""
    return standing(name, fence).exists()


def held(names: Iterable[str]) -> set[str]:
    """Return those of the leases that somebody holds now."""
    return set(Lease.objects.filter(in_force(), name__in=names).values_list("name", flat=True))


def standing(name: str, fence: int) -> QuerySet[Lease]:
    """Return the lease's row while this fence holds it, else nothing: for `Exists(…)` in a claim."""
    return Lease.objects.filter(in_force(), name=name, fence=fence)


def in_force() -> Q:
    """Return the condition for leases that somebody holds at this moment."""
    present = real_now()
    return Q(expires_at__gt=present) & (Q(taken_at=None) | Q(taken_at__lte=present + AHEAD))
