"""Decide all open conflicts of a configuration alike: what was open when a person asked, a piece of rows a transaction.

Each piece commits with how far it came, so whoever goes on after a kill begins behind it.
"""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.sync.decide import open_rows, settle
from staffetta.sync.judge import CONFLICTING
from staffetta.sync.models import SyncConfiguration, SyncDecision, SyncRow
from staffetta.work.clock import now
from staffetta.work.wake import wake

PIECE = 500


class AtIt(Exception):
    """The conflicts of this configuration are being decided already."""


def ask(configuration: SyncConfiguration, side: str, by: User | None) -> SyncDecision | None:
    """Keep what a person decided; the lane does it piece by piece. None when nothing is open; raises AtIt."""
    rows = open_rows(configuration, CONFLICTING).order_by("-pk")
    last = rows.values_list("pk", flat=True).first()
    if last is None:
        return None
    number = rows.filter(pk__lte=last).count()
    try:
        with transaction.atomic():
            asked = SyncDecision.objects.create(
                configuration=configuration, side=side, conflicts=number, until=last, by=by
            )
            audit.record(by, "sync_conflicts_decided", configuration, side=side, conflicts=number)
    except IntegrityError:
        raise AtIt from None
    wake()
    return asked


def piece(asked: SyncDecision) -> bool:
    """Settle the next conflicts; True while there may be more."""
    with transaction.atomic():
        mine = SyncDecision.objects.filter(pk=asked.pk, after=asked.after, finished_at=None)
        rows = _each_once(_next(asked))
        if not rows:
            mine.update(finished_at=now())
            return False
        if not mine.update(after=rows[-1].pk):
            return False
        done = settle(rows, asked.side, asked.configuration_id)
        SyncDecision.objects.filter(pk=asked.pk).update(
            decided=F("decided") + len(done.decided), left=F("left") + len(done.left)
        )
    asked.after = rows[-1].pk
    return True


def _next(asked: SyncDecision) -> list[SyncRow]:
    rows = open_rows(asked.configuration, CONFLICTING).filter(pk__gt=asked.after, pk__lte=asked.until)
    return list(rows.select_for_update(of=("self",)).order_by("pk")[:PIECE])  # one by one is decided meanwhile


def _each_once(rows: Sequence[SyncRow]) -> Sequence[SyncRow]:
    """Return the rows before the first whose contact or customer came already: it must see what the others did."""
    contacts, customers = set[int](), set[str]()
    for place, row in enumerate(rows):
        if row.contact_id in contacts or row.customer_id in customers:
            return rows[:place]
        contacts |= {row.contact_id} if row.contact_id else set()
        customers.add(row.customer_id)
    return rows
