"""Channel home: the summary, the customer fields, and what every tab of a channel has in common."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts.access import ADMINISTRATORS, EVERYBODY, allow
from staffetta.accounts.audit import record
from staffetta.channels import tabs as more_tabs
from staffetta.channels.calls.pace import burst_of, rate_of
from staffetta.channels.connection import overview
from staffetta.channels.connection.forms import KeyForm, PaceForm, PlatformForm, SourcesForm
from staffetta.channels.message_templates import usage
from staffetta.channels.models import Channel
from staffetta.channels.views.person import person
from staffetta.connectors.messages import Platform
from staffetta.deliveries.models import Breaker, BreakerKind
from staffetta.deliveries.sending.slowed import slowed
from staffetta.events import ages
from staffetta.events.proof_card import card
from staffetta.ui.restrictions import Free, asked_for, restricted
from staffetta.ui.seen import versioned


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a Channel home."""

    label: str
    url: str
    name: str
    count: int | None = None


def frame(request: HttpRequest, channel: Channel, here: str) -> dict[str, Any]:
    """Return what every tab shows around its own part: heading, tabs, the refresh under way or its result."""
    row = overview.rows([channel])[0]
    fields = channel.customer_fields.filter(gone_at=None).count()
    return {
        "channel": channel,
        "row": row,
        "here": here,
        "tabs": _tabs(request, row, fields),
        "fields_count": fields,
        "why_no_refresh": overview.why_no_refresh([row]),
        "back": request.get_full_path(),
    }


def _tabs(request: HttpRequest, row: overview.Row, fields: int) -> list[Tab]:
    channel = row.channel
    found = [Tab(_("Summary"), reverse("channels:home", args=[channel.pk]), "summary")]
    if channel.is_whatsapp:
        url = reverse("channels:templates", args=[channel.pk])
        found.append(Tab("WhatsApp", url, "whatsapp", row.counts.available))
    found.append(Tab(_("Customer fields"), reverse("channels:fields", args=[channel.pk]), "fields", fields))
    found += [
        Tab(str(more.label), reverse(more.url_name, args=[channel.pk]), more.name) for more in more_tabs.registered()
    ]
    if person(request).is_administrator:
        found.append(Tab(_("API calls"), reverse("channels:calls", args=[channel.pk]), "calls"))
    return found


@allow(EVERYBODY)
@require_safe
def home(request: HttpRequest, pk: int) -> HttpResponse:
    """The summary of a connected channel; the API Key box of one that is not."""
    channel = get_object_or_404(Channel.objects.select_related("stop_proof"), pk=pk)
    if not channel.has_key:
        return render(request, "channels/connect.html", {"channel": channel, "form": KeyForm()})
    return render(request, "channels/home.html", summary(request, channel))


@allow(EVERYBODY)
@require_safe
@restricted(tab=Free())
def home_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The changing part above the tabs, asked for while a refresh is under way; the tab itself follows once it ends."""
    channel = get_object_or_404(Channel, pk=pk)
    asked = asked_for(request).get("tab", "")
    shown = frame(request, channel, asked)
    shown["back"] = next((tab.url for tab in shown["tabs"] if tab.name == asked), channel_url(channel))
    return render(request, "channels/_home_live.html", {**shown, "alone": True})


def channel_url(channel: Channel) -> str:
    """Return the address of a channel's home."""
    return reverse("channels:home", args=[channel.pk])


def summary(request: HttpRequest, channel: Channel) -> dict[str, object]:
    """Return what the summary of a connected channel shows."""
    unknown = channel.platform == Platform.UNKNOWN or channel.platform_chosen
    sends = Breaker.objects.filter(kind=BreakerKind.CHANNEL, subject=channel.pk).first()
    known = ages.of_channel(channel)
    return {
        **frame(request, channel, "summary"),
        "sources": known,
        "sources_form": SourcesForm(
            initial={"stopped_alone": known.allowed.stopped_alone, "older": known.allowed.older}
        ),
        "paused": sends if sends and sends.opened_at else None,
        "slowed": slowed(sends) if sends else None,
        "dependents": usage.of_channel(channel.pk),
        "rate": rate_of(channel),
        "burst": burst_of(channel),
        "pace_form": PaceForm(initial={"pace": channel.pace, "burst": channel.burst}),
        "stop_proof": card(channel),
        "platform_form": PlatformForm(initial={"platform": channel.platform}) if unknown else None,
    }


@allow(ADMINISTRATORS)
@require_POST
@versioned(on="channels:home")
def choose_platform(request: HttpRequest, pk: int) -> HttpResponse:
    """Say the platform of a channel of which the provider does not tell it."""
    channel = get_object_or_404(Channel, pk=pk)
    form = PlatformForm(request.POST)
    told = channel.platform != Platform.UNKNOWN and not channel.platform_chosen
    if form.is_valid() and not told:
        channel.platform, channel.platform_chosen = form.cleaned_data["platform"], True
        channel.save(update_fields=["platform", "platform_chosen"])
        record(person(request), "channel_platform_chosen", channel, platform=channel.platform)
        messages.success(request, _("Saved. Refresh the channel to download what belongs to this platform."))
    return redirect(channel_url(channel))


@allow(EVERYBODY)
@require_safe
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer fields as they were at the last refresh; vanished ones last."""
    channel = get_object_or_404(Channel, pk=pk)
    if not channel.has_key:
        return redirect(channel_url(channel))
    rows = list(channel.customer_fields.order_by("position", "name"))
    shown = sorted(rows, key=lambda row: row.gone_at is not None)
    return render(request, "channels/fields.html", {**frame(request, channel, "fields"), "fields": shown})
