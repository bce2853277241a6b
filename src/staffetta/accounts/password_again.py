"""The password is asked for again before what somebody at a borrowed screen could do lasting harm with."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.utils.http import url_has_allowed_host_and_scheme

from staffetta.work.clock import now

PASSWORD_AT = "password_at"  # noqa: S105  (a name)
"""In the session: when the password was typed last, in seconds since 1970."""


def note_password(session: Any) -> None:
    session[PASSWORD_AT] = now().timestamp()


def note_login(request: Any, **_signal: object) -> None:
    """Receive `user_logged_in`."""
    note_password(request.session)


def asks_password[V: Callable[..., Any]](view: V) -> V:
    """Mark a page that only somebody opens who typed the password not long ago.

    A form that was opened in time may be sent for as long again.
    """
    return _asks(view, to_open=True)


def asks_password_to_change[V: Callable[..., Any]](view: V) -> V:
    """Mark a page whose form only is for somebody who typed the password not long ago."""
    return _asks(view, to_open=False)


def _asks[V: Callable[..., Any]](view: V, *, to_open: bool) -> V:
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        reads = request.method in ("GET", "HEAD")
        again = request.__dict__.get("shown_again", False)  # ui/seen.py compares the page with what its form says
        if (reads and not to_open) or _fresh(request.session, 1 if reads and not again else 2):
            return view(request, *args, **kwargs)
        return _ask(request)

    guarded.__dict__["asks_password"] = True
    return cast("V", guarded)


def _fresh(session: Any, times: int) -> bool:
    age = now().timestamp() - float(session.get(PASSWORD_AT, 0))
    return age < times * 60 * settings.PASSWORD_AGAIN_MINUTES


def _ask(request: Any) -> Any:
    answer = redirect_to_login(_way_back(request), "accounts:confirm")
    if request.headers.get("HX-Request"):  # htmx would put the page into the middle of this one
        answer.headers["HX-Redirect"] = answer.url
        del answer.headers["Location"]
        answer.status_code = 200
    return answer


def _way_back(request: Any) -> str:
    """Return the page to go on with: this one, or the one whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return str(request.get_full_path())
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return "/"
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
