"""Configurations: the tab's list, making and changing one, choices, changed fields, deleting."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.channels.connection.forms import ConfirmForm
from staffetta.channels.models import Channel, CustomerField
from staffetta.contacts.models import ContactField
from staffetta.sync import save as saving
from staffetta.sync import setup
from staffetta.sync.convert import FITTING, unmatched
from staffetta.sync.forms import ConfigurationForm, rows_form
from staffetta.sync.models import Kind, SyncConfiguration, SyncMapping
from staffetta.sync.plan_writes import DELETED_DELETE
from staffetta.sync.summary import last_runs
from staffetta.sync.views.found import around, asker, configuration
from staffetta.sync.wording import THERE_TYPES, TYPES
from staffetta.ui.seen import confirms, versioned


@allow(EVERYBODY)
@require_safe
def browse(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab: all configurations of the channel with their last run."""
    channel = get_object_or_404(Channel, pk=pk)
    if not channel.has_key:
        return redirect("channels:home", pk=pk)
    rows = list(channel.syncs.order_by("name", "pk"))
    held, last = setup.held_among(rows), last_runs(rows)
    lines = [(row, row.pk in held, last.get(row.pk)) for row in rows]
    return render(request, "sync/list.html", {**around(request, channel), "lines": lines})


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk)
    if not channel.has_key:
        return redirect("channels:home", pk=pk)
    return _edit(request, channel, None)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@versioned()
def edit(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    made = configuration(pk, sync_id)
    return _edit(request, made.channel, made)


def _edit(request: HttpRequest, channel: Channel, made: SyncConfiguration | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form, rows = ConfigurationForm(channel, data, made), rows_form(channel, made, data)
    wants_word = False
    if data is not None and form.is_valid() and rows.is_valid() and rows.agrees(*form.matching):
        wants_word = _deletes_newly(form, made) and not _word_typed(request)
        if not wants_word and (saved := _saved(request, form, rows.rows())):
            return redirect("sync:show", pk=channel.pk, sync_id=saved.pk)
    shown = {
        **around(request, channel),
        "made": made,
        "form": form,
        "rows": rows,
        "wants_word": wants_word,
        "table": _table(),
    }
    refused = data is not None
    return render(request, "sync/edit.html", shown, status=422 if refused else 200)


def _saved(request: HttpRequest, form: ConfigurationForm, rows: list[SyncMapping]) -> SyncConfiguration | None:
    try:
        saved = saving.save(form.save(commit=False), rows, asker(request), form.cleaned_data["into_list"])
    except saving.UnderWay:
        form.add_error(None, _("A run is under way: wait for its end or stop it, then save again."))
        return None
    messages.success(request, _("The configuration was saved."))
    return saved


def _deletes_newly(form: ConfigurationForm, made: SyncConfiguration | None) -> bool:
    before = SyncConfiguration.objects.filter(pk=made.pk).values_list("state_rules", flat=True).first() if made else []
    return DELETED_DELETE in form.cleaned_data["state_rules"] and DELETED_DELETE not in (before or [])


def _word_typed(request: HttpRequest) -> bool:
    return request.POST.get("typed", "").strip().casefold() == str(_("delete for good")).casefold()


def _table() -> list[tuple[str, str]]:
    """The conversions in words: their type, and what it can become."""
    return [
        (str(THERE_TYPES[there]), ", ".join(str(TYPES[here]) for here in ours))
        for there, ours in FITTING.items()
        if there != "unknown"
    ]


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@versioned()
def choices(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    """Match the choices of both sides one by one; what has no match is shown."""
    made = configuration(pk, sync_id)
    groups = _groups(made)
    if request.method == "POST":
        for group in groups:
            row: SyncMapping = group["row"]
            told = {line["there"]: request.POST.get(line["field"], "") for line in group["lines"]}
            row.pairs = {there: ours for there, ours in told.items() if ours in group["ours"]}
            row.save(update_fields=["pairs"])
        messages.success(request, _("The choices were saved."))
        return redirect("sync:show", pk=pk, sync_id=sync_id)
    return render(request, "sync/choices.html", {**around(request, made.channel), "made": made, "groups": groups})


def _groups(made: SyncConfiguration) -> list[dict[str, Any]]:
    there = dict(CustomerField.objects.filter(channel=made.channel_id).values_list("name", "choices"))
    own = {field.name: field for field in ContactField.objects.filter(type__in=("choice", "choices"))}
    rows = made.mappings.filter(kind=Kind.FIELD, contact_field__in=own).order_by("position", "pk")
    return [_group(row, list(there.get(row.customer_field, [])), own[row.contact_field]) for row in rows]


def _group(row: SyncMapping, theirs: list[str], field: ContactField) -> dict[str, Any]:
    same = {choice.casefold(): choice for choice in field.choices}
    lines = [
        {
            "there": choice,
            "field": f"pair-{row.pk}-{place}",
            "ours": row.pairs.get(choice, same.get(choice.casefold(), "")),
        }
        for place, choice in enumerate(theirs)
    ]
    return {
        "row": row,
        "label": str(field),
        "ours": field.choices,
        "lines": lines,
        "unmatched": unmatched(theirs, field.choices, row.pairs),
    }


@allow(OPERATORS)
@require_POST
@confirms(on="sync:show")
def accept(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    """Agree to customer fields that changed."""
    made = configuration(pk, sync_id)
    setup.accept(made)
    audit.record(asker(request), "sync_accepted", made)
    messages.success(request, _("Saved: the configuration follows the customer fields as they are now."))
    return redirect("sync:show", pk=pk, sync_id=sync_id)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def delete(request: HttpRequest, pk: int, sync_id: int) -> HttpResponse:
    """Ask, then forget the configuration."""
    made = configuration(pk, sync_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None, wanted=made.name)
    if request.method == "POST" and form.is_valid():
        try:
            saving.delete(made, asker(request))
        except saving.UnderWay:
            messages.error(request, _("A run is under way: wait for its end or stop it first."))
            return redirect("sync:show", pk=pk, sync_id=sync_id)
        messages.success(request, _("The configuration was deleted."))
        return redirect("sync:list", pk=pk)
    shown = {**around(request, made.channel), "made": made, "form": form, "runs": made.runs.count()}
    return render(request, "sync/delete.html", {**shown, "back": reverse("sync:show", args=[pk, sync_id])})
