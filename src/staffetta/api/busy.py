"""The answer when there is no room for one more request: made by the loop, at once, without a thread."""

import uuid
from functools import cache
from io import BytesIO
from typing import cast

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from staffetta.api.problems import Problem, answer
from staffetta.work.entrance.answers import Answer
from staffetta.work.entrance.bounds import Environ

API = "/api/"
RETRY_AFTER = 2


def busy(environ: Environ) -> Answer:
    request = WSGIRequest({**environ, "wsgi.input": BytesIO()})
    with translation.override(translation.get_language_from_request(request)):
        response = _problem(request) if request.path.startswith(API) else _with_headers(request)
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.items()]
    return Answer(response.status_code, headers, bytes(getattr(response, "content", b"")))


def _problem(request: HttpRequest) -> HttpResponse:
    detail = _("More calls wait than can be answered soon. Send the same request again a little later.")
    return answer(request, Problem("overloaded", detail, retry_after=RETRY_AFTER), uuid.uuid4())


def _with_headers(request: HttpRequest) -> HttpResponseBase:
    """Return the page with the headers that every page has."""
    content = _page(translation.get_language())

    def page(_request: HttpRequest) -> HttpResponse:
        headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
        return HttpResponse(content, status=503, headers=headers)

    whole = SecurityMiddleware(ContentSecurityPolicyMiddleware(XFrameOptionsMiddleware(page)))
    return cast("HttpResponseBase", whole(request))


@cache
def _page(_language: str) -> str:
    return render_to_string("503.html")
