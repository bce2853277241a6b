"""Tab WhatsApp: the templates, each with its switch and its preview."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from staffetta.accounts.access import EVERYBODY, allow
from staffetta.channels.calls import labels
from staffetta.channels.message_templates import browse, usage
from staffetta.channels.message_templates.browse import Filters, Line, Refused
from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.channels.views.home import channel_url, frame
from staffetta.deliveries.incident_words import cause_of_refusals
from staffetta.deliveries.models import Breaker, BreakerKind
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import Free, OneOf, Restriction, Row, Words, asked_for, restricted

SIZE = 100
RESTRICTIONS: dict[str, Restriction] = {
    "q": Words(_("Search")),
    "state": OneOf(_("State"), browse.STATES),
    "language": OneOf(_("Language"), lambda pk: browse.languages(Channel(pk=pk))),
    "template": Row(_("Template"), lambda pk: Template.objects.filter(channel=pk)),
    "name": OneOf(_("Template"), lambda pk: set(Template.objects.filter(channel=pk).values_list("name", flat=True))),
    "shown": Free(),
}


@allow(EVERYBODY)
@require_safe
@restricted(RESTRICTIONS)
def templates(request: HttpRequest, pk: int) -> HttpResponse:
    """The templates of a WhatsApp channel; `?template=` chooses the one that is drawn, `?language=` its language."""
    channel = get_object_or_404(Channel, pk=pk)
    if not channel.has_key or not channel.is_whatsapp:
        return redirect(channel_url(channel))
    filters = _filters(asked_for(request))
    page = page_of(browse.with_variants(browse.matching(channel, filters)), request.GET, size=SIZE)
    used = usage.of_templates([template.pk for template in page])
    lines = [browse.line(template, used[template.pk]) for template in page]
    _tell_refused(channel, lines)
    context = {
        **frame(request, channel, "whatsapp"),
        "page": page,
        "lines": lines,
        "filters": filters,
        "languages": browse.languages(channel),
        "kept": _without(request.GET, "template", "shown", "name"),
        **_drawn(request, channel, lines),
    }
    return render(request, "channels/whatsapp.html", context)


def _tell_refused(channel: Channel, lines: list[Line]) -> None:
    """Say in its line what is refused in a row; one query, whatever the number of templates."""
    opened = Breaker.objects.filter(kind=BreakerKind.TEMPLATE, of_channel=channel.pk, opened_at__isnull=False)
    found = {row.subject: row for row in opened}
    for line in lines:
        line.refused = [
            Refused(
                variant.language,
                cause_of_refusals(found[variant.pk].cause, found[variant.pk].failures),
                reverse("deliveries:paused", args=[BreakerKind.TEMPLATE, variant.pk]),
            )
            for variant in line.variants
            if variant.pk in found
        ]


def _filters(asked: Mapping[str, Any]) -> Filters:
    return Filters(asked.get("q", ""), asked.get("state", ""), asked.get("language", ""))


def _without(asked: QueryDict, *names: str) -> str:
    kept = asked.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()


def _drawn(request: HttpRequest, channel: Channel, lines: list[Line]) -> dict[str, object]:
    """Return the template that is drawn: the chosen one, else the first of the list."""
    asked = asked_for(request)
    wanted = asked.get("template")
    if name := asked.get("name"):  # links in the result of a refresh know names only
        wanted = channel.templates.filter(name=name).first()
    chosen = next((line for line in lines if line.template == wanted), None)
    if chosen is None and wanted:
        chosen = _elsewhere(channel, wanted.pk)
    line = chosen or next(iter(lines), None)
    if line is None or line.main is None:
        return {"drawn": None}
    language = asked.get("shown", "")
    light = next((row for row in line.variants if row.language == language), line.main)
    variant = TemplateVariant.objects.select_related("template").get(pk=light.pk)
    return {
        "drawn": line,
        "variant": variant,
        "variant_state": labels.of_variant(variant),
        "variables": labels.variables(variant),
        "quality": labels.quality(variant),
        "sheet_open": chosen is not None,
    }


def _elsewhere(channel: Channel, template_id: int) -> Line | None:
    """A template that is on another page of the list, or filtered out: links lead to it all the same."""
    found = browse.with_variants(channel.templates.filter(pk=template_id)).first()
    return browse.line(found, usage.of_templates([found.pk])[found.pk]) if found else None
