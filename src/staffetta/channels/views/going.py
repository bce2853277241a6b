"""Disconnetti and Resetta canali: what goes, what stays, what is held, what is in the way; then a typed word."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.accounts.password_again import asks_password
from staffetta.channels.connection import disconnect as deed
from staffetta.channels.connection.disconnect import Blocked, Outlook
from staffetta.channels.connection.forms import ConfirmForm
from staffetta.channels.models import Channel
from staffetta.channels.views.person import person
from staffetta.contacts.models import Contact
from staffetta.ui.seen import confirms
from staffetta.ui.templatetags.staffetta import grouped


@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def reset(request: HttpRequest) -> HttpResponse:
    """Start from zero."""
    channels = list(Channel.objects.order_by("id"))
    if not channels:
        return redirect("channels:list")
    form = ConfirmForm(request.POST or None, wanted=_("RESET"))
    outlook = deed.outlook(channels)
    if request.method == "POST" and not outlook.blockers and form.is_valid():
        try:
            deed.reset(person(request))
        except Blocked:
            return redirect("channels:reset")  # the page says what is in the way now
        messages.success(request, _("All channels were reset. On Sinch Engage nothing changed."))
        return redirect("channels:list")
    return _page(request, None, form, outlook)


@allow(ADMINISTRATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one channel."""
    channel = get_object_or_404(Channel, pk=pk)
    form = ConfirmForm(request.POST or None, wanted=channel.provider_id)
    outlook = deed.outlook([channel])
    if request.method == "POST" and not outlook.blockers and form.is_valid():
        try:
            deed.disconnect(channel, person(request))
        except Blocked:
            return redirect("channels:disconnect", pk=pk)
        told = _("%(channel)s was disconnected. On Sinch Engage nothing changed.") % {"channel": channel}
        messages.success(request, told)
        return redirect("channels:list")
    return _page(request, channel, form, outlook)


def _page(request: HttpRequest, channel: Channel | None, form: ConfirmForm, outlook: Outlook) -> HttpResponse:
    status = 422 if form.errors or (request.method == "POST" and outlook.blockers) else 200
    context = {
        "channel": channel,
        "form": form,
        "outlook": outlook,
        "goes": _goes(outlook),
        "calls": _calls(outlook),
        "contacts": Contact.objects.count(),
    }
    return render(request, "channels/going.html", context, status=status)


def _calls(outlook: Outlook) -> str:
    """Say how many calls go; their number grows all the time, so nobody confirms it."""
    told = ngettext("%(number)s API call in the log", "%(number)s API calls in the log", outlook.calls)
    return told % {"number": grouped(outlook.calls)} if outlook.calls else ""


def _goes(outlook: Outlook) -> list[str]:
    """Say what goes, one line per kind, kinds of which there is nothing left out."""
    counted = [
        (outlook.channels, ngettext("%(number)s channel", "%(number)s channels", outlook.channels)),
        (outlook.keys, ngettext("%(number)s API Key", "%(number)s API Keys", outlook.keys)),
        (outlook.templates, ngettext("%(number)s template", "%(number)s templates", outlook.templates)),
        (
            outlook.switched_off,
            ngettext(
                "%(number)s template switched off by you",
                "%(number)s templates switched off by you",
                outlook.switched_off,
            ),
        ),
        (outlook.fields, ngettext("%(number)s customer field", "%(number)s customer fields", outlook.fields)),
    ]
    lines = [text % {"number": grouped(number)} for number, text in counted if number]
    return lines + [f"{grouped(number)} {name}" for name, number in outlook.others]
