"""Switching templates on and off; what uses them is shown before they are switched off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.channels.message_templates import browse, templates, usage
from staffetta.channels.message_templates.switch import switch
from staffetta.channels.models import Channel, Template
from staffetta.channels.views.person import person
from staffetta.ui.seen import confirms


@allow(ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms(when="confirmed")
def switch_one(request: HttpRequest, pk: int, template_id: int) -> HttpResponse:
    """Turn one switch; off asks first when something uses the template."""
    template = get_object_or_404(Template.objects.select_related("channel"), pk=template_id, channel=pk)
    off = template.active if request.method != "POST" else request.POST.get("to") == "off"
    used = usage.of_templates([template.pk])[template.pk] if off else []
    if request.method != "POST" or (used and "confirmed" not in request.POST):
        return _ask(request, template.channel, [template], {template.pk: used})
    switch(template.channel, [template.pk], on=not off, by=person(request))
    template.refresh_from_db()
    if request.headers.get("HX-Request"):
        return _line(request, template)
    told = _("%(template)s is now off.") if off else _("%(template)s is now on.")
    messages.success(request, told % {"template": template.name})
    return redirect(f"{reverse('channels:templates', args=[pk])}?template={template.pk}")


@allow(ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def switch_all(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Turn all switches of a channel on or off; a page asks first."""
    channel = get_object_or_404(Channel, pk=pk)
    rows = list(channel.templates.filter(active=to != "on").order_by("name"))
    used = usage.of_templates([row.pk for row in rows]) if to != "on" else {}
    if request.method != "POST":
        return _ask(request, channel, rows, used, everything=True, to=to)
    number = switch(channel, [row.pk for row in rows], on=to == "on", by=person(request))
    if to == "on":
        told = ngettext("%(number)d template switched on.", "%(number)d templates switched on.", number)
    else:
        told = ngettext("%(number)d template switched off.", "%(number)d templates switched off.", number)
    messages.success(request, told % {"number": number})
    return redirect("channels:templates", pk=pk)


def _ask(
    request: HttpRequest,
    channel: Channel,
    rows: list[Template],
    used: dict[int, list[usage.Usage]],
    *,
    everything: bool = False,
    to: str = "",
) -> HttpResponse:
    context = {
        "channel": channel,
        "rows": rows,
        "to": to or ("off" if rows[0].active else "on"),
        "used": [(row, used[row.pk]) for row in rows if used.get(row.pk)],
        "everything": everything,
        "counted": usage.counted([one for usages in used.values() for one in usages]),
    }
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = request.path
        return response
    return render(request, "channels/switch.html", context)


def _line(request: HttpRequest, template: Template) -> HttpResponse:
    row = browse.with_variants(Template.objects.filter(pk=template.pk)).get()
    context = {
        "line": browse.line(row, usage.of_templates([row.pk])[row.pk]),
        "channel": template.channel,
        "counts": templates.counts([template.channel_id])[template.channel_id],
        "kept": "",
        "alone": True,
    }
    return render(request, "channels/_template_switch.html", context)
