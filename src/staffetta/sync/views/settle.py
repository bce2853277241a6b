"""What waits for a person: conflicts to decide, rejected customers to correct."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.contacts.fields.value_words import Fields
from staffetta.sync import decide, decide_all, setup
from staffetta.sync.judge import CONFLICTING, REJECTED
from staffetta.sync.models import SyncConfiguration, SyncRow
from staffetta.sync.views.found import around, asker, configuration
from staffetta.sync.views.running import row_line
from staffetta.sync.wording import reason_text
from staffetta.ui.paging import page_of

SIDES = (decide.HERE, decide.THERE)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    """Both values side by side; a person decides, one by one or all alike. Polled while all are being decided."""
    made = configuration(pk, sync_id)
    if request.method == "POST":
        _decide(request, made)
        return redirect("sync:conflicts", pk=pk, sync_id=sync_id)
    asked = made.decisions.select_related("by").order_by("-pk").first()
    told = {"channel": made.channel, "made": made, "asked": asked, "under_way": asked and not asked.finished_at}
    if request.htmx:  # type: ignore[attr-defined]  # django_htmx's middleware adds it
        answer = render(request, "sync/_deciding.html", told)
        if not told["under_way"]:
            answer["HX-Refresh"] = "true"  # what is still open stands below
        return answer
    return render(request, "sync/conflicts.html", {**around(request, made.channel), **told, **_open(request, made)})


def _open(request: HttpRequest, made: SyncConfiguration) -> dict[str, Any]:
    rows = decide.open_rows(made, CONFLICTING).select_related("contact").order_by("pk")
    page = page_of(rows, request.GET, size=50)
    known = Fields()
    return {"page": page, "rows": [row_line(row, known) for row in page]}


def _decide(request: HttpRequest, made: SyncConfiguration) -> None:
    side, number = request.POST.get("side", ""), request.POST.get("row", "")
    if side not in SIDES:
        return
    if number == "all":
        _decide_all(request, made, side)
    elif number.isascii() and number.isdecimal() and len(number) < 19:
        _decide_one(request, made, side, int(number))


def _decide_all(request: HttpRequest, made: SyncConfiguration, side: str) -> None:
    try:
        decide_all.ask(made, side, asker(request))
    except decide_all.AtIt:
        messages.error(request, _("The conflicts are being decided already: wait for the end."))


def _decide_one(request: HttpRequest, made: SyncConfiguration, side: str, number: int) -> None:
    rows = SyncRow.objects.filter(run__configuration=made, run__rehearsal=False)
    row = rows.select_related("run").filter(pk=number).first()
    try:
        settled = int(bool(row and decide.decide(row, side, asker(request))))
    except decide.Taken as taken:
        messages.error(request, reason_text(taken.reason))
        return
    told = ngettext("%(number)s conflict decided.", "%(number)s conflicts decided.", settled) % {"number": settled}
    messages.success(request, told)


@allow(EVERYBODY)
@require_safe
def rejects(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    """Who was rejected, with the reason."""
    made = configuration(pk, sync_id)
    page = page_of(decide.open_rows(made, REJECTED).order_by("pk"), request.GET, size=50)
    rows = [(row, reason_text(row.reason, row.field)) for row in page]
    return render(
        request, "sync/rejects.html", {**around(request, made.channel), "made": made, "page": page, "rows": rows}
    )


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int, sync_id: int, row_id: int) -> HttpResponse:
    """Correct the values of one rejected customer and try again; nothing changes on Sinch Engage."""
    made = configuration(pk, sync_id)
    row = get_object_or_404(decide.open_rows(made, REJECTED).select_related("run__configuration__channel"), pk=row_id)
    stored = row.customer or {}
    values = {"id": stored.get("id", ""), "name": stored.get("name", ""), **dict(stored.get("fields") or {})}
    if row.field:
        values.setdefault(row.field, "")
    if request.method == "POST":
        typed = {name: request.POST.get(f"value-{name}", value)[:1000] for name, value in values.items()}
        try:
            row = decide.replay(row, typed, asker(request))
        except setup.Held:
            messages.error(request, _("A customer field vanished or changed: look at it first."))
            return redirect("sync:show", pk=pk, sync_id=sync_id)
        if row.outcome != REJECTED:
            messages.success(request, _("Taken: %(name)s.") % {"name": row.name or row.customer_id})
            return redirect("sync:rejects", pk=pk, sync_id=sync_id)
        values = typed
    shown = {
        **around(request, made.channel),
        "made": made,
        "row": row,
        "values": list(values.items()),
        "reason": reason_text(row.reason, row.field),
    }
    return render(request, "sync/correct.html", shown, status=422 if request.method == "POST" else 200)
