"""The first page, and how the installation itself is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from staffetta.accounts import tokens
from staffetta.accounts.access import EVERYBODY, OPERATORS, allow, open_to_anybody
from staffetta.reports import health as state
from staffetta.reports import metrics as numbers
from staffetta.reports import overview as first_page
from staffetta.reports import system as machine
from staffetta.reports import wording
from staffetta.work import set_aside as set_aside_items


@allow(EVERYBODY)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    data = {
        "steps": first_page.first_steps(),
        "lines": first_page.last_communications(),
        "channels": first_page.channels(),
        "to_decide": first_page.opt_outs_to_decide(),
    }
    return render(request, "reports/overview.html", data)


@allow(OPERATORS)
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    found = state.health()
    data: dict[str, object] = {
        "health": found,
        "to_start": wording.what_to_start(),
        "to_add": [*wording.what_to_add(found.missing), *wording.what_to_start_again(found.silent)],
        "lanes": machine.lanes(),
        "queues": machine.queues(),
        "version": machine.own_version(),
        "database": machine.database(),
        "disk": machine.disk(),
        "set_aside": sum(found.set_aside.values()),
        "mail": bool(settings.MAIL_HOST),
    }
    if getattr(request.user, "is_administrator", False):
        data |= {"leases": machine.leases(), "schedule": machine.schedule(), "folder": settings.DATA_DIR}
    template = "reports/_system.html" if request.htmx else "reports/system.html"  # type: ignore[attr-defined]
    return render(request, template, data)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def set_aside(request: HttpRequest) -> HttpResponse:
    """Show what no lane could handle; a POST lets one of it, or all, be tried again at once."""
    if request.method == "POST":
        set_aside_items.try_again(machine.set_aside_rows(request.POST.get("item", "")))
        return redirect("reports:set_aside")
    return render(request, "reports/set_aside.html", {"lines": machine.set_aside_lines()})


@never_cache
@open_to_anybody
@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers and every lane runs somewhere, else 503; nothing in it is secret."""
    found = state.own_health()
    answer: dict[str, object] = {
        "status": "ok" if found.healthy and not found.set_aside else "trouble",
        "database": found.database,
        "worker": found.worker,
        "lanes": found.lanes,
        "set_aside": found.set_aside,
        "version": machine.own_version(),
    }
    if found.database == "ok":
        details = state.details()
        answer |= {"status": "trouble", "details": "too slow"} if details is None else details
    return JsonResponse(answer, status=200 if found.healthy else 503)


@never_cache
@open_to_anybody
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the numbers to whoever brings STAFFETTA_METRICS_TOKEN or an access token of the API; 401 to the others."""
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not may_read_metrics(given.strip()):
        return HttpResponse("401\n", status=401, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    return HttpResponse(numbers.text(), content_type=numbers.CONTENT_TYPE)


def may_read_metrics(given: str) -> bool:
    own = settings.METRICS_TOKEN
    return bool(own and constant_time_compare(given, own)) or tokens.caller(given) is not None
