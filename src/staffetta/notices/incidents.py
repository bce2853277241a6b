"""N failures in a row of one thing open one incident; one success closes it."""

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from staffetta.notices.models import Incident
from staffetta.work.clock import now
from staffetta.work.wake import wake


def failure(
    kind: str, subject: str, name: str, cause: str, detail: str = "", *, opens_after: int = 1
) -> Incident | None:
    """Count one failure of `subject`, and return its incident once it is open (`opens_after` failures in a row).

    Safe against many processes telling the same trouble at once: there is one row per (kind, subject), one mail per
    opening. `cause` is a code of the kind's own list, `detail` what the other side said, without secrets.
    """
    moment = now()
    told = {"subject_name": name[:200], "cause": cause[:40], "detail": detail[:500], "last_at": moment}
    rows = Incident.objects.filter(kind=kind, subject=subject, closed_at=None)
    if not rows.update(failures=F("failures") + 1, **told):
        try:
            with transaction.atomic():
                Incident.objects.create(
                    kind=kind, subject=subject, failures=1, opens_after=opens_after, opened_at=moment, **told
                )
        except IntegrityError:  # another process opened it between our two statements
            rows.update(failures=F("failures") + 1, **told)
    incident = rows.first()
    if incident is None or incident.failures < incident.opens_after:
        return None
    if incident.mailed_at is None:
        wake()
    return incident


def go_on(kind: str, subject: str, cause: str, detail: str) -> None:
    """Tell an open incident how things stand by now: its words are read on every page for as long as it lasts."""
    rows = Incident.objects.filter(kind=kind, subject=subject, closed_at=None)
    rows.update(cause=cause[:40], detail=detail[:500], last_at=now())


def success(kind: str, subject: str) -> bool:
    """One success ends a row of failures. Return whether an open incident was closed."""
    rows = Incident.objects.filter(kind=kind, subject=subject, closed_at=None)
    was_open = rows.filter(failures__gte=F("opens_after")).update(closed_at=now())
    if not was_open:
        rows.delete()  # failures that never were enough
    return bool(was_open)


def is_open(kind: str, subject: str) -> bool:
    """Say whether there is an incident of this kind about the subject, or failures that may become one."""
    return Incident.objects.filter(kind=kind, subject=subject, closed_at=None).exists()


def open_now() -> list[Incident]:
    """Return what is broken at this moment, oldest first."""
    return list(Incident.objects.filter(IS_OPEN).order_by("opened_at", "pk"))


IS_OPEN = Q(closed_at__isnull=True, failures__gte=F("opens_after"))
