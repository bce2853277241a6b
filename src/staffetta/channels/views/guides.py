"""The guides, in the reader's language."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from staffetta.accounts.access import EVERYBODY, allow
from staffetta.channels.guide import guide as read_guide


@allow(EVERYBODY)
@require_safe
def guide(request: HttpRequest, name: str) -> HttpResponse:
    """One guide."""
    found = read_guide(name, (get_language() or "en")[:2])
    if found is None:
        raise Http404
    title, text = found
    return render(request, "channels/guide.html", {"guide_title": title, "text": text})
