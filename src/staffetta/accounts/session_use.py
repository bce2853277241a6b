"""Each page a person asks for keeps their session alive; what a page that stands open asks by itself does not."""

from collections.abc import Callable
from typing import Any

from staffetta.accounts.sessions import note_use

POLL = "X-Poll"
"""Header of what a page asks for again and again (`hx-trigger="every …"`)."""


class SessionUseMiddleware:
    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        if request.user.is_authenticated and POLL not in request.headers:
            note_use(request.session)
        return self.get_response(request)
