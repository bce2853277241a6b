"""Take the rows of a file in the background: some thousands a transaction, committed with how far the file was read.

The next thousands are read while the database writes these.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import batched, islice
from typing import IO

from django.db import DataError, transaction

from staffetta.contacts.consents import state_consent
from staffetta.contacts.files.read_csv import BadFile, Position, Record
from staffetta.contacts.imports import undo_import
from staffetta.contacts.imports.import_reading import rows_of
from staffetta.contacts.imports.judge_rows import judge
from staffetta.contacts.imports.own_fields import layout_of
from staffetta.contacts.imports.read_row import Layout, Person, Rejected, read_row
from staffetta.contacts.imports.record_refusals import forget_refusals
from staffetta.contacts.imports.store_rows import count, look_up, store
from staffetta.contacts.models import Import, ImportState
from staffetta.contacts.step_models import ImportConsent
from staffetta.contacts.storage.insert_contacts import new_ids
from staffetta.text import storable
from staffetta.work import lease
from staffetta.work.clock import monotonic, now
from staffetta.work.database import statistics
from staffetta.work.database.databases import postgres, together
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items, by_halves, own_fault, place_of

BATCH = 1000
"""Rows of one statement, and of a transaction on SQLite, whose only lock it holds."""
BATCHES = 4
"""Thousands of one transaction on PostgreSQL: while it writes some the next ones are judged."""
PIECE = 2.0
"""Seconds of work before the lane is given back; a batch takes about a twentieth of that."""
LEASE = 15.0
"""Seconds after which another worker goes on when one was killed."""
CANNOT_HANDLE = "cannot_handle"
logger = logging.getLogger(__name__)
ACTIVE = (ImportState.WAITING, ImportState.RUNNING)


def work(context: LaneContext) -> bool:
    """Do a piece of the oldest import; True while there may be more. One worker imports at a time."""
    items = Items("import")
    due = _due(items)
    if due is None:
        return False
    fence = lease.acquire("import", context.worker, LEASE)
    if fence is None:
        return False
    try:
        subject, name, step = due
        items.handle(subject, partial(step, context), name=name)
    finally:
        lease.release("import", fence)
    return True


type Step = Callable[[LaneContext], object]


def _due(items: Items) -> tuple[str, str, Step] | None:
    """Return the next import, or else the next consent stated for one: its subject, name and what to do."""
    for source in Import.objects.filter(state__in=(*ACTIVE, ImportState.UNDOING)).order_by("pk"):
        if not items.rests(subject := f"import:{source.pk}"):
            run = _undo_piece if source.state == ImportState.UNDOING else _run_piece
            return subject, source.name, partial(run, source)
    for step in ImportConsent.objects.filter(finished_at=None).order_by("pk"):
        if not items.rests(subject := f"consent:{step.pk}"):
            return subject, "", partial(_consent_piece, step)
    return None


def _consent_piece(step: ImportConsent, _context: LaneContext) -> None:
    state_consent.piece(step)


def _run_piece(source: Import, context: LaneContext) -> None:
    until = monotonic() + PIECE
    try:
        with source.file.open("rb") as file:
            rows, layout = _rows_from_here(file, source), layout_of(source)
            with ThreadPoolExecutor(1) as reader:
                ahead = _Ahead(reader, rows, layout)
                while take_batch(source, ahead.batch(), ahead.begin):
                    if monotonic() > until or context.stopping():
                        break
    except FileNotFoundError:
        _fail(source, "file_gone")
    except BadFile as bad:
        _fail(source, bad.code, bad.detail)
    except DataError as error:
        # What the database refuses it will refuse for ever: say so instead of trying the same rows again and again.
        _fail(source, "database_refused", str(error))


def _undo_piece(source: Import, context: LaneContext) -> None:
    until = monotonic() + PIECE
    while undo_import.run_piece(source) and monotonic() < until and not context.stopping():
        pass


def _rows_from_here(file: IO[bytes], source: Import) -> Iterator[Record]:
    return rows_of(file, source, Position(source.offset_rows, source.offset_bytes))


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are taken together, and the record they end with (None: the file has ended)."""

    people: Sequence[Person | Rejected]
    last: Record | None


def at_once() -> int:
    """Return how many rows are taken in one transaction."""
    return BATCH * BATCHES if postgres() else BATCH


def read_batch(rows: Iterator[Record], layout: Layout) -> Batch:
    """Read the next rows; raises BadFile."""
    records = list(islice(rows, at_once()))
    people = [_read(record, layout) for record in records if not record.blank]
    return Batch(people, records[-1] if records else None)


def _read(record: Record, layout: Layout) -> Person | Rejected:
    try:
        return read_row(record, layout)
    except Exception:
        # A row that our own code cannot read is rejected like any other; the next ones are read.
        logger.exception("row %s could not be read", record.row)
        return Rejected(record, CANNOT_HANDLE)


class _Ahead:
    """Reads the next batch in a thread: begun when nothing is left to do but to wait for the database.

    Earlier it would only take Python's lock from the judging.
    """

    def __init__(self, reader: Executor, rows: Iterator[Record], layout: Layout) -> None:
        self.reader, self.rows, self.layout = reader, rows, layout
        self.coming: Future[Batch] | None = None

    def begin(self) -> Future[Batch]:
        if self.coming is None:
            self.coming = self.reader.submit(read_batch, self.rows, self.layout)
        return self.coming

    def batch(self) -> Batch:
        """Return the next rows; raises BadFile."""
        coming, self.coming = self.begin(), None
        return coming.result()


def take_batch(source: Import, batch: Batch, begin_next: Callable[[], object] = lambda: None) -> bool:
    """Write rows; False when the import is over, or another worker has gone on with it."""
    if batch.last is None:
        return _finish(source)
    try:
        return _take_together(source, batch, begin_next)
    except Exception as error:  # own_fault decides which of them go on up
        if not own_fault(error):
            raise
        logger.warning("import %s: rows up to %s are taken by halves: %s", source.pk, batch.last.row, place_of(error))
        source.refresh_from_db()
        return take_by_halves(source, batch)


def _take_together(source: Import, batch: Batch, begin_next: Callable[[], object]) -> bool:
    assert batch.last is not None
    before = source.offset_rows
    with transaction.atomic():
        # First the claim: it says how far these rows go, and it succeeds once only.
        if not _claim(source, batch.last):
            return False
        known, counted = look_up(batch.people, source), Counter[str]()
        ids = new_ids(known.most_new(batch.people))
        with together():
            for people in batched(batch.people, BATCH):
                counted += store(judge(people, known), source, ids)
            begin_next()
        count(counted, source)
    statistics.grown("contacts", before, source.offset_rows)
    return True


def take_by_halves(source: Import, batch: Batch) -> bool:
    """Write rows of which some cannot be written: those are rejected, all others are taken."""
    assert batch.last is not None
    with transaction.atomic():
        if not _claim(source, batch.last):
            return False
        counted = Counter[str]()

        def store_some(people: Sequence[Person | Rejected]) -> None:
            before = dict(source.consents), dict(source.reasons)
            try:
                known = look_up(people, source)
                counted.update(store(judge(people, known), source, new_ids(known.most_new(people))))
            except Exception:
                source.consents, source.reasons = before
                raise

        def refuse(row: Person | Rejected, _error: Exception) -> None:
            kept = replace(row.record, cells=[storable(cell) for cell in row.record.cells])
            store_some([Rejected(kept, CANNOT_HANDLE)])

        by_halves(batch.people, store_some, refuse)
        count(counted, source)
    return True


def _claim(source: Import, last: Record) -> bool:
    claimed = Import.objects.filter(pk=source.pk, state__in=ACTIVE, offset_bytes=source.offset_bytes).update(
        state=ImportState.RUNNING,
        started_at=source.started_at or now(),
        beat_at=now(),
        offset_rows=last.row,
        offset_bytes=last.end,
    )
    if claimed:
        source.refresh_from_db(fields=["state", "started_at", "offset_rows", "offset_bytes", "consents", "reasons"])
    return bool(claimed)


def _finish(source: Import) -> bool:
    done = Import.objects.filter(pk=source.pk, state__in=ACTIVE, offset_bytes=source.offset_bytes).update(
        state=ImportState.DONE, finished_at=now(), beat_at=now()
    )
    if done:
        forget_refusals(source)
        # All that is needed later (members, rejects whole, counters) lies in rows: people's data is not kept twice.
        source.file.delete(save=False)
        Import.objects.filter(pk=source.pk).update(file="")
        statistics.learn("contacts", source.offset_rows)
    return False


def _fail(source: Import, code: str, detail: str = "") -> None:
    Import.objects.filter(pk=source.pk, state__in=ACTIVE).update(
        state=ImportState.FAILED, problem=code, problem_detail=detail[:500], finished_at=now()
    )
    forget_refusals(source)
