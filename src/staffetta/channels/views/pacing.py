"""Setting the pace of a channel on its home."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.channels.calls.pace import set_pace
from staffetta.channels.connection.forms import PaceForm
from staffetta.channels.models import Channel
from staffetta.channels.views.home import channel_url, summary
from staffetta.channels.views.person import person
from staffetta.ui.seen import versioned


@allow(ADMINISTRATORS)
@require_POST
@versioned(on="channels:home")
def pace(request: HttpRequest, pk: int) -> HttpResponse:
    """Set it; what is wrong is told beside the field, and what was typed stays."""
    channel = get_object_or_404(Channel, pk=pk)
    if not channel.has_key:
        return redirect(channel_url(channel))
    form = PaceForm(request.POST)
    if not form.is_valid():
        return render(request, "channels/home.html", summary(request, channel) | {"pace_form": form}, status=422)
    if set_pace(channel, form.cleaned_data["pace"], form.cleaned_data["burst"], person(request)):
        messages.success(request, _("Saved. What is being sent goes on at this pace within a few seconds."))
    return redirect(channel_url(channel))
