"""Look for duplicate contacts in the background: one rule a turn, its pairs kept for the page that lists them."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import batched

from django.db import transaction
from django.db.models import F, QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.merging.find_twins import RULES, Pair
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Twin, TwinSearch
from staffetta.work import lease
from staffetta.work.clock import now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items
from staffetta.work.wake import wake

LEASE = 300.0
"""Seconds after which another worker goes on when one was killed; a rule over 1,000,000 contacts takes some."""
PIECE = 1000
MOST = 100_000
"""Pairs kept of one rule: nobody looks through more, and the next search finds what is left."""
OFTEN = timedelta(days=1)


def ask(by: User | None) -> TwinSearch:
    """Let the workers search; one that is under way is returned as it is."""
    with transaction.atomic():
        if running := TwinSearch.objects.filter(finished_at=None).first():
            return running
        search = TwinSearch.objects.create(asked_by=by)
        audit.record(by, "twins_searched", None)
        wake()
    return search


def daily() -> None:
    """Search once a day by itself, where contacts changed since the last time."""
    last = TwinSearch.objects.order_by("-pk").first()
    changed = Contact.objects.filter(updated_at__gt=last.created_at) if last else Contact.objects.all()
    if (last is None or last.created_at < now() - OFTEN) and changed.exists():
        TwinSearch.objects.create()
        wake()


def open_twins() -> QuerySet[Twin]:
    """Return the pairs nobody has decided on."""
    return Twin.objects.filter(dismissed_at=None)


def dismiss(twin: Twin, by: User | None) -> None:
    """Keep that these are two people: no search brings the pair again."""
    with transaction.atomic():
        Twin.objects.filter(pk=twin.pk).update(dismissed_at=now(), dismissed_by_name=str(by or ""))
        audit.record(by, "twins_dismissed", None, contact=twin.first_id, other=twin.second_id)


def work(context: LaneContext) -> bool:
    """Do the next rule of the search that is due; True while there may be more."""
    items = Items("twins")
    due = TwinSearch.objects.filter(finished_at=None).order_by("pk")
    search = next((each for each in due if not items.rests(f"search:{each.pk}")), None)
    if search is None:
        return False
    fence = lease.acquire("twins", context.worker, LEASE)
    if fence is None:
        return False
    try:
        items.handle(f"search:{search.pk}", partial(_do_step, search, context))
    finally:
        lease.release("twins", fence)
    return True


def _do_step(search: TwinSearch, context: LaneContext) -> None:
    if search.step >= len(RULES):
        _finish(search)
        return
    reason, rule = RULES[search.step]
    for piece in batched(_first(rule(), context), PIECE):
        if context.stopping():
            return
        _keep(search, reason, piece)
    if not context.stopping():
        TwinSearch.objects.filter(pk=search.pk, step=search.step).update(step=F("step") + 1)


def _first(pairs: Iterator[Pair], context: LaneContext) -> list[Pair]:
    """Read before anything is written: no transaction waits for a long reading."""
    found = dict[Pair, None]()
    for pair in pairs:
        found[pair] = None
        if len(found) >= MOST or context.stopping():
            break
    return list(found)


def _keep(search: TwinSearch, reason: str, pairs: tuple[Pair, ...]) -> None:
    """A pair that is known keeps its first reason, and what was decided about it."""
    with transaction.atomic():
        here = set(Contact.objects.filter(pk__in={pk for pair in pairs for pk in pair}).values_list("pk", flat=True))
        rows = [
            Twin(first_id=first, second_id=second, reason=reason, seen=search.pk)
            for first, second in pairs
            if {first, second} <= here
        ]
        Twin.objects.bulk_create(rows, update_conflicts=True, unique_fields=["first", "second"], update_fields=["seen"])


def _finish(search: TwinSearch) -> None:
    """What was not seen again is no twin any more: somebody corrected it."""
    gone = list(open_twins().filter(seen__lt=search.pk).values_list("pk", flat=True))
    for piece in batched(gone, PIECE):
        Twin.objects.filter(pk__in=piece).delete()
    found = open_twins().count()
    TwinSearch.objects.filter(pk=search.pk).update(finished_at=now(), found=found)
