"""Entering an API Key: the open box, a channel's own box, and replacing the key of a connected channel."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.accounts.password_again import asks_password
from staffetta.channels.connection import connect as deed
from staffetta.channels.connection.connect import NotConnected
from staffetta.channels.connection.forms import KeyForm
from staffetta.channels.models import Channel
from staffetta.channels.views.person import person
from staffetta.channels.wording import problem_text

ASKING = ("unusual_key", "which_channel", "channel_unknown")
"""Problems that a person answers with the same key."""


@allow(ADMINISTRATORS)
@asks_password
@never_cache
@sensitive_post_parameters("api_key")
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """The open box: the key tells which channel it belongs to."""
    return _box(request, None)


@allow(ADMINISTRATORS)
@asks_password
@never_cache
@sensitive_post_parameters("api_key")
@require_http_methods(["GET", "HEAD", "POST"])
def connect_row(request: HttpRequest, pk: int) -> HttpResponse:
    """The box of one channel, connected (the key is replaced) or not."""
    return _box(request, get_object_or_404(Channel, pk=pk))


def _box(request: HttpRequest, row: Channel | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, row, KeyForm())
    form = KeyForm(request.POST)
    form.is_valid()
    typed = form.cleaned_data.get("api_key", request.POST.get("api_key", ""))
    replacing = (row is not None and row.has_key) or bool(form.cleaned_data.get("replace"))
    try:
        asked = deed.connect(
            typed,
            row=row,
            replace=replacing,
            chosen=form.cleaned_data.get("chosen", ""),
            sure=bool(form.cleaned_data.get("sure")),
            by=person(request),
        )
    except NotConnected as problem:
        return _refused(request, row, form, problem)
    told = _("%(channel)s: the new API Key works.") if replacing else _("%(channel)s: the API Key works.")
    messages.success(request, told % {"channel": asked.channel})
    target = reverse("channels:list")
    # htmx answers are never followed by the browser itself: it is told where to go.
    return HttpResponseClientRedirect(target) if request.headers.get("HX-Request") else redirect(target)


def _refused(request: HttpRequest, row: Channel | None, form: KeyForm, problem: NotConnected) -> HttpResponse:
    context: dict[str, object] = {"problem": problem, "text": problem_text(problem.code, **problem.names)}
    if problem.replaceable or problem.code in ASKING:  # what was answered before goes with the next answer
        context["answered"] = [name for name in ("sure", "replace") if form.cleaned_data.get(name)]
    if request.headers.get("HX-Request"):
        return render(request, "channels/_connect_result.html", context)  # 200: browsers log every other as an error
    return _page(request, row, form, status=422, **context)


def _page(request: HttpRequest, row: Channel | None, form: KeyForm, status: int = 200, **more: object) -> HttpResponse:
    empty = row is None and not Channel.objects.exists()
    template = "channels/first.html" if empty else "channels/connect.html"
    return render(request, template, {"channel": row, "form": form, **more}, status=status)
