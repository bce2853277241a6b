"""What a page is sent, made storable for the whole request."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

from staffetta.text import storable

SECRETS = frozenset({"password", "old", "api_key"})
"""Names of fields that hold passwords and keys: never changed."""


class StorableTextMiddleware:
    """What a page is sent, in its address or its form, comes in through text.py, whichever form or view reads it.

    Behind the CSRF check, which has read the form by then; addresses without that check (our API) read their own body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], _args: list[Any], _names: Mapping[str, Any]
    ) -> None:
        request.GET = cleaned(request.GET)
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = cleaned(request.POST)


def cleaned[T: QueryDict](sent: T) -> T:
    """Return what was sent with storable names and values; the very same where there is nothing to clean."""
    if all(_clean(text) == text for name in sent for text in (name, *([] if name in SECRETS else sent.getlist(name)))):
        return sent
    copy = sent.copy()
    copy.clear()
    for name, texts in sent.lists():
        copy.setlist(_clean(name), list(texts) if name in SECRETS else [_clean(text) for text in texts])
    copy._mutable = False  # noqa: SLF001  (Django has no public way back)
    return copy  # type: ignore[return-value]  # Django types a copy as one that may be changed


def _clean(text: str) -> str:
    # Blanks alone are left: a separator of columns may be one, and the fields strip what they want stripped.
    return text if text.isascii() and text.isspace() else storable(text)
