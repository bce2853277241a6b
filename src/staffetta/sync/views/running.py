"""One configuration and its runs: start, rehearse, watch, stop, undo, state the consent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.contacts.consents.consent_form import ConsentForm
from staffetta.contacts.fields.value_words import Fields
from staffetta.sync import decide, plot, setup, state_consent, summary
from staffetta.sync import start as starting
from staffetta.sync.judge import CONFLICTING, OUTCOMES, REJECTED
from staffetta.sync.models import Kind, SyncConfiguration, SyncMapping, SyncRow, SyncRun, UndoState, WriteState
from staffetta.sync.views.found import around, asker, configuration, run_of
from staffetta.sync.wording import (
    LOOKS,
    STATE_LOOKS,
    WRITES,
    difference_text,
    outcome_word,
    problem_of_run,
    reason_text,
)
from staffetta.ui.paging import counted, page_of
from staffetta.ui.restrictions import OneOf, asked_for, restricted
from staffetta.ui.seen import confirms
from staffetta.work.database import row_digest

RUNS = 20
WRITES_SHOWN = 50


@allow(EVERYBODY)
@require_safe
def show(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    """A configuration: what it does, what waits for a person, its runs as a plot and as a table."""
    made = configuration(pk, sync_id)
    runs = list(made.runs.order_by("-pk")[:RUNS])
    lines = summary.lines(runs)
    shown = {
        **around(request, made.channel),
        "made": made,
        "differences": [difference_text(each) for each in setup.differences(made)],
        "rows": _mapping_lines(made),
        "lines": [(line, *STATE_LOOKS[line.run.state]) for line in lines],
        "plots": plot.plots(lines),
        "conflicts": counted(decide.open_rows(made, CONFLICTING)),
        "rejects": counted(decide.open_rows(made, REJECTED)),
        "under_way": next((run for run in runs if not run.finished), None),
        "choices": made.mappings.filter(type_seen__in=("single_choice", "multiple_choice")).exists(),
    }
    return render(request, "sync/show.html", shown)


def _mapping_lines(made: SyncConfiguration) -> list[tuple[SyncMapping, str, str]]:
    known = setup.labels()
    there = dict(made.channel.customer_fields.values_list("name", "label"))
    return [
        (row, _source_text(row, there), str(known.get(row.contact_field, row.contact_field)))
        for row in made.mappings.order_by("position", "pk")
    ]


def _source_text(row: SyncMapping, there: dict[str, str]) -> str:
    if row.kind == Kind.FIELD:
        return there.get(row.customer_field) or row.customer_field
    if row.kind == Kind.FIXED:
        return _("«%(text)s» (fixed)") % {"text": row.fixed}
    return str(Kind(row.kind).label)


@allow(OPERATORS)
@require_POST
def rehearse(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    return _start(request, configuration(pk, sync_id), rehearsal=True)


@allow(OPERATORS)
@require_POST
@confirms(on="sync:show")
def start(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    return _start(request, configuration(pk, sync_id), rehearsal=False)


def _start(request: HttpRequest, made: SyncConfiguration, *, rehearsal: bool) -> HttpResponse:
    try:
        run = starting.start(made, asker(request), rehearsal=rehearsal)
    except setup.Held:
        messages.error(request, _("A customer field vanished or changed: look at it first."))
    except starting.Busy:
        messages.error(request, _("A run is under way: wait for its end or stop it first."))
    except starting.NothingMapped:
        messages.error(request, _("Nothing is mapped yet: add at least one row."))
    else:
        return redirect("sync:run", pk=made.channel_id, sync_id=made.pk, run_id=run.pk)
    return redirect("sync:show", pk=made.channel_id, sync_id=made.pk)


@allow(EVERYBODY)
@require_safe
@restricted(outcome=OneOf(gettext_lazy("Outcome"), OUTCOMES))
def run(request: HttpRequest, pk: int, sync_id: int, run_id: int) -> HttpResponse:
    """One run: counters, what happened to whom, what was written back. Polled while it goes on."""
    made = configuration(pk, sync_id)
    shown = _told(made, run_of(made, run_id))
    if request.htmx:  # type: ignore[attr-defined]  # django_htmx's middleware adds it
        answer = render(request, "sync/_run_live.html", shown)
        if not shown["under_way"]:
            answer["HX-Refresh"] = "true"  # its people and what can be done with it stand below
        return answer
    return render(
        request,
        "sync/run.html",
        {**around(request, made.channel), **shown, **_people(request, shown["run"], shown["other"])},
    )


def _told(made: SyncConfiguration, told: SyncRun) -> dict[str, Any]:
    other = summary.compared(told) if told.finished else None
    colour, icon = STATE_LOOKS[told.state]
    return {
        "channel": made.channel,
        "made": made,
        "run": told,
        "other": other,
        "counters": summary.counters(told, other),
        "colour": colour,
        "icon_name": icon,
        "problem": problem_of_run(told.problem) if told.problem else "",
        "under_way": not told.finished or told.undo_state == UndoState.WAITING,
        "undoable": told.finished and not told.rehearsal and not told.undo_state,
        "consents": list(told.consents.order_by("-pk")),
    }


def _people(request: HttpRequest, told: SyncRun, other: SyncRun | None) -> dict[str, Any]:
    chosen = asked_for(request).get("outcome", "")
    rows = SyncRow.objects.filter(run=told, pk__gt=told.rows_from).select_related("contact").order_by("pk")
    if chosen:
        rows = rows.filter(outcome=chosen)
    page = page_of(rows, request.GET, size=50)
    known = Fields()
    writes = told.writes.order_by("customer_id", "deed")
    failed = list(writes.filter(state=WriteState.FAILED)[:WRITES_SHOWN])
    shown = [*failed, *writes.exclude(state=WriteState.FAILED)[: WRITES_SHOWN - len(failed)]]
    return {
        "chosen": chosen,
        "outcomes": [(name, outcome_word(name)) for name in OUTCOMES],
        "page": page,
        "rows": _beside_the_preview([row_line(row, known) for row in page], other, known),
        "writes": [(write, WRITES.get(write.deed, write.deed), _write_problem(write.problem)) for write in shown],
    }


def _beside_the_preview(lines: list[dict[str, Any]], other: SyncRun | None, known: Fields) -> list[dict[str, Any]]:
    """Put beside each line of a run what the preview had said of the same customer, if that is among its samples."""
    if other is None or not other.rehearsal:
        return lines
    rows = SyncRow.objects.filter(run=other, customer_id__in=[line["row"].customer_id for line in lines])
    said = {row.customer_id: row for row in rows}
    for line in lines:
        row = said.get(line["row"].customer_id)
        if row:
            line["preview"] = row_line(row, known)
            line["as_previewed"] = _essence(row) == _essence(line["row"])
    return lines


def _essence(row: SyncRow) -> tuple[object, ...]:
    return row.outcome, row.changes, row.conflicts, row.reason


def _write_problem(code: str) -> str:
    return problem_of_run(code) if code else ""


def row_line(row: SyncRow, known: Fields) -> dict[str, Any]:
    """Return one row as it is shown: the person, the outcome in words, each change before and after."""
    return {
        "row": row,
        "label": outcome_word(row.outcome, 1),
        "look": LOOKS.get(row.outcome, ("secondary", "list")),
        "reason": reason_text(row.reason, row.field) if row.reason else "",
        "changes": [
            (known.name(name), known.show(name, before) or "–", known.show(name, after) or "–")
            for name, (before, after) in row.changes.items()
        ],
        "conflicts": [
            (known.name(name), known.show(name, here) or "–", known.show(name, there) or "–")
            for name, (here, there) in row.conflicts.items()
        ],
    }


@allow(OPERATORS)
@require_POST
def cancel(request: HttpRequest, pk: int, sync_id: int, run_id: int) -> HttpResponse:
    made = configuration(pk, sync_id)
    if starting.cancel(run_of(made, run_id), asker(request)):
        messages.info(request, _("Stopped. What was synchronised before stays."))
    return redirect("sync:run", pk=pk, sync_id=sync_id, run_id=run_id)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def undo(request: HttpRequest, pk: int, sync_id: int, run_id: int) -> HttpResponse:
    """Ask, then take a run back."""
    made = configuration(pk, sync_id)
    told = run_of(made, run_id)
    if request.method == "POST":
        try:
            starting.undo(told, asker(request))
        except starting.NotUndoable:
            messages.error(request, _("This run cannot be undone (any more)."))
        return redirect("sync:run", pk=pk, sync_id=sync_id, run_id=run_id)
    return render(request, "sync/undo.html", {**around(request, made.channel), "made": made, "run": told})


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def consent(request: HttpRequest, pk: int, sync_id: int, run_id: int) -> HttpResponse:
    """The explicit step: record the consent of the people a run made."""
    made = configuration(pk, sync_id)
    told = run_of(made, run_id)
    rows = SyncRow.objects.none() if told.rehearsal else state_consent.people_of(told)
    who = row_digest.counted(rows, "contact_id")
    people = who.number
    form = ConsentForm(request.POST if request.method == "POST" else None, people)
    if request.method == "POST" and people and form.is_valid():
        said = form.cleaned_data
        state_consent.state(
            told,
            asker(request),
            source=said["source"],
            wording=said["wording"],
            given_on=said["given_on"],
            purpose=said["purpose"],
        )
        messages.success(request, _("The consent is being recorded."))
        return redirect("sync:run", pk=pk, sync_id=sync_id, run_id=run_id)
    shown = {
        **around(request, made.channel),
        "made": made,
        "run": told,
        "form": form,
        "people": people,
        "who": who.digest,
    }
    return render(request, "sync/consent.html", shown, status=422 if form.is_bound else 200)
