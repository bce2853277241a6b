"""Compose a communication: one form that grows with what is chosen."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.accounts.access import OPERATORS, allow
from staffetta.channels.models import TemplateVariant
from staffetta.communications.draft import NotADraft, save_draft
from staffetta.communications.forms import CommunicationForm, initial_for, initial_of
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.views.asked import found, person
from staffetta.ui.restrictions import Free, Restriction, Row, asked_for, restricted
from staffetta.ui.seen import versioned

BEGINNING: dict[str, Restriction] = {
    "variant": Row(gettext_lazy("Template"), lambda: TemplateVariant.objects.select_related("template")),
    "channel": Free(),
    "template": Free(),
    "language": Free(),
    "update": Free(),
}
"""What a new one begins with, and that it is only to be drawn anew."""


@allow(OPERATORS)
@restricted(BEGINNING)
def new(request: HttpRequest) -> HttpResponse:
    """Compose a new communication, empty or from a template (`?variant=`)."""
    return _compose(request, None)


@allow(OPERATORS)
@restricted(update=Free())
@versioned(redraws=("update",))
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    communication = found(pk)
    if communication.state != CommunicationState.DRAFT:
        return redirect("communications:show", pk)
    return _compose(request, communication)


def _compose(request: HttpRequest, draft: Communication | None) -> HttpResponse:
    checked = draft.media_check if draft else {}
    if updating(request):
        # Something was chosen that other fields depend on: the same values again, nothing judged yet.
        return _page(request, CommunicationForm(initial=asked(request), checked=checked), draft)
    if request.method != "POST":
        return _page(request, CommunicationForm(initial=_initial(request, draft), checked=checked), draft)
    form = CommunicationForm(request.POST, checked=checked)
    if not form.is_valid():
        return _page(request, form, draft)
    try:
        saved = save_draft(
            draft,
            form.cleaned_data["name"],
            form.content(),
            form.chosen_audience,
            person(request),
            speed=form.cleaned_data["speed"],
            hours=form.hours,
        )
    except NotADraft:
        messages.error(request, _("It was started meanwhile: it can no longer be changed."))
        return redirect("communications:show", draft.pk if draft else 0)
    return redirect("communications:show", saved.pk)


def updating(request: HttpRequest) -> bool:
    """Say whether the form is only to be shown anew: by htmx after a choice, or by its button without JavaScript."""
    return request.method == "POST" and ("update" in request.POST or "update" in asked_for(request))


def asked(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed as initial values: the form then shows it without judging it."""
    return dict(request.POST.items())


def _initial(request: HttpRequest, draft: Communication | None) -> Mapping[str, Any]:
    if draft:
        return initial_of(draft)
    return initial_from(request)


def initial_from(request: HttpRequest) -> dict[str, Any]:
    """Read `?variant=` or `?channel=&template=&language=` (from a template's page)."""
    if variant := asked_for(request).get("variant"):
        return initial_for(variant)
    return dict(asked_for(request))


def _page(request: HttpRequest, form: CommunicationForm, draft: Communication | None) -> HttpResponse:
    partial = updating(request) and request.headers.get("HX-Request") == "true"
    template = "communications/edit.html#form" if partial else "communications/edit.html"
    return render(request, template, {"form": form, "draft": draft, "update_url": f"{request.path}?update=1"})
