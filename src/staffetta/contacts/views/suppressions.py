"""The Blacklist: who is kept out of every send."""

from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow, takes_files
from staffetta.accounts.models import User
from staffetta.contacts.consents import keep_out
from staffetta.contacts.consents.suppression import OPTED_OUT, digests_of
from staffetta.contacts.consents.suppression_forms import FILE_BYTES, SuppressionForm
from staffetta.contacts.models import Suppression
from staffetta.contacts.wording import suppression_cause
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import Free, OneOf, Words, asked_for, restricted
from staffetta.ui.seen import confirms
from staffetta.ui.templatetags.staffetta import grouped
from staffetta.work.clock import now

SHOWN_WRONG = 200
FORM_ROOM = 1_000_000
"""What the form brings besides the file, and room for one that the form itself refuses."""


@allow(EVERYBODY)
@require_safe
@restricted(q=Words(gettext_lazy("Search"), 60), kind=OneOf(gettext_lazy("Kind"), ("ever", "days")))
def suppressions(request: HttpRequest) -> HttpResponse:
    query, kind = asked_for(request).get("q", ""), asked_for(request).get("kind", "")
    page = page_of(_of_kind(_found(query), kind), request.GET)
    lines = [(row, suppression_cause(row.cause), bool(row.until and row.until <= now())) for row in page]
    return render(request, "contacts/suppressions.html", {"page": page, "lines": lines, "query": query, "kind": kind})


def _of_kind(rows: QuerySet[Suppression], kind: str) -> QuerySet[Suppression]:
    """Return what is kept out for ever (Blacklist), for days (greylist), or both."""
    return rows.filter(until__isnull=kind == "ever") if kind else rows


def _found(query: str) -> QuerySet[Suppression]:
    """Addresses are unreadable here too: only a whole number or id finds its entry."""
    rows = Suppression.objects.order_by("-pk")
    if not query:
        return rows
    codes: list[str] = []
    for platform in keep_out.PLATFORMS:
        for address in keep_out.sort_lines(platform, ["", query]).addresses:
            codes += digests_of(platform, address)
    return rows.filter(address_digest__in=codes)


@takes_files(lambda: FILE_BYTES + FORM_ROOM)
@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@restricted(addresses=Free(), platform=Free())
def suppress(request: HttpRequest) -> HttpResponse:
    """Take the good lines; those that cannot be read come back to be corrected."""
    form = SuppressionForm(request.POST or None, request.FILES or None, initial=dict(asked_for(request)))
    if request.method != "POST" or not form.is_valid():
        return render(request, "contacts/suppress.html", {"form": form})
    told, data = form.sorted(), form.cleaned_data
    if told.addresses:
        by = cast("User", request.user)
        number = keep_out.keep_out(data["platform"], told.addresses, data["note"], data["days"], by)
        said = ngettext("%(number)s address is in the Blacklist.", "%(number)s addresses are in the Blacklist.", number)
        messages.success(request, said % {"number": grouped(number)})
    if not told.wrong:
        return redirect("contacts:suppressions")
    rest = SuppressionForm({**request.POST.dict(), "addresses": "\n".join(told.wrong[:SHOWN_WRONG])})
    rest.is_valid()
    wrong = ngettext(
        "%(number)s line is no number: correct it.", "%(number)s lines are no numbers: correct them.", len(told.wrong)
    )
    rest.add_error("addresses", wrong % {"number": grouped(len(told.wrong))})
    return render(request, "contacts/suppress.html", {"form": rest})


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Suppression, pk=pk)
    if request.method == "POST":
        keep_out.let_in(row, cast("User", request.user))
        messages.success(request, _("%(address)s is no longer in the Blacklist.") % {"address": row.masked})
        return redirect("contacts:suppressions")
    data = {"row": row, "cause": suppression_cause(row.cause), "opted_out": row.cause == OPTED_OUT}
    return render(request, "contacts/lift.html", data)
