"""The person's language, no copy in caches, and what a person reads whose request was not read to its end."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import translation

from staffetta.work.entrance.faults import TOO_LARGE, TOO_SLOW, UNKNOWN, UNREAD


class PersonMiddleware:
    """Language follows the person; before login, the browser's (Django's LocaleMiddleware has set that)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        if not language and request.user.is_authenticated:
            language = settings.LANGUAGE_CODE
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"  # nothing of people stays in a shared browser
        return response


class UnreadBodyMiddleware:
    """Answers for the page when the entrance did not read the body (`work/entrance`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        reason = request.META.get(UNREAD, "")
        if not reason or reason in getattr(view, "words_unread", ()):
            return None
        if reason == UNKNOWN and getattr(view, "allowed_roles", ()):
            if request.user.is_authenticated:
                raise PermissionDenied
            return redirect_to_login(request.get_full_path())
        status = {TOO_SLOW: 408, TOO_LARGE: 413, UNKNOWN: 413}[reason]
        return render(request, f"{status}.html", status=status)
