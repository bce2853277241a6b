"""The proof that a STOP is known, on the home of a channel."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staffetta.accounts.access import ADMINISTRATORS, OPERATORS, allow
from staffetta.channels.models import Channel
from staffetta.channels.views.home import channel_url, summary
from staffetta.channels.views.person import person
from staffetta.contacts.phones.phone import NotAPhone
from staffetta.events.forms import TestNumberForm
from staffetta.events.proof_card import card
from staffetta.events.proof_words import REFUSALS, broken_words
from staffetta.events.prove_stop import CannotProve, prove, set_number
from staffetta.ui.seen import versioned


@allow(OPERATORS)
@require_POST
def prove_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Prove at once, and say how it went."""
    channel = get_object_or_404(Channel, pk=pk)
    try:
        proof = prove(channel, person(request), asked=True)
    except CannotProve as error:
        messages.error(request, str(REFUSALS[error.code]))
    else:
        if proof.broken:
            messages.error(request, broken_words(proof.broken, proof.detail))
        else:
            messages.success(request, _("It works: whoever writes STOP on this channel receives nothing more."))
    return redirect(f"{channel_url(channel)}#stop-proof")


@allow(ADMINISTRATORS)
@require_POST
@versioned(on="channels:home")
def set_test_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Set or remove it; what is wrong is told beside the field, and what was typed stays."""
    channel = get_object_or_404(Channel, pk=pk)
    if not channel.has_key or not channel.is_whatsapp:
        return redirect(channel_url(channel))
    form = TestNumberForm(request.POST)
    if form.is_valid():
        try:
            proof = set_number(channel, form.cleaned_data["number"], person(request))
        except (NotAPhone, CannotProve) as error:
            form.add_error("number", str(REFUSALS[error.code]))
    if not form.is_valid():
        shown = summary(request, channel) | {"stop_proof": card(channel, form)}
        return render(request, "channels/home.html", shown, status=422)
    saved = _("Saved. The check runs by itself each morning.") if proof else _("Removed: the check no longer runs.")
    messages.success(request, saved)
    return redirect(f"{channel_url(channel)}#stop-proof")
