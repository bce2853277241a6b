"""The right to do a named thing, for a while, by one worker only.

Every holder gets a *fence*, a number that rises with each holder. Whoever claims rows under a lease puts
`Exists(standing(name, fence))` into the claiming statement: a holder that slept past its time cannot claim any more.
Times are the machine's own (`real_now`): machines that share a PostgreSQL must keep their clocks within a second.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F, QuerySet

from staffetta.work.clock import real_now
from staffetta.work.models import Lease


def acquire(name: str, holder: str, seconds: float) -> int | None:
    """Take the lease if it is free and return its fence; None while anybody (the same holder too) has it."""
    present = real_now()
    row = Lease.objects.filter(name=name).first()
    if row is None:
        # Two workers may come here at once; one row stays and the update below decides.
        Lease.objects.bulk_create([Lease(name=name, expires_at=present)], ignore_conflicts=True)
        row = Lease.objects.get(name=name)
    if row.expires_at > present:
        return None
    taken = Lease.objects.filter(name=name, fence=row.fence, expires_at__lte=present).update(
        holder=holder, fence=F("fence") + 1, expires_at=present + timedelta(seconds=seconds)
    )
    return row.fence + 1 if taken else None


def renew(name: str, fence: int, seconds: float) -> bool:
    """Hold on for `seconds` from now; False when the lease ran out (somebody else may have it): stop at once."""
    return bool(standing(name, fence).update(expires_at=real_now() + timedelta(seconds=seconds)))


def release(name: str, fence: int) -> None:
    """Give the lease back, if it is still this holder's."""
    Lease.objects.filter(name=name, fence=fence).update(holder="", expires_at=real_now())


def holds(name: str, fence: int) -> bool:
    """Say whether the holder with this fence still has the lease."""
    return standing(name, fence).exists()


def held(names: Iterable[str]) -> set[str]:
    """Return those of the leases that somebody holds now."""
    return set(Lease.objects.filter(name__in=names, expires_at__gt=real_now()).values_list("name", flat=True))


def standing(name: str, fence: int) -> QuerySet[Lease]:
    """Return the lease's row while this fence holds it, else nothing: for `Exists(…)` in a claim."""
    return Lease.objects.filter(name=name, fence=fence, expires_at__gt=real_now())
