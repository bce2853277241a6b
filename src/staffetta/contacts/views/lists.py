"""Lists of contacts, and files of what the list shows."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, EXPORT, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.communications.models import Communication, CommunicationState
from staffetta.contacts.audiences import audiences
from staffetta.contacts.exports import export
from staffetta.contacts.filters import RESTRICTIONS, Filters
from staffetta.contacts.lists import lists as contact_lists
from staffetta.contacts.lists.list_forms import AddForm, ListForm
from staffetta.contacts.lists.list_names import in_order
from staffetta.contacts.models import AudienceRules, Contact, ContactList
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import Free, asked_for, restricted
from staffetta.ui.seen import confirms
from staffetta.ui.templatetags.staffetta import grouped
from staffetta.work.database import row_digest

SHOWN = 500
"""Audiences by rules on one page: somebody wrote each of them by hand."""
COUNT = "count"
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@allow(EVERYBODY)
@require_safe
@restricted(count=Free())
def lists(request: HttpRequest) -> HttpResponse:
    return _lists(request, ListForm())


@allow(OPERATORS)
@require_POST
def make_list(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.POST)
    if not form.is_valid():
        return _lists(request, form)
    made = contact_lists.named(form.cleaned_data["name"], cast("User", request.user))
    messages.success(request, _("The list «%(name)s» is there.") % {"name": made})
    return redirect("contacts:lists")


def _lists(request: HttpRequest, form: ListForm) -> HttpResponse:
    """The numbers of people come after the page: a list of a million takes its time to count."""
    asked = request.GET.copy()
    counting = bool(asked.pop(COUNT, None))
    page = page_of(ContactList.objects.order_by("-pk"), asked)
    people = contact_lists.count_people(list(page)) if counting else {}
    later = request.GET.copy()
    later[COUNT] = "1"
    data = {
        "lines": [(row, people.get(row.pk)) for row in page],
        "counting": counting,
        "later": later.urlencode(),
        "audiences": in_order(AudienceRules.objects.all())[:SHOWN],
    }
    return render(request, "contacts/lists.html", {"page": page, "form": form, **data})


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@restricted(RESTRICTIONS, back="contacts:list")
@confirms()
def add_to_list(request: HttpRequest) -> HttpResponse:
    """Put the people the list of contacts shows into a list, chosen or new."""
    filters = Filters.of(asked_for(request))
    form = AddForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        shown = {"form": form, "filters": filters, "people": row_digest.counted(filters.people())}
        return render(request, "contacts/add_to_list.html", shown)
    by = cast("User", request.user)
    target = form.cleaned_data["list"] or contact_lists.named(form.cleaned_data["new"], by)
    added = contact_lists.add_people(target, filters.people(), by)
    said = ngettext("%(number)s person added to «%(name)s».", "%(number)s people added to «%(name)s».", added)
    messages.success(request, said % {"number": grouped(added), "name": target})
    return redirect("contacts:lists")


@allow(OPERATORS)
@require_POST
def leave_list(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    target, person = get_object_or_404(ContactList, pk=pk), get_object_or_404(Contact, pk=contact)
    contact_lists.remove(target, person, cast("User", request.user))
    messages.success(request, _("%(name)s is no longer in «%(list)s».") % {"name": person, "list": target})
    return redirect("contacts:show", pk=contact)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def delete_list(request: HttpRequest, pk: int) -> HttpResponse:
    target = get_object_or_404(ContactList, pk=pk)
    if request.method == "POST":
        contact_lists.delete_list(target, cast("User", request.user))
        messages.success(request, _("%(name)s is deleted.") % {"name": target})
        return redirect("contacts:lists")
    drafts = Communication.objects.filter(audience_list=target, state=CommunicationState.DRAFT).order_by("pk")[:50]
    return render(
        request,
        "contacts/delete_list.html",
        {"list": target, "drafts": drafts, "uses": audiences.naming("list", target.pk)},
    )


@allow(EVERYBODY, EXPORT)
@require_safe
@restricted(RESTRICTIONS, back="contacts:list")
def export_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    filters = Filters.of(asked_for(request))
    people = filters.people()
    if kind == "xlsx" and export.too_long_for_a_sheet(people):
        messages.error(request, _("A workbook holds at most 1,048,575 people: choose CSV, or fewer people."))
        return redirect("contacts:list")
    audit.record(cast("User", request.user), "contacts_exported", None, filter=filters.address)
    answer = StreamingHttpResponse(export.encoded(people, kind), content_type=CONTENT_TYPES[kind])
    name = _("contacts")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
