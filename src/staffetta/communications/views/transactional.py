"""Transactional messages: define, look at, switch."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.channels.models import Channel, ConnectionState
from staffetta.communications import define
from staffetta.communications.contents import sources_of
from staffetta.communications.forms import TransactionalForm, initial_of
from staffetta.communications.hold import StillHeld, trouble_of
from staffetta.communications.models import TransactionalMessage
from staffetta.communications.views.asked import person
from staffetta.communications.views.call import example_call
from staffetta.communications.views.edit import BEGINNING, asked, initial_from, updating
from staffetta.communications.views.held import held_of
from staffetta.communications.wording import media_text, trouble_words
from staffetta.deliveries.models import Delivery
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import Free, restricted
from staffetta.ui.seen import confirms, versioned

RELATED = ("channel", "variant__template__channel")


@allow(EVERYBODY)
@require_safe
def transactional_list(request: HttpRequest) -> HttpResponse:
    """All definitions with their state; a handful, so no paging by number but by name."""
    page = page_of(TransactionalMessage.objects.select_related(*RELATED).order_by("name"), request.GET)
    context = {
        "page": page,
        "lines": [(row, trouble_words(trouble) if (trouble := trouble_of(row)) else None) for row in page],
        "can_compose": Channel.objects.filter(state=ConnectionState.CONNECTED).exists(),
    }
    return render(request, "communications/transactional_list.html", context)


@allow(EVERYBODY)
@require_safe
def transactional_show(request: HttpRequest, name: str) -> HttpResponse:
    """One definition: how to call it, what holds it, its last messages and refused calls."""
    message = _found(name)
    form = TransactionalForm(initial=initial_of(message), checked=message.media_check)
    context: dict[str, Any] = {
        "message": message,
        "example": example_call(message, request.build_absolute_uri("/api/v1")),
        "deliveries": Delivery.objects.filter(transactional=message).order_by("-pk")[:10],
        "refused": message.calls.select_related("token").order_by("-pk")[:10],
        "media_text": media_text(message.media_check),
        "drawn": form.drawn,
        "sources": sources_of(message),
        **(held := held_of(message)),
        "own_deed": held["trouble"] is not None,
    }
    return render(request, "communications/transactional.html", context)


@allow(OPERATORS)
@restricted(BEGINNING)
def transactional_new(request: HttpRequest) -> HttpResponse:
    """Define a new one, empty or from a template (`?variant=`)."""
    return _define(request, None)


@allow(OPERATORS)
@restricted(update=Free())
@versioned(redraws=("update",))
def transactional_change(request: HttpRequest, name: str) -> HttpResponse:
    """Change one; callers keep its name unless that is changed too."""
    return _define(request, _found(name))


@require_POST
@allow(OPERATORS)
def transactional_switch(request: HttpRequest, name: str) -> HttpResponse:
    """Switch off or on."""
    message, on = _found(name), request.POST.get("on") == "1"
    define.switch(message, on=on, by=person(request))
    messages.success(request, _("It is on: calls are accepted.") if on else _("It is off: calls are refused."))
    return redirect("communications:transactional_show", name)


@require_POST
@allow(OPERATORS)
@confirms(on="communications:transactional_show")
def transactional_resume(request: HttpRequest, name: str) -> HttpResponse:
    """Accept the template as it is now."""
    try:
        define.accept(_found(name), person(request))
    except StillHeld as error:
        words = trouble_words(error.trouble)
        messages.error(request, f"{words.what} {words.remedy}")
    else:
        messages.success(request, _("Accepted as it is now."))
    return redirect("communications:transactional_show", name)


@allow(OPERATORS)
@confirms()
def transactional_delete(request: HttpRequest, name: str) -> HttpResponse:
    """Ask first (GET), then delete (POST)."""
    message = _found(name)
    if request.method != "POST":
        return render(request, "communications/transactional_delete.html", {"message": message})
    define.delete(message, person(request))
    messages.success(request, _("The transactional message is deleted."))
    return redirect("communications:transactional_list")


def _define(request: HttpRequest, message: TransactionalMessage | None) -> HttpResponse:
    checked = message.media_check if message else {}
    if request.method != "POST":
        initial = initial_of(message) if message else initial_from(request)
        return _page(request, TransactionalForm(initial=initial, message=message, checked=checked), message)
    if updating(request):
        return _page(request, TransactionalForm(initial=asked(request), message=message, checked=checked), message)
    form = TransactionalForm(request.POST, message=message, checked=checked)
    if not form.is_valid():
        return _page(request, form, message)
    typed = form.cleaned_data
    definition = define.Definition(
        typed["name"], typed["parameters"], creates_contacts=typed["creates_contacts"], expires_in=typed["expires_in"]
    )
    saved = define.define(message, definition, form.content(), person(request))
    messages.success(request, _("Saved."))
    return redirect("communications:transactional_show", saved.name)


def _page(request: HttpRequest, form: TransactionalForm, message: TransactionalMessage | None) -> HttpResponse:
    partial = updating(request) and request.headers.get("HX-Request") == "true"
    template = "communications/transactional_edit.html#form" if partial else "communications/transactional_edit.html"
    return render(request, template, {"form": form, "message": message, "update_url": f"{request.path}?update=1"})


def _found(name: str) -> TransactionalMessage:
    return get_object_or_404(TransactionalMessage.objects.select_related(*RELATED), name=name)
