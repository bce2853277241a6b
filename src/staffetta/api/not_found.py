"""Addresses that no pattern matches, a line end in them for instance: a program reads a problem, a person a page."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found as page

from staffetta.api.problems import Problem, answer

API = "/api/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return answer(request, Problem("address_unknown", _("The API has nothing at this address.")), uuid.uuid4())
    return page(request, exception)
