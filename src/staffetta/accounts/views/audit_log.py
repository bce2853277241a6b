"""What everybody did: administrators only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from staffetta.accounts import wording
from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.accounts.models import AuditEntry, User
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import OneOf, Row, asked_for, restricted


@allow(ADMINISTRATORS)
@require_safe
@restricted(
    person=Row(_("Person"), User), deed=OneOf(_("What was done"), lambda: [code for code, _words in wording.deeds()])
)
def audit_log(request: HttpRequest) -> HttpResponse:
    person, deed = asked_for(request).get("person"), asked_for(request).get("deed", "")
    entries = AuditEntry.objects.order_by("-pk")
    if person:
        entries = entries.filter(actor=person)
    if deed:
        entries = entries.filter(deed=deed)
    page = page_of(entries, request.GET)
    lines = [
        {"entry": entry, "deed": wording.deed(entry.deed), "details": wording.details(entry)} for entry in page.items
    ]
    data = {
        "page": page,
        "lines": lines,
        "people": User.objects.order_by("username"),
        "deeds": wording.deeds(),
        "person": person,
        "deed": deed,
    }
    return render(request, "accounts/audit_log.html", data)
