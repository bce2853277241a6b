"""One item that cannot be handled is set aside with its reason, and the lane handles the next one.

A lane makes `Items(lane)` once a turn and does each item's step by `handle`. What a step raises is written down, and
the item is tried again later and later, up to a quarter of an hour apart. A success forgets it. What is no fault of the
item goes on up and stops the lane: a database that is away, an error in committing, a cancellation (`own_fault`).

What is written together and fails together is written by halves (`by_halves`), until the bad item stands alone.
"""

import concurrent.futures
import hashlib
import inspect
import logging
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, NotSupportedError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, QuerySet

from staffetta.text import NotStorable, storable
from staffetta.work.clock import now
from staffetta.work.clock_step import AHEAD
from staffetta.work.models import SetAside
from staffetta.work.retry import wait_before

FIRST_WAIT, LONGEST_WAIT = 5.0, 900.0
"""Seconds before the second try, and at most between two."""
FORGOTTEN_AFTER = timedelta(seconds=4 * LONGEST_WAIT)
"""An item that nobody tried again for so long does not exist any more."""
OF_THE_ITEM = (DataError, IntegrityError, NotSupportedError)
SOURCE = Path(__file__).resolve().parents[1]
COMMIT = inspect.unwrap(BaseDatabaseWrapper.commit).__code__
logger = logging.getLogger(__name__)

Hook = Callable[[str], None]
_hooks: list[Hook] = []


def when_changed(hook: Hook) -> None:
    """Let `hook` know the lane whose items set aside became more, or fewer."""
    if hook not in _hooks:
        _hooks.append(hook)


class Items:
    """What one lane handles in one turn; knows which of its items were set aside before."""

    def __init__(self, lane: str) -> None:
        self.lane = lane
        self._anew: set[str] = set()

    @cached_property
    def _before(self) -> dict[str, SetAside]:
        """Asked for by the first item: a lane without work looks once a second."""
        return {row.subject: row for row in SetAside.objects.filter(lane=self.lane)}

    def rests(self, subject: str) -> bool:
        """Say whether the item was set aside and is not to be tried yet."""
        row = self._before.get(bounded(subject))
        if row is None or row.not_before is None:
            return False
        # What was set aside in the future was so by a clock that was wrong.
        return now() < row.not_before and row.last_at <= now() + AHEAD

    def tried_again_at(self, subject: str) -> datetime | None:
        """Return when an item that was set aside is tried again."""
        row = self._before.get(bounded(subject))
        return row.not_before if row else None

    def handle[T](
        self, subject: str, step: Callable[[], T], *, name: str = "", person: tuple[str, str] = ("", "")
    ) -> T | None:
        """Do the item's step; None when it rests, or had to be set aside. `person`: platform and address."""
        if self.rests(subject):
            return None
        try:
            result = call(self.lane, subject, step)
        except Exception as error:  # own_fault decides which of them go on up
            if not own_fault(error):
                raise
            self.set_aside(subject, error, name=name, person=person)
            return None
        if bounded(subject) in self._before:
            forget(self.lane, [subject])
        return result

    def succeeded(self, subjects: Iterable[str]) -> None:
        """Forget those of the items that were in trouble before this turn and are not set aside anew."""
        again = {subject for subject in map(bounded, subjects) if subject in self._before} - self._anew
        if again:
            forget(self.lane, again)

    def set_aside(self, subject: str, error: Exception, *, name: str = "", person: tuple[str, str] = ("", "")) -> None:
        logger.error("lane %s: %s is set aside", self.lane, bounded(subject), exc_info=error)
        self._anew.add(bounded(subject))
        self._before[bounded(subject)] = keep(self.lane, subject, error, name=name, person=person)


def call[T](_lane: str, _subject: str, step: Callable[[], T]) -> T:
    """Do the step of one item: the one place through which every item of every lane passes."""
    return step()


def keep(
    lane: str,
    subject: str,
    error: Exception,
    *,
    name: str = "",
    person: tuple[str, str] = ("", ""),
    by_itself: bool = True,
) -> SetAside:
    """Write down that an item could not be handled. Not `by_itself`: it waits for whatever brings it in again."""
    platform, address = person
    known = SetAside.objects.filter(lane=lane, subject=bounded(subject)).values_list("attempts", flat=True).first()
    attempts = (known or 0) + 1
    wait = timedelta(seconds=wait_before(attempts, random.random(), FIRST_WAIT, LONGEST_WAIT))  # noqa: S311
    row, _made = SetAside.objects.update_or_create(
        lane=lane,
        subject=bounded(subject),
        defaults={
            "name": storable(name, 200),
            "platform": platform,
            "address": storable(address, 60),
            "reason": reason_of(error),
            "detail": place_of(error)[:500],
            "attempts": attempts,
            "last_at": now(),
            "not_before": now() + wait if by_itself else None,
        },
    )
    _changed(lane)
    return row


def forget(lane: str, subjects: Collection[str]) -> None:
    """These items were handled, or are gone."""
    if SetAside.objects.filter(lane=lane, subject__in=[bounded(each) for each in subjects]).delete()[0]:
        _changed(lane)


def forget_others(lane: str, prefix: str, subjects: Collection[str]) -> None:
    """Of the items that begin with `prefix` only `subjects` are in trouble still."""
    known = SetAside.objects.filter(lane=lane, subject__startswith=prefix)
    if known.exclude(subject__in=[bounded(each) for each in subjects]).delete()[0]:
        _changed(lane)


def forget_people(addresses: Collection[str]) -> None:
    """Keep nothing that names these people: they are being erased."""
    rows = SetAside.objects.filter(address__in=addresses)
    for lane in set(rows.values_list("lane", flat=True)):
        rows.filter(lane=lane).delete()
        _changed(lane)


def try_again(rows: QuerySet[SetAside]) -> int:
    """Let items be tried at the next turn: a person mended what was in the way."""
    return rows.filter(not_before__isnull=False).update(not_before=now())


def forget_vanished() -> int:
    """Forget what nobody has tried again for long: its item was deleted meanwhile."""
    old = SetAside.objects.filter(not_before__isnull=False, last_at__lt=now() - FORGOTTEN_AFTER)
    lanes = set(old.values_list("lane", flat=True))
    gone = old.delete()[0]
    for lane in lanes:
        _changed(lane)
    return gone


def counted() -> dict[str, int]:
    """Return how many items of each lane are set aside."""
    rows = SetAside.objects.order_by("lane").values("lane").annotate(number=Count("pk"))
    return {row["lane"]: row["number"] for row in rows}


def latest(lane: str) -> SetAside | None:
    """Return what was set aside last."""
    return SetAside.objects.filter(lane=lane).order_by("-last_at").first()


def people(platform: str) -> set[str]:
    """Return the addresses of people who have an item set aside: they are not written to meanwhile."""
    rows = SetAside.objects.filter(platform=platform).exclude(address="")
    return set(rows.values_list("address", flat=True))  # nearly always nobody


def own_fault(error: BaseException) -> bool:
    """Say whether an error is the item's own, so that the next item may well be handled."""
    if isinstance(error, concurrent.futures.CancelledError) or not isinstance(error, Exception):
        return False
    if isinstance(error, InterfaceError) or _in_commit(error.__traceback__):
        return False
    if isinstance(error, DatabaseError):
        return isinstance(error, OF_THE_ITEM) or _too_large(error)
    return True


def by_halves[T](
    items: Sequence[T], store: Callable[[Sequence[T]], object], refuse: Callable[[T, Exception], object]
) -> None:
    """Store items together; if that fails by their fault, by halves; `refuse` gets the ones that fail alone."""
    if not items:
        return
    try:
        with transaction.atomic():
            store(items)
    except Exception as error:  # own_fault decides which of them go on up
        if not own_fault(error):
            raise
        if len(items) == 1:
            refuse(items[0], error)
            return
        middle = len(items) // 2
        by_halves(items[:middle], store, refuse)
        by_halves(items[middle:], store, refuse)


def reason_of(error: Exception) -> str:
    """Return the code of an error, worded on the page."""
    if isinstance(error, DatabaseError):
        return "database_refused"
    if isinstance(error, NotStorable):
        return error.reason
    return "text" if isinstance(error, UnicodeError) else "unexpected"


def place_of(error: Exception) -> str:
    """Return what kind of error it is and where it arose. Not its text, which may hold what a person wrote."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(SOURCE):
            place = f"{file.relative_to(SOURCE)}:{trace.tb_lineno}"
        trace = trace.tb_next
    diagnosis = getattr(getattr(error.__cause__, "diag", None), "message_primary", None) or ""
    return " · ".join(filter(None, (type(error).__name__, diagnosis, place)))


def bounded(subject: str) -> str:
    """Return the subject as it is stored: a long one ends in its digest."""
    plain = storable(subject)
    if plain == subject and len(plain) <= 200:
        return plain
    return f"{plain[:160]}#{hashlib.sha256(subject.encode(errors='surrogatepass')).hexdigest()[:39]}"


def _in_commit(trace: TracebackType | None) -> bool:
    while trace is not None:
        if trace.tb_frame.f_code is COMMIT:
            return True
        trace = trace.tb_next
    return False


def _too_large(error: DatabaseError) -> bool:
    """PostgreSQL calls a value that fits into no index an operational error (class 54: a limit of the program)."""
    return str(getattr(error.__cause__, "sqlstate", None) or "").startswith("54")


def _changed(lane: str) -> None:
    for hook in _hooks:
        hook(lane)
