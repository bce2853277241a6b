"""The people behind the numbers of a summary: who would not receive it, and why."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from staffetta.accounts.access import EVERYBODY, allow
from staffetta.communications import start as starting
from staffetta.communications.views.asked import found
from staffetta.deliveries.ledger.reasons import REASONS, words_of
from staffetta.deliveries.planning.rehearse import LOOKED_AT, left_out


@allow(EVERYBODY)
@require_safe
def people_left_out(request: HttpRequest, pk: int, reason: str) -> HttpResponse:
    """The first of those who would not receive it for one reason; once it has started, those of the report."""
    communication = found(pk)
    if reason not in REASONS:
        raise Http404
    if communication.state not in starting.NOT_STARTED:
        return redirect(f"{reverse('deliveries:people', args=[pk])}?state=not_sent&reason={reason}")
    if communication.variant is None:
        return redirect("communications:show", pk)
    context = {
        "communication": communication,
        "words": words_of(reason),
        "found": left_out(communication, reason),
        "looked_at": LOOKED_AT,
    }
    return render(request, "communications/left_out.html", context)
