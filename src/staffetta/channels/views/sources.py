"""An administrator decides what a start may do where opt-outs cannot be known as they should."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.channels.connection.forms import SourcesForm
from staffetta.channels.models import Channel
from staffetta.channels.views.home import channel_url
from staffetta.channels.views.person import person
from staffetta.events.allow import allow_sources
from staffetta.ui.seen import versioned


@allow(ADMINISTRATORS)
@require_POST
@versioned(on="channels:home")
def sources(request: HttpRequest, pk: int) -> HttpResponse:
    """Save both decisions."""
    channel = get_object_or_404(Channel, pk=pk)
    form = SourcesForm(request.POST)
    if channel.has_key and form.is_valid() and allow_sources(channel, person(request), **form.cleaned_data):
        messages.success(request, _("Saved. A held communication goes on once somebody resumes it."))
    return redirect(channel_url(channel))
