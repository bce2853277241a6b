"""Imports: upload, columns, preview, progress, result."""

from collections.abc import Sequence
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, EXPORT, OPERATORS, allow, takes_files
from staffetta.accounts.models import User
from staffetta.contacts.audiences import audiences
from staffetta.contacts.fields.value_words import Fields
from staffetta.contacts.files.read_csv import BadFile
from staffetta.contacts.files.reading_words import question, value_name
from staffetta.contacts.imports import import_file, rejects, saved_mappings, undo_import
from staffetta.contacts.imports.import_forms import MappingForm, UploadForm
from staffetta.contacts.imports.import_reading import NOTATION, STRUCTURE, Unanswered, reading_of
from staffetta.contacts.imports.judge_rows import Verdict
from staffetta.contacts.imports.read_row import Person, Rejected
from staffetta.contacts.imports.reading_form import ReadingForm
from staffetta.contacts.lists import lists
from staffetta.contacts.models import ConsentValue, Import, ImportState
from staffetta.contacts.phones.phone import shown_reading
from staffetta.contacts.step_models import SavedMapping
from staffetta.contacts.wording import (
    OUTCOMES,
    bad_file_text,
    file_problem,
    refusal_text,
    reject_text,
)
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import Row, asked_for, restricted
from staffetta.ui.seen import confirms, versioned

MEGABYTE = 1_000_000
FORM_ROOM = 10_000
"""Bytes an upload has besides its file."""
OUTCOME_LOOKS = {
    "created": ("green", "user-plus"),
    "updated": ("azure", "refresh"),
    "unchanged": ("secondary", "equal"),
    "rejected": ("red", "circle-x"),
}
STATE_LOOKS = {
    ImportState.UPLOADED.value: ("secondary", "table"),
    ImportState.WAITING.value: ("azure", "clock"),
    ImportState.RUNNING.value: ("azure", "progress"),
    ImportState.DONE.value: ("green", "circle-check"),
    ImportState.FAILED.value: ("red", "alert-circle"),
    ImportState.CANCELLED.value: ("secondary", "ban"),
    ImportState.UNDOING.value: ("azure", "arrow-back-up"),
    ImportState.UNDONE.value: ("secondary", "arrow-back-up"),
}


@allow(EVERYBODY)
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    page = page_of(Import.objects.select_related("asked_by"), request.GET)
    data = {"page": page, "lines": [(source, *STATE_LOOKS[source.state]) for source in page]}
    return render(request, "contacts/imports.html", data)


def _most_bytes() -> int:
    return int(settings.IMPORT_MAX_BYTES) + FORM_ROOM


@takes_files(_most_bytes, words_too_large=True)
@csrf_exempt
@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file. One that is too large is refused before it is read, so the form's token is looked at after that."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > _most_bytes():
        form = UploadForm({}, MultiValueDict())
        form.errors["file"] = form.error_class([_too_large()])
        return _upload_page(request, form, status=413)
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _upload_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            source = import_file.accept(form.upload, form.upload.name or "", cast("User", request.user))
        except BadFile as bad:
            form.add_error("file", bad_file_text(bad))
        else:
            return redirect("contacts:columns", pk=source.pk)
    return _upload_page(request, form)


def _upload_page(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    data = {"form": form, "limit": settings.IMPORT_MAX_BYTES // MEGABYTE}
    return render(request, "contacts/upload.html", data, status=status)


def _too_large() -> str:
    return file_problem("too_large", detail=str(settings.IMPORT_MAX_BYTES // MEGABYTE))


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@restricted(saved=Row(gettext_lazy("Saved mapping"), SavedMapping))
@versioned()
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Import, pk=pk)
    if source.state != ImportState.UPLOADED:
        return redirect("contacts:import", pk=pk)
    if _asked(source, STRUCTURE):  # where columns begin and end is not known yet
        return render(request, "contacts/reading.html", _reading(source, STRUCTURE))
    try:
        sample = import_file.look_over(source).sample
    except BadFile as bad:
        return _lost(request, source, bad)
    saved = saved_mappings.fitting(source.columns)
    chosen_one = next((row for row in saved if row == asked_for(request).get("saved")), None)
    before = chosen_one or (None if source.mapping else import_file.like_before(source))
    form = MappingForm(source, request.POST or None, before=before)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        name = " ".join(chosen["into_list"].split())
        import_file.map_columns(
            source,
            chosen["mapping"],
            chosen["consent_column"],
            chosen["wording"],
            phone_mode=chosen["phone_mode"],
            phone_prefix=chosen["phone_prefix"],
            into_list=lists.named(name, cast("User", request.user)) if name else None,
            modes=chosen["modes"],
        )
        if chosen["save_as"].strip():
            saved_mappings.keep(source, chosen["save_as"], cast("User", request.user))
        return redirect("contacts:preview", pk=pk)
    data = {
        "form": form,
        "before": None if chosen_one else before,
        "saved": saved,
        "chosen": chosen_one,
        "lines": form.lines(sample),
        **_reading(source, STRUCTURE),
    }
    return render(request, "contacts/columns.html", data)


@allow(OPERATORS)
@require_POST
def forget_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedMapping, pk=pk)
    saved_mappings.forget(saved, cast("User", request.user))
    messages.success(request, _("«%(name)s» is forgotten.") % {"name": saved})
    back = request.POST.get("source", "")
    known = back.isascii() and back.isdecimal() and len(back) < 19
    return redirect("contacts:columns", pk=int(back)) if known else redirect("contacts:imports")


def _asked(source: Import, names: Sequence[str]) -> list[str]:
    """Return what a person must say of these traits, in words."""
    reading = reading_of(source)
    return [question(name, reading.trait(name)) for name in names if name in reading.questions]


def _reading(source: Import, names: Sequence[str]) -> dict[str, object]:
    """What a page shows of how the file is read."""
    form = ReadingForm(source, names=names)
    reading = form.reading
    told = [value_name(name, reading.trait(name).value) for name in ("encoding", "delimiter")]
    written = [reading.sheet.value] if source.from_workbook else told
    return {"source": source, "reading_form": form, "questions": _asked(source, names), "written": " · ".join(written)}


@allow(OPERATORS)
@require_POST
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Read an upload in another way; nothing of it is stored yet."""
    source = get_object_or_404(Import, pk=pk)
    if source.state != ImportState.UPLOADED:
        return redirect("contacts:import", pk=pk)
    form = ReadingForm(source, request.POST)
    try:
        if form.is_valid():
            import_file.choose_reading(source, form.chosen())
    except BadFile as bad:
        messages.error(request, file_problem(bad.code, bad.line, bad.detail))
    except import_file.AlreadyStarted:
        return redirect("contacts:import", pk=pk)
    again = "contacts:preview" if source.mapping and not form.data.keys() & set(STRUCTURE) else "contacts:columns"
    return redirect(again, pk=pk)


def _lost(request: HttpRequest, source: Import, bad: BadFile) -> HttpResponse:
    """The kept file cannot be read any more (restored without its folder): say so and begin again."""
    messages.error(request, bad_file_text(bad))
    import_file.discard(source, cast("User", request.user))
    return redirect("contacts:upload")


@allow(OPERATORS)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Import, pk=pk)
    if source.state != ImportState.UPLOADED:
        return redirect("contacts:import", pk=pk)
    if not source.mapping or _asked(source, STRUCTURE):
        return redirect("contacts:columns", pk=pk)
    try:
        verdicts = import_file.preview(source)
    except BadFile as bad:
        return _lost(request, source, bad)
    refusals, overruled = import_file.preview_refusals(verdicts, source)
    fields = Fields()
    lines = [_line(source, verdict, fields, refused=verdict.row.record.row in overruled) for verdict in verdicts]
    for line in lines:
        people = refusals.by_row.get(cast("int", line["number"]))
        line["refused"] = None if people is None else refusal_text(len(people))
    data = {"lines": lines, "refusals": sum(1 for people in refusals.by_row.values() if people)}
    return render(request, "contacts/preview.html", {**data, **_reading(source, NOTATION)})


def _line(source: Import, verdict: Verdict, fields: Fields, *, refused: bool) -> dict[str, object]:
    """What the preview shows of a row; `refused`: another row says No of the same person."""
    row, (colour, icon) = verdict.row, OUTCOME_LOOKS[verdict.outcome]
    shown: dict[str, object] = {"number": row.record.row, "outcome": OUTCOMES[verdict.outcome]}
    shown |= {"colour": colour, "icon": icon, "name": ""}
    if isinstance(row, Rejected):
        readings = rejects.phone_readings(source, row.reason, row.column, row.record.cells)
        why = reject_text(row.reason, row.column, readings)
        return shown | {"why": why, "cells": " · ".join(filter(None, row.record.cells))}
    assert isinstance(row, Person)
    name = f"{row.texts.get('first_name', '')} {row.texts.get('last_name', '')}".strip()
    changes = ", ".join(fields.show(name, value) for name, value in row.own.items())
    address = shown_reading(row.phone_raw, row.phone) if row.phone else row.telegram_id
    said = ConsentValue.NO if refused else ConsentValue(row.consent)
    return shown | {"name": name, "address": address, "opt_in": said.label, "own": changes}


@allow(OPERATORS)
@require_POST
@confirms(on="contacts:preview")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Import, pk=pk)
    if source.state == ImportState.UPLOADED and not source.mapping:
        return redirect("contacts:columns", pk=pk)
    try:
        import_file.start(source, cast("User", request.user))
    except import_file.AlreadyStarted:
        messages.info(request, _("This import has started already."))
    except Unanswered:
        return redirect("contacts:preview", pk=pk)
    except BadFile as bad:
        return _lost(request, source, bad)
    return redirect("contacts:import", pk=pk)


@allow(OPERATORS)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Import, pk=pk)
    try:
        import_file.discard(source, cast("User", request.user))
    except import_file.AlreadyStarted:
        return redirect("contacts:import", pk=pk)
    messages.success(request, _("The file is thrown away. Nothing was imported."))
    return redirect("contacts:imports")


@allow(OPERATORS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    if import_file.cancel(get_object_or_404(Import, pk=pk), cast("User", request.user)):
        messages.success(request, _("The import is cancelled. What had been imported stays."))
    return redirect("contacts:import", pk=pk)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Import, pk=pk)
    if request.method != "POST" and source.can_be_undone:
        data = {"source": source, "uses": audiences.naming("import", pk)}
        return render(request, "contacts/undo_import.html", data)
    if request.method == "POST" and not undo_import.undo(source, cast("User", request.user)):
        messages.info(request, _("There is nothing to undo any more."))
    return redirect("contacts:import", pk=pk)


@allow(EVERYBODY)
@require_safe
def show_import(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Import, pk=pk)
    if source.state == ImportState.UPLOADED and cast("User", request.user).may_operate:
        return redirect("contacts:columns", pk=pk)
    return render(request, "contacts/import.html", _progress(source))


@allow(EVERYBODY)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "contacts/parts/progress.html", _progress(get_object_or_404(Import, pk=pk)))


def _progress(source: Import) -> dict[str, object]:
    colour, icon = STATE_LOOKS[source.state]
    reasons = rejects.reasons(source) if source.rejected else []
    return {
        "source": source,
        "steps": source.consent_steps.select_related("by").order_by("pk"),
        "colour": colour,
        "icon": icon,
        "done": source.imported + source.rejected,
        "reasons": [(reject_text(reason), number) for reason, number in reasons],
        "problem": file_problem(source.problem, detail=source.problem_detail) if source.problem else "",
    }


@allow(EVERYBODY, EXPORT)
@require_safe
def rejects_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    source = get_object_or_404(Import, pk=pk)
    audit.record(cast("User", request.user), "rejects_exported", source)
    name = _("%(file)s-rejected.csv") % {"file": slugify(source.name.rsplit(".", 1)[0]) or source.pk}
    answer = StreamingHttpResponse(rejects.rejects_csv(source), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
