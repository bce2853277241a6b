"""Where somebody is logged in, and ending it there."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from staffetta.accounts import audit, browsers, sessions
from staffetta.accounts.access import ADMINISTRATORS, EVERYBODY, allow
from staffetta.accounts.models import Session, User
from staffetta.accounts.password_again import asks_password_to_change


@allow(EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponse:
    return _sessions(request, cast("User", request.user), "accounts:own_sessions")


@allow(ADMINISTRATORS)
@asks_password_to_change
@require_http_methods(["GET", "HEAD", "POST"])
def user_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    return _sessions(request, get_object_or_404(User, pk=pk), "accounts:user_sessions", pk)


def _sessions(request: HttpRequest, person: User, page: str, *where: int) -> HttpResponse:
    if request.method == "POST":
        ended = _end(request, person)
        if ended:
            audit.record(cast("User", request.user), "sessions_ended", person, sessions=ended)
        told = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended) % {"count": ended}
        messages.success(request, told)
        return redirect(page, *where)
    own = person == request.user
    rows = [_row(row, request.session.session_key) for row in sessions.of(person)]
    return render(request, "accounts/sessions.html", {"person": person, "own": own, "rows": rows})


def _end(request: HttpRequest, person: User) -> int:
    """End the session that was named, or all but the one that is used to do it."""
    one = request.POST.get("session", "")
    known = {str(row.public_id): row for row in sessions.of(person)}
    if not one:
        return sessions.end(person, but=request.session.session_key)
    return sessions.end(person, known[one].public_id) if one in known else 0


def _row(row: Session, here: str | None) -> dict[str, Any]:
    kept = row.get_decoded()
    return {
        "row": row,
        "here": row.session_key == here,
        "browser": browsers.name(str(kept.get("agent", ""))) or _("Unknown browser"),
        "address": kept.get("address", ""),
    }
