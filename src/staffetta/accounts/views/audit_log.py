"""What everybody did: administrators only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from staffetta.accounts import wording
from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.accounts.models import AuditEntry, User
from staffetta.ui.paging import page_of


@allow(ADMINISTRATORS)
@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    person, deed = request.GET.get("person", ""), request.GET.get("deed", "")
    entries = AuditEntry.objects.order_by("-pk")
    if person.isdecimal():
        entries = entries.filter(actor_id=int(person))
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
