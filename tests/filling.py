"""A client that posts a form as a browser does: with what the page put into it."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from staffetta.ui.seen import FIELD, page_of_view

FORM = re.compile(r'<form\b[^>]*>\s*(<input type="hidden" name="seen" value="([^"]*)">)?', re.IGNORECASE)


def seen_in(html: str, action: str, page: str) -> str:
    """Return what a page put into its form that goes to `action`; "" when it has none."""
    for form in FORM.finditer(html):
        found = re.search(r'\baction="([^"]+)"', form[0])
        if (found[1].replace("&amp;", "&") if found else page) == action and form[2]:
            return form[2]
    return ""


def page_of(path: str) -> str:
    """Return the address of the page that leads to a marked view, "" for all other views."""
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    marks = getattr(found.func, "seen", None)
    return "" if marks is None else page_of_view(next(iter(marks.values())), found.kwargs) or path


class FillingClient(Client):
    """Looks at the page first where a form must say what was seen, unless the test gives that itself."""

    def post(self, path: str, data: Any = None, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        given = {} if data is None else data
        if isinstance(given, dict) and FIELD not in given and (page := page_of(path)):
            shown = super().get(page)
            if shown.status_code == 200 and (seen := seen_in(shown.content.decode(), path, page)):
                given = {**given, FIELD: seen}
        return super().post(path, given, *args, **options)
