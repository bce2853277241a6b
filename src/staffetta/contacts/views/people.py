"""Contacts: list, page, and changes by hand."""

from typing import cast

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.contacts.consents import consent, keep_out
from staffetta.contacts.consents.suppression import addresses_of
from staffetta.contacts.fields.value_words import in_words
from staffetta.contacts.filters import RESTRICTIONS, SAID, Filters
from staffetta.contacts.forms import OPT_IN, ContactForm
from staffetta.contacts.lists.list_names import in_order
from staffetta.contacts.models import (
    AudienceRules,
    ConsentState,
    ConsentValue,
    Contact,
    ContactField,
    ContactList,
    Import,
    ImportState,
    Suppression,
)
from staffetta.contacts.opt_outs import decide
from staffetta.contacts.save_contact import delete_contact, opted_out_on
from staffetta.contacts.views.history import lines_of
from staffetta.contacts.wording import consent_source, suppression_cause
from staffetta.deliveries.ledger.reasons import REASONS
from staffetta.deliveries.models import Delivery, DeliveryState
from staffetta.ui.paging import look_through, page_of
from staffetta.ui.restrictions import asked_for, restricted
from staffetta.ui.seen import confirms, versioned

OPT_IN_LOOKS = {
    ConsentValue.YES.value: ("green", "circle-check"),
    ConsentValue.NO.value: ("red", "ban"),
    ConsentValue.UNSET.value: ("secondary", "question-mark"),
}
STATE_LOOKS = {
    DeliveryState.SENT.value: ("green", "check"),
    DeliveryState.DELIVERED.value: ("green", "checks"),
    DeliveryState.READ.value: ("green", "checks"),
    DeliveryState.FAILED.value: ("red", "alert-circle"),
    DeliveryState.UNDELIVERED.value: ("red", "alert-circle"),
    DeliveryState.UNCERTAIN.value: ("yellow", "question-mark"),
}
MESSAGES = 10


@allow(EVERYBODY)
@require_safe
@restricted(RESTRICTIONS)
def browse(request: HttpRequest) -> HttpResponse:
    filters = Filters.of(asked_for(request))
    people, indexed = filters.in_order()
    people = people.prefetch_related(Prefetch("consent_states", SAID))
    page = page_of(people, request.GET) if indexed else look_through(people, request.GET)
    finished = list(Import.objects.filter(state=ImportState.DONE).order_by("-pk").only("name", "finished_at"))
    if filters.source and filters.source not in finished:
        finished.append(filters.source)  # or the next search would lose it without a word
    data = {
        "page": page,
        "lines": [(contact, *_opt_in(contact)) for contact in page],
        "filters": filters,
        "imports": finished,
        "opt_ins": OPT_IN,
        "lists": in_order(ContactList.objects.only("name")),
        "audiences": in_order(AudienceRules.objects.only("name")),
    }
    return render(request, "contacts/list.html", data)


def _opt_in(contact: Contact) -> tuple[str, str, str]:
    """Return (label, colour, icon) of a contact whose consent states were fetched."""
    state = next(iter(contact.consent_states.all()), None)
    value = state.value_now if state else ConsentValue.UNSET.value
    return (str(ConsentValue(value).label), *OPT_IN_LOOKS[value])


@allow(EVERYBODY)
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    states = list(ConsentState.objects.filter(contact=contact).order_by("platform", "purpose"))
    sent = Delivery.objects.filter(contact=contact).select_related("communication", "transactional").order_by("-pk")
    data = {
        "contact": contact,
        "lines": lines_of(contact, size=MESSAGES)[0],
        "own": [
            (field, in_words(field.type, contact.values.get(field.name)))
            for field in ContactField.objects.order_by("label")
        ],
        "former_addresses": list(contact.former_addresses.order_by("platform", "pk")),
        "lists": in_order(ContactList.objects.filter(members__contact=contact)),
        "to_decide": list(decide.to_decide().filter(contact=contact).order_by("-pk")[:MESSAGES]),
        "kept_out": [(row, suppression_cause(row.cause)) for row in _kept_out(contact)],
        "states": [(state, *OPT_IN_LOOKS[state.value_now], consent_source(state.source)) for state in states],
        "history": [(row, *OPT_IN_LOOKS[row.value], consent_source(row.source)) for row in consent.history(contact)],
        "deliveries": [
            (row, *STATE_LOOKS.get(row.state, ("secondary", "clock")), _why(row)) for row in sent[:MESSAGES]
        ],
    }
    return render(request, "contacts/show.html", data)


def _kept_out(contact: Contact) -> list[Suppression]:
    found = (keep_out.entries_of(platform, addresses_of(contact, platform)) for platform in keep_out.PLATFORMS)
    return [row for rows in found for row in rows]


def _why(delivery: Delivery) -> str:
    reason = REASONS.get(delivery.reason)
    return str(reason.what) if reason else delivery.reason


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, Contact())


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@versioned()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Contact, pk=pk))


def _edit(request: HttpRequest, contact: Contact) -> HttpResponse:
    name = str(contact) if contact.pk else ""
    form = ContactForm(contact, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.save(cast("User", request.user)):
        messages.success(request, _("%(name)s is saved.") % {"name": contact})
        return redirect("contacts:show", pk=contact.pk)
    data = {"form": form, "contact": contact if name else None, "name": name}
    return render(request, "contacts/edit.html", data)


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        name = str(contact)
        delete_contact(contact, cast("User", request.user))
        messages.success(request, _("%(name)s is deleted.") % {"name": name})
        return redirect("contacts:list")
    counted = {"consents": contact.consents.count(), "sent": contact.deliveries.count()}
    data = {"contact": contact, "opted_out": bool(opted_out_on(contact)), **counted}
    return render(request, "contacts/delete.html", data)
