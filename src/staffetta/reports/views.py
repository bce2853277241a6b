"""The first page, and how the installation itself is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow, open_to_anybody
from staffetta.reports import overview as first_page
from staffetta.reports import system as machine


@allow(EVERYBODY)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    data = {
        "steps": first_page.first_steps(),
        "lines": first_page.last_communications(),
        "channels": first_page.channels(),
    }
    return render(request, "reports/overview.html", data)


@allow(OPERATORS)
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    data: dict[str, object] = {
        "health": machine.health(),
        "lanes": machine.lanes(),
        "queues": machine.queues(),
        "version": machine.own_version(),
        "database": machine.database(),
        "disk": machine.disk(),
        "mail": bool(settings.MAIL_HOST),
    }
    if getattr(request.user, "is_administrator", False):
        data |= {"leases": machine.leases(), "schedule": machine.schedule(), "folder": settings.DATA_DIR}
    template = "reports/_system.html" if request.htmx else "reports/system.html"  # type: ignore[attr-defined]
    return render(request, template, data)


@never_cache
@open_to_anybody
@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers and a worker lives, else 503; nothing in it is secret."""
    found = machine.health()
    answer = {
        "status": "ok" if found.healthy else "trouble",
        "database": found.database,
        "worker": found.worker,
        "version": machine.own_version(),
    }
    return JsonResponse(answer, status=200 if found.healthy else 503)
