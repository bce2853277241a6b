"""Duplicate contacts: probable twins, two side by side, merged, and taken apart again."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.contacts.fields.value_words import Fields
from staffetta.contacts.merging import merge as merging
from staffetta.contacts.merging import search_twins
from staffetta.contacts.merging.merge_consent import states_of, stricter
from staffetta.contacts.merging.unmerge import CannotUndo, unmerge
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Merge, Twin, TwinSearch
from staffetta.contacts.wording import not_restored, undo_refusal
from staffetta.ui.paging import page_of
from staffetta.ui.seen import confirms

CHOICE = "choose_"


@allow(EVERYBODY)
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    twins = search_twins.open_twins().select_related("first", "second").order_by("-pk")
    search = TwinSearch.objects.order_by("-pk").first()
    return render(request, "contacts/duplicates.html", {"page": page_of(twins, request.GET), "search": search})


@allow(OPERATORS)
@require_POST
def search_duplicates(request: HttpRequest) -> HttpResponse:
    search_twins.ask(cast("User", request.user))
    messages.success(request, _("The search has started: what it finds is listed here."))
    return redirect("contacts:duplicates")


@allow(OPERATORS)
@require_POST
def dismiss_duplicates(request: HttpRequest, pk: int) -> HttpResponse:
    twin = get_object_or_404(Twin, pk=pk)
    search_twins.dismiss(twin, cast("User", request.user))
    messages.success(request, _("They stay two contacts: no search shows this pair again."))
    return redirect("contacts:duplicates")


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Both side by side; the one of the address stays, the other goes into it."""
    kept, lost = get_object_or_404(Contact, pk=pk), get_object_or_404(Contact, pk=other)
    if kept == lost:
        return redirect("contacts:show", pk=pk)
    if request.method == "POST":
        names = [name.removeprefix(CHOICE) for name in request.POST if name.startswith(CHOICE)]
        choices = {name: request.POST[CHOICE + name] for name in names}
        try:
            done = merging.merge(kept, lost, choices, cast("User", request.user))
        except merging.NotTwo:
            raise Http404 from None
        messages.success(request, _("%(name)s is one contact now.") % {"name": done.kept})
        return redirect("contacts:show", pk=kept.pk)
    return render(request, "contacts/merge.html", _compared(kept, lost))


def _compared(kept: Contact, lost: Contact) -> dict[str, object]:
    fields = Fields()
    chosen = set(merging.differing(kept, lost))
    rows = [
        (
            name,
            fields.name(name),
            *(fields.show(name, merging.value_of(each, name)) for each in (kept, lost)),
            name in chosen,
        )
        for name in merging.fields_of(kept, lost)
    ]
    twin = Twin.objects.filter(first=min(kept.pk, lost.pk), second=max(kept.pk, lost.pk)).first()
    hanging = [
        (_("Messages"), kept.deliveries.count(), lost.deliveries.count()),
        (_("Lists"), kept.memberships.count(), lost.memberships.count()),
        (_("Imports"), kept.imports.count(), lost.imports.count()),
    ]
    data = {"kept": kept, "lost": lost, "rows": rows, "twin": twin, "hanging": hanging, "prefix": CHOICE}
    return data | {"consents": _consents(kept, lost), "lists": merging.lists_of(kept, lost)}


def _consents(kept: Contact, lost: Contact) -> list[tuple[object, object, object]]:
    """Per platform and purpose: what either said, and what will count."""
    mine, theirs = states_of(kept.pk), states_of(lost.pk)
    keys = sorted({*mine, *theirs})
    return [(mine.get(key), theirs.get(key), stricter(mine.get(key), theirs.get(key))) for key in keys]


@allow(EVERYBODY)
@require_safe
def merges(request: HttpRequest) -> HttpResponse:
    page = page_of(Merge.objects.select_related("kept").order_by("-pk"), request.GET)
    lines = [(row, [not_restored(code) for code in row.undone]) for row in page]
    return render(request, "contacts/merges.html", {"page": page, "lines": lines})


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def undo_merge(request: HttpRequest, pk: int) -> HttpResponse:
    done = get_object_or_404(Merge.objects.select_related("kept"), pk=pk)
    if request.method != "POST":
        return render(request, "contacts/undo_merge.html", {"merge": done})
    try:
        again = unmerge(done, cast("User", request.user))
    except CannotUndo as refused:
        messages.error(request, undo_refusal(refused.code))
        return redirect("contacts:merges")
    done.refresh_from_db()
    messages.success(request, _("%(name)s is a contact of its own again.") % {"name": again})
    for code in done.undone:
        messages.warning(request, not_restored(code))
    return redirect("contacts:show", pk=again.pk)
