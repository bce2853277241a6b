"""Ask for a run, cancel one, ask for its undoing: rows first, the lane does the rest."""

from django.db import IntegrityError, transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.sync.models import RunState, SyncConfiguration, SyncMet, SyncRow, SyncRun, UndoState
from staffetta.sync.refusals import record_kept
from staffetta.sync.setup import ready
from staffetta.sync.write_back import give_up
from staffetta.work.clock import now
from staffetta.work.wake import wake

ACTIVE = (RunState.WAITING, RunState.RUNNING)


class Busy(Exception):
    """A run of this configuration is under way."""


class NothingMapped(Exception):
    """A run would do nothing: the configuration has no rows."""


class NotUndoable(Exception):
    """Only a real run that has ended, and that nobody undid, can be undone."""


def start(
    configuration: SyncConfiguration, by: User | None, *, rehearsal: bool = False, scheduled: bool = False
) -> SyncRun:
    """Ask for a run or a rehearsal. Raises Held, NothingMapped, or Busy while one is under way."""
    if not ready(configuration).rules:
        raise NothingMapped
    try:
        with transaction.atomic():
            run = SyncRun.objects.create(
                configuration=configuration,
                rehearsal=rehearsal,
                scheduled=scheduled,
                asked_by=by,
                rows_from=_last_row(),
            )
            if not rehearsal:
                audit.record(by, "sync_started", configuration, run=run.pk)
    except IntegrityError:
        raise Busy from None
    wake()
    return run


def _last_row() -> int:
    return SyncRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def cancel(run: SyncRun, by: User | None) -> bool:
    """Stop a run between two pages: what was committed stays. False when it had ended."""
    with transaction.atomic():
        ended = SyncRun.objects.filter(pk=run.pk, state__in=ACTIVE).update(state=RunState.CANCELLED, finished_at=now())
        if ended:
            record_kept(run)
            SyncMet.objects.filter(run=run).delete()
            give_up(run, "cancelled")
            audit.record(by, "sync_cancelled", run.configuration, run=run.pk)
    return bool(ended)


def undo(run: SyncRun, by: User | None) -> None:
    """Ask for the undoing of a run; raises NotUndoable."""
    with transaction.atomic():
        asked = (
            SyncRun.objects.filter(pk=run.pk, rehearsal=False, undo_state=UndoState.NONE)
            .exclude(state__in=ACTIVE)
            .update(undo_state=UndoState.WAITING, undo_before=_last_row() + 1)
        )
        if not asked:
            raise NotUndoable
        audit.record(by, "sync_undone", run.configuration, run=run.pk)
    wake()
