"""The lane of contact sync: a page or two of customers a transaction, committed with how far the list was read.

Whoever goes on after a kill begins at the page that was not committed. A rehearsal takes the same way and only leaves
out the writing. Runs of different configurations go side by side on several workers, each held by a lease.
"""

import logging
import random
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from django.db import DataError, transaction
from django.db.models import F

from staffetta.channels.calls import gateway, health
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, KeyRefused, NotPermitted, Ruling, TooFast
from staffetta.connectors.messages import Customer
from staffetta.contacts.fields import value_index
from staffetta.notices import incidents
from staffetta.sync import decide_all, refusals, state_consent, timetable, write_back
from staffetta.sync.models import RunState, SyncConsent, SyncDecision, SyncMet, SyncRun, SyncWrite, UndoState
from staffetta.sync.read_ahead import Pages, pages_from
from staffetta.sync.read_pages import Place, Restless
from staffetta.sync.setup import Held, Setup, own_key, ready
from staffetta.sync.start import ACTIVE
from staffetta.sync.store_pages import store_by_halves, store_whole
from staffetta.sync.undo import undo_piece
from staffetta.work import lease
from staffetta.work.clock import monotonic, now
from staffetta.work.database import statistics
from staffetta.work.lanes import LaneContext
from staffetta.work.retry import wait_as_told
from staffetta.work.set_aside import Items, own_fault, place_of

PIECE = 2.0
"""Seconds of work before the lane looks whether something else is due."""
LEASE = 10.0
"""Seconds after which another worker goes on when one was killed; held on to while the provider is asked."""
MOST_FAILURES = 4
"""Tries of one page before the run ends as it stands."""
INCIDENT = "sync"
FAILURES_IN_A_ROW = 3
logger = logging.getLogger(__name__)


class Overtaken(Exception):
    """The run was cancelled, or another worker has gone on with it."""


def work(context: LaneContext) -> bool:
    """Start what is due by the timetable, and do a piece of everything under way; True while there may be more."""
    more, items = False, Items("sync")
    timetable.start_due(items)
    for name, piece in _due():
        if context.stopping():
            return False
        more = bool(items.handle(name, partial(_alone, name, piece, context))) or more
    return more


def _alone(name: str, piece: "Piece", context: LaneContext) -> bool:
    fence = lease.acquire(name, context.worker, LEASE)
    if fence is None:
        return False
    try:
        return piece(context, _Grip(name, fence))
    except Overtaken:
        return False  # whoever has it now goes on with it
    finally:
        lease.release(name, fence)


@dataclass
class _Grip:
    """A lease that is held on to: called often, it renews every few seconds; raises Overtaken when it was lost."""

    name: str
    fence: int
    renewed: float = field(default_factory=monotonic)

    def __call__(self) -> None:
        if monotonic() - self.renewed < LEASE / 4:
            return
        self.renewed = monotonic()
        if not lease.renew(self.name, self.fence, LEASE):
            raise Overtaken


type Piece = Callable[[LaneContext, _Grip], bool]


def _due() -> list[tuple[str, Piece]]:
    active = SyncRun.objects.filter(state__in=ACTIVE, not_before__lte=now()).order_by("pk")
    undoing = SyncRun.objects.filter(undo_state=UndoState.WAITING).order_by("pk")
    deciding = SyncDecision.objects.filter(finished_at=None).select_related("configuration").order_by("pk")
    agreeing = SyncConsent.objects.filter(finished_at=None).order_by("pk")
    return [
        *((f"sync:{run.configuration_id}", _runner(run)) for run in active.select_related("configuration__channel")),
        *((f"sync:{run.configuration_id}", _repeated(undo_piece, run)) for run in undoing),
        *((f"sync:{step.configuration_id}", _repeated(decide_all.piece, step)) for step in deciding),
        *((f"sync-consent:{step.pk}", _repeated(state_consent.piece, step)) for step in agreeing),
    ]


def _runner(run: SyncRun) -> Piece:
    return lambda context, grip: run_piece(run, context, grip)


def _repeated[T](piece: Callable[[T], bool], thing: T) -> Piece:
    def work_on(context: LaneContext, grip: _Grip) -> bool:
        enough = _after_a_piece(context)
        while more := piece(thing):
            grip()
            if enough():
                break
        return more

    return work_on


def _after_a_piece(context: LaneContext) -> Callable[[], bool]:
    until = monotonic() + PIECE
    return lambda: monotonic() > until or context.stopping()


def run_piece(run: SyncRun, context: LaneContext, beat: Callable[[], None]) -> bool:
    """Go on with a run for a while; True while there may be more to do at once."""
    enough = _after_a_piece(context)
    run.refresh_from_db()
    if run.finished:
        return False
    try:
        setup = ready(run.configuration)
        if not run.step and own_key(run.configuration):
            value_index.ensure(run.configuration.key_contact)  # each page would read all contacts without it
        while _step(run, setup, beat, enough):
            beat()
            if enough():
                return True
    except Held:
        _end(run, RunState.FAILED if not run.pages else RunState.PARTIAL, "held")
    except Restless:
        _end(run, RunState.PARTIAL, "restless")
    except DataError as error:
        # What the database refuses it will refuse for ever: say so instead of trying the same page again and again.
        _end(run, RunState.PARTIAL, "database_refused", str(error))
    except ConnectorError as error:
        _failed(run, error)
    return False


def _step(run: SyncRun, setup: Setup, beat: Callable[[], None], enough: Callable[[], bool]) -> bool:
    """Do the next pages, or the next writes after the last page; False when the run has ended."""
    place = Place.of(run.place)
    if not place.ended:
        with closing(pages_from(run.configuration.channel, place, beat, enough)) as pages:
            for read in pages:
                take(run, read, setup)
                beat()
        return True
    writes = _claimed_writes(run)
    if writes:
        _write(run, writes, beat)
        return True
    if write_back.not_permitted(run):
        _end(run, RunState.PARTIAL, NotPermitted.code)
    else:
        _end(run, RunState.DONE)
    return False


def take(run: SyncRun, read: Pages, setup: Setup) -> None:
    """Judge and store what was read, in one transaction with the place after it; raises Overtaken."""
    before = run.total
    try:
        _take(run, read, setup, store_whole)
    except Overtaken:
        raise
    except Exception as error:  # own_fault decides which of them go on up
        if not own_fault(error):
            raise
        logger.warning("sync run %s: a page is taken by halves: %s", run.pk, place_of(error))
        run.refresh_from_db()
        _take(run, read, setup, store_by_halves)
    run.refresh_from_db()
    for room in ("sync", "contacts"):
        statistics.grown(room, before, run.total)


type Storing = Callable[[Sequence[Customer], SyncRun, Setup], None]


def _take(run: SyncRun, read: Pages, setup: Setup, storing: Storing) -> None:
    with transaction.atomic():
        # First the claim: whoever went on with this run before us has raised the step.
        claimed = SyncRun.objects.filter(pk=run.pk, state__in=ACTIVE, step=run.step).update(
            state=RunState.RUNNING,
            step=F("step") + 1,
            pages=F("pages") + read.number,
            place=read.after.as_json(),
            failures=0,
            started_at=run.started_at or now(),
            beat_at=now(),
        )
        if not claimed:
            raise Overtaken
        if read.rows:
            storing(read.rows, run, setup)


def _claimed_writes(run: SyncRun) -> list[SyncWrite]:
    with transaction.atomic():
        claimed = SyncRun.objects.filter(pk=run.pk, state__in=ACTIVE, step=run.step).update(
            step=F("step") + 1, beat_at=now()
        )
        if not claimed:
            raise Overtaken
        run.step += 1
        return write_back.claim(run)


def _write(run: SyncRun, writes: list[SyncWrite], beat: Callable[[], None]) -> None:
    channel, answers = run.configuration.channel, list[write_back.Answer]()
    if unknown := write_back.not_looked_at(writes):
        seen = gateway.call(channel, lambda connector: write_back.look(connector, unknown), beat=beat)
        answers = write_back.note_before(run, writes, seen)
    answered = {answer.write.pk for answer in answers}

    async def deed(connector: Connector) -> list[write_back.Answer]:
        return await write_back.send(connector, [write for write in writes if write.pk not in answered])

    if len(answered) < len(writes):
        answers += gateway.call(channel, deed, beat=beat)
    fatal = write_back.record(run, answers)
    run.refresh_from_db()
    if fatal:
        raise fatal


def _failed(run: SyncRun, error: ConnectorError) -> None:
    """Wait before the next try of the page; end the run when waiting does not help."""
    if isinstance(error, KeyRefused):
        health.key_refused(run.configuration.channel, error)
    hopeless = error.ruling in (Ruling.CHANNEL, Ruling.PERMANENT, Ruling.TEMPLATE)
    failures = run.failures + 1
    if hopeless or (failures >= MOST_FAILURES and not isinstance(error, TooFast)):
        state = RunState.PARTIAL if run.pages else RunState.FAILED
        _end(run, state, error.code, error.provider_reason)
        return
    told = error.retry_after if isinstance(error, TooFast) else None
    wait = wait_as_told(failures, random.random(), told)  # noqa: S311  (spreads tries, keeps no secret)
    SyncRun.objects.filter(pk=run.pk, state__in=ACTIVE).update(
        failures=failures, not_before=timetable.after_seconds(wait), problem=error.code, beat_at=now()
    )


def _end(run: SyncRun, state: RunState, problem: str = "", detail: str = "") -> None:
    with transaction.atomic():
        ended = SyncRun.objects.filter(pk=run.pk, state__in=ACTIVE).update(
            state=state, problem=problem, problem_detail=detail[:500], finished_at=now(), beat_at=now()
        )
        if not ended:
            return
        refusals.record_kept(run)
        SyncMet.objects.filter(run=run).delete()
        if state != RunState.DONE:
            write_back.give_up(run, problem)
        _tell(run, state, problem, detail)
    statistics.learn("contacts", 0 if run.rehearsal else run.created)


def _tell(run: SyncRun, state: RunState, problem: str, detail: str) -> None:
    """Three failed runs in a row are an incident; a good one closes it. A rehearsal says nothing about that."""
    if run.rehearsal:
        return
    subject = str(run.configuration_id)
    if state == RunState.DONE:
        health.key_works(run.configuration.channel)
        incidents.success(INCIDENT, subject)
    else:
        name = f"{run.configuration} · {run.configuration.channel}"
        incidents.failure(INCIDENT, subject, name, problem, detail, opens_after=FAILURES_IN_A_ROW)
