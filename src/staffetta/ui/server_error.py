"""The page for what went wrong on our side: calm, and back by itself, while the database is busy or away."""

import logging
import sys

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as fault_page

from staffetta.work.database.databases import DISK, READ_ONLY, gave_no_answer, in_the_way

AGAIN_AFTER = 5
"""Seconds."""
logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a page that raised: 503 if the database did not answer, else 500."""
    error = sys.exc_info()[1]
    if not (isinstance(error, Error) and gave_no_answer(error)):
        return fault_page(request)
    logger.warning("the database did not answer: %s", error)
    reads = request.method in ("GET", "HEAD")
    # Without the request: what pages show beside their content would ask the database again.
    obstacle = in_the_way(error)
    told = {
        "reads": reads,
        "path": request.get_full_path(),
        "full": obstacle == DISK,
        "read_only": obstacle == READ_ONLY,
    }
    page = render_to_string("database_busy.html", told)
    headers = {"Retry-After": str(AGAIN_AFTER), "Cache-Control": "no-store"}
    if reads:
        headers["Refresh"] = str(AGAIN_AFTER)
    return HttpResponse(page, status=503, headers=headers)
