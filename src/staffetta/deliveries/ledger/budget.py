"""The daily budget: how many different persons the business may write to in any 24 hours (messaging-rules 1.9).

Meta sets the limit per business, over all its numbers. Counted are the persons of whom a message was taken or may have
been: marked (dispatch), and given back when it was refused or never left. Who was reached in the last 24 hours costs
nothing. Communications leave a reserve to transactional messages; beyond the budget these wait too. Nobody fails by it.

One locked row (`Budget`) stands before every claim of a counted channel, so that any number of workers on any number of
channels count as one; it is the first lock of its transaction. Without a limit nothing of this is asked or written.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from staffetta.channels.calls import gateway
from staffetta.channels.models import Channel
from staffetta.connectors.messages import Platform
from staffetta.deliveries.ledger import reached
from staffetta.deliveries.ledger.budget_hours import Hours
from staffetta.deliveries.ledger.marks import Answer
from staffetta.deliveries.models import TAKEN, Budget, Delivery, DeliveryState, Reached
from staffetta.work.clock import now

LATER = timedelta(minutes=1)
"""A single message beyond the budget asks again after so long, at the earliest."""
Row = tuple[Any, ...]
"""A claimed row: its number first, its address sixth (statements.MARKED)."""
ADDRESS = 5


def limit() -> int:
    """Return how many persons in 24 hours; 0: no limit."""
    return int(settings.DAILY_PEOPLE)


def reserve() -> int:
    """Return how many of them are kept for transactional messages and test sends; one is left to the others."""
    return max(0, min(limit() - 1, int(limit() * settings.DAILY_RESERVE / 100)))


def counts(channel: Channel) -> bool:
    """Say whether the people of this channel count: there is a limit, and its platform has one."""
    return limit() > 0 and Platform(channel.platform) in gateway.capabilities(channel.provider).counted_platforms


def window() -> timedelta:
    """Return for how long a person counts: from the mark, hence the time a send may take is added to the day."""
    return timedelta(days=1, seconds=settings.IN_FLIGHT_TIMEOUT)


def used() -> int:
    """Return how many persons count at this moment, 0 without a limit; at most two plain reads."""
    row = Budget.objects.filter(pk=1).first() if limit() else None
    return _used_of(row) if row else 0


def rests() -> bool:
    """Say whether communications wait for persons to become free; a plain read."""
    return Budget.objects.filter(resumes_at__gt=now()).exists()


class Counting:
    """The budget within one transaction, locked until its end."""

    def __init__(self) -> None:
        self.present = now()
        self._row, new = Budget.objects.select_for_update().get_or_create(pk=1)
        self._hours = Hours(self._row.hours)
        if new:
            for at in _from_ledger(self.present):
                self._count(at)
        for at in reached.expire(self.present - window()):
            self._count(at, -1)

    @property
    def left(self) -> int:
        """How many new persons may be written to at all."""
        return max(0, limit() - self._row.used)

    @property
    def left_to_communications(self) -> int:
        return max(0, self.left - reserve())

    def admit(self, rows: Sequence[Row]) -> list[tuple[int, datetime]]:
        """Count the persons of marked rows; return (row, not before) of those who are beyond the budget."""
        persons = {row[0]: reached.digest(row[ADDRESS]) for row in rows}
        taken = dict.fromkeys(reached.known(persons.values()))
        left, beyond, counted = self.left, [], {}
        for each, person in persons.items():
            if person not in taken and left <= 0:
                beyond.append(each)
                continue
            left -= person not in taken
            taken[person] = None
            counted[person] = each
        for before in reached.note(counted, self.present):
            if before:
                self._hours.move(before, self.present)
            else:
                self._count(self.present)
        return list(zip(beyond, self._times(len(beyond)), strict=True))

    def give_back(self, answers: Sequence[Answer]) -> None:
        """Uncount the persons of messages that were refused or did not leave, unless they had been reached before."""
        ids = [answer.id for answer in answers if not_taken(answer)]
        for at, before in reached.give_back(ids) if ids else []:
            if before:
                self._hours.move(at, before)
            else:
                self._count(at, -1)

    def write(self) -> None:
        """Keep the count, and when communications may go on once there is nothing left for them."""
        self._row.resumes_at = None
        if not self.left_to_communications:
            first = reached.oldest(1)
            self._row.resumes_at = first[0] + window() if first else self.present + LATER
        self._hours.write(self.present, self._row.used)
        self._row.save()

    def _count(self, at: datetime, people: int = 1) -> None:
        self._row.used += people
        self._hours.add(at, people)

    def _times(self, number: int) -> list[datetime]:
        """Return when the next `number` persons become free, one after the other."""
        if not number:
            return []
        earliest = self.present + LATER
        freed = [max(earliest, moment + window()) for moment in reached.oldest(number)]
        return freed + [freed[-1] if freed else earliest] * (number - len(freed))


def not_taken(answer: Answer) -> bool:
    """Whether the provider surely has not taken it."""
    return answer.state in (DeliveryState.WAITING, DeliveryState.FAILED)


def keep_in_step() -> int:
    """Begin to count as soon as there is a limit, so that pages know what is left; throw the count away without one.

    When a limit is set again, the ledger is read anew. Every hour is told how many count, also where nothing is sent.
    Returns how many persons are counted, or were.
    """
    row = Budget.objects.filter(pk=1).first()
    if row is None and not limit():
        return 0
    if row is not None and limit() and Hours(row.hours).told(now()):
        return 0
    with transaction.atomic():
        if limit():
            Counting().write()
            return Reached.objects.count()
        Budget.objects.all().delete()
        return Reached.objects.all().delete()[0]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the budget means for so many people: how many today, on how many days, when communications go on.

    `left` of the `a_day` persons of communications may be written to now, whoever they are.
    """

    today: int
    days: int
    left: int
    a_day: int
    resumes_at: datetime | None

    @property
    def spreads(self) -> bool:
        return self.days > 1


def outlook(channel: Channel | None, people: int) -> Outlook | None:
    """Return it for a communication; None without a limit. Who was reached lately costs nothing: days at most."""
    if channel is None or not counts(channel):
        return None
    row = Budget.objects.filter(pk=1).first() or Budget()
    a_day = limit() - reserve()
    left = max(0, a_day - _used_of(row))
    today = min(people, left)
    days = 1 + math.ceil((people - today) / a_day)
    resumes_at = row.resumes_at if row.resumes_at and row.resumes_at > now() else None
    return Outlook(today, days, left, a_day, resumes_at)


def _used_of(row: Budget) -> int:
    """Return what the row counts, less who became free since it was written."""
    return row.used - Reached.objects.filter(at__lte=now() - window()).count() if row.used else 0


def _from_ledger(present: datetime) -> list[datetime]:
    """Count whom the ledger shows as reached: a limit may be set at any time, and holds from then on; return when."""
    rows = Delivery.objects.filter(
        Q(channel=None) | Q(channel__platform__in=gateway.capabilities().counted_platforms),
        Q(state__in=(*TAKEN, DeliveryState.UNCERTAIN), settled_at__gt=present - window())
        | Q(state=DeliveryState.SENDING),
    )
    found: dict[int, tuple[datetime, int]] = {}
    for each, address, settled_at in rows.values_list("pk", "address", "settled_at").iterator():
        person, moment = reached.digest(address), settled_at or present
        if person not in found or found[person][0] < moment:
            found[person] = moment, each
    Reached.objects.bulk_create(
        [Reached(person=person, at=at, delivery=each) for person, (at, each) in found.items()], batch_size=2000
    )
    return [at for at, _ in found.values()]


def concerns(answers: Sequence[Answer], *, counted: bool) -> bool:
    """Whether a transaction has to count: it claims for a counted channel, or gives somebody back."""
    return counted or (limit() > 0 and any(not_taken(answer) for answer in answers))
