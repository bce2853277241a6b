"""`staffetta sync …`: list, rehearse, run, show and undo contact syncs."""

import argparse

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from staffetta.cli.output import emit, fail, table
from staffetta.cli.waiting import wait_for
from staffetta.sync import setup, start, summary
from staffetta.sync.models import RunState, SyncConfiguration, SyncRow, SyncRun, UndoState
from staffetta.sync.wording import difference_text, problem_of_run, sum_text

LANES = ("sync",)
SAMPLES = 20


def list_all(args: argparse.Namespace) -> int:
    """Print every configuration with its last run."""
    rows = list(SyncConfiguration.objects.select_related("channel").order_by("channel__name", "name"))
    held, last = setup.held_among(rows), summary.last_runs(rows)
    data = [_configuration(row, row.pk in held, last.get(row.pk)) for row in rows]
    emit(args, data, lambda: _list_text(data))
    return 0


def _configuration(row: SyncConfiguration, held: bool, last: SyncRun | None) -> dict[str, object]:
    return {
        "id": row.pk,
        "name": row.name,
        "channel": row.channel.provider_id,
        "channel_name": str(row.channel),
        "direction": row.direction,
        "every": row.every,
        "next_at": row.next_at,
        "held": held,
        "last_run": last.pk if last else None,
        "last_state": last.state if last else None,
    }


def _list_text(data: list[dict[str, object]]) -> str:
    headings = (_("ID"), _("Name"), _("Channel"), _("Direction"), _("Last run"))
    return table(
        headings,
        ((row["id"], row["name"], row["channel_name"], row["direction"], row["last_state"] or "–") for row in data),
    )


def rehearse(args: argparse.Namespace) -> int:
    """Run everything without writing."""
    return _start(args, rehearsal=True)


def run(args: argparse.Namespace) -> int:
    """Run a configuration. Rejected customers are no failure; a run that broke off is."""
    return _start(args, rehearsal=False)


def _start(args: argparse.Namespace, *, rehearsal: bool) -> int:
    made = SyncConfiguration.objects.filter(pk=args.configuration).first()
    if made is None:
        fail(_("There is no contact-sync configuration %(id)s.") % {"id": args.configuration})
    try:
        started = start.start(made, None, rehearsal=rehearsal)
    except setup.Held as held:
        fail(" ".join(difference_text(each) for each in held.differences))
    except start.Busy:
        fail(_("A run is under way: wait for its end or stop it first."))
    except start.NothingMapped:
        fail(_("Nothing is mapped yet: add at least one row."))
    if not args.no_wait:
        ended = SyncRun.objects.filter(pk=started.pk).exclude(state__in=start.ACTIVE)
        wait_for(ended.exists, LANES)
        started.refresh_from_db()
    return _tell(args, started)


def show(args: argparse.Namespace) -> int:
    """Print one run."""
    told = _run(args.number)
    emit(args, described(told), lambda: _text(told))
    return 0


def undo(args: argparse.Namespace) -> int:
    """Take a run back and wait for the end."""
    told = _run(args.number)
    try:
        start.undo(told, None)
    except start.NotUndoable:
        fail(_("This run cannot be undone (any more)."))
    wait_for(SyncRun.objects.filter(pk=told.pk, undo_state=UndoState.DONE).exists, LANES)
    told.refresh_from_db()
    return _tell(args, told)


def _run(number: int) -> SyncRun:
    told = SyncRun.objects.select_related("configuration__channel").filter(pk=number).first()
    if told is None:
        fail(_("There is no run %(id)s.") % {"id": number})
    return told


def _tell(args: argparse.Namespace, told: SyncRun) -> int:
    emit(args, described(told), lambda: _text(told))
    if told.state in (RunState.FAILED, RunState.PARTIAL):
        fail(problem_of_run(told.problem))
    return 0


def described(told: SyncRun) -> dict[str, object]:
    """Return a run as programs read it; `samples` holds the first changes."""
    rows = SyncRow.objects.filter(run=told).order_by("pk")[:SAMPLES]
    return {
        "id": told.pk,
        "configuration": told.configuration_id,
        "rehearsal": told.rehearsal,
        "state": told.state,
        "customers": told.total,
        **summary.numbers(told),
        "opt_outs": told.opt_outs,
        "writes_planned": told.writes_planned,
        "writes_done": told.writes_done,
        "writes_failed": told.writes_failed,
        "problem": told.problem,
        "undo": told.undo_state,
        "undone": told.undone,
        "not_undone": told.not_undone,
        "started_at": told.started_at,
        "finished_at": told.finished_at,
        "samples": [_sample(row) for row in rows],
    }


def _sample(row: SyncRow) -> dict[str, object]:
    return {
        "customer": row.customer_id,
        "outcome": row.outcome,
        "reason": row.reason,
        "field": row.field,
        "changes": row.changes,
        "conflicts": row.conflicts,
    }


def _text(told: SyncRun) -> str:
    kind = _("Preview of the changes") if told.rehearsal else pgettext("sync", "Run")
    lines = [f"{kind} {told.pk}: {told.get_state_display()}", sum_text(summary.numbers(told))]
    if told.opt_outs:
        words = _("Opt-outs a run would record: %(number)s") if told.rehearsal else _("Opt-outs recorded: %(number)s")
        lines.append(words % {"number": told.opt_outs})
    if told.writes_done or told.writes_failed:
        lines.append(
            _("Written to Sinch Engage: %(done)s, refused: %(failed)s")
            % {"done": told.writes_done, "failed": told.writes_failed}
        )
    if told.undo_state:
        lines.append(_("Undone: %(undone)s, not undone: %(kept)s") % {"undone": told.undone, "kept": told.not_undone})
    return "\n".join(lines)
