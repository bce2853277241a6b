"""What happens to a message when …, and what pauses by that: why, in numbers, with the button to try again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.deliveries.incident_words import cause_of_refusals, cause_of_silence
from staffetta.deliveries.models import Breaker, BreakerKind
from staffetta.deliveries.retry_words import lines
from staffetta.deliveries.sending import breaker


@allow(EVERYBODY)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The retry table, row by row."""
    return render(request, "deliveries/rules.html", {"lines": lines()})


@allow(EVERYBODY)
@require_safe
def paused(request: HttpRequest, kind: str, subject: int) -> HttpResponse:
    """Why a channel pauses, or what refuses a template, in numbers."""
    row, is_channel = _breaker(kind, subject), kind == BreakerKind.CHANNEL
    words = cause_of_silence if is_channel else cause_of_refusals
    context: dict[str, object] = {"breaker": row, "cause": words(row.cause, row.failures)}
    if is_channel:
        context["channel"] = get_object_or_404(Channel, pk=subject)
    else:
        variants = TemplateVariant.objects.select_related("template__channel")
        context["variant"] = get_object_or_404(variants, pk=subject)
    return render(request, "deliveries/paused.html", context)


@require_POST
@allow(OPERATORS)
def try_again(request: HttpRequest, kind: str, subject: int) -> HttpResponse:
    """Let it try again at once, on a person's word."""
    assert isinstance(request.user, User)
    if breaker.try_again(_breaker(kind, subject), request.user):
        messages.success(request, _("It tries again."))
    else:
        messages.warning(request, _("It was going on already."))
    return redirect("deliveries:paused", kind, subject)


def _breaker(kind: str, subject: int) -> Breaker:
    return get_object_or_404(Breaker, kind=kind, subject=subject, kind__in=(BreakerKind.CHANNEL, BreakerKind.TEMPLATE))
