"""Calls whose body the entrance did not read: what the caller is told."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from staffetta.accounts import tokens
from staffetta.api.problems import Problem
from staffetta.work.entrance.faults import TOO_LARGE, TOO_SLOW, UNKNOWN, UNREAD


def answers_all_unread[V: Callable[..., Any]](view: V) -> V:
    """Mark an address that asks `unread_problem` first."""
    view.__dict__["words_unread"] = (TOO_LARGE, TOO_SLOW, UNKNOWN)
    return view


def unread_problem(request: HttpRequest) -> Problem | None:
    """Return why the body was not read; None if it was. A known caller is noted for the call log."""
    reason = request.META.get(UNREAD)
    if not reason:
        return None
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    caller = tokens.caller(token.strip()) if kind.lower() == "bearer" else None
    request.auth = caller  # type: ignore[attr-defined]  # as ninja keeps what Bearer.authenticate returned
    if reason == TOO_SLOW:
        return Problem("body_too_slow", _("The body of the request did not come in time. Send it again."))
    if caller or reason == TOO_LARGE:
        return Problem("body_too_large", _("The body is larger than the API takes."))
    return Problem("token_refused", _("A body of this length is read only with an access token that is known."))
