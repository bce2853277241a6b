"""Preview on a chosen contact, and test sends to chosen contacts."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.channels.message_templates.preview import Preview
from staffetta.channels.message_templates.preview import preview as drawn
from staffetta.channels.models import TemplateVariant
from staffetta.communications.check_media import seen
from staffetta.communications.compose import Composed, Missing, compose
from staffetta.communications.hold import audience_of, usability_of
from staffetta.communications.models import Communication, CommunicationState, Composition
from staffetta.communications.start import incompleteness_of
from staffetta.communications.views.asked import found, person
from staffetta.communications.wording import trouble_words
from staffetta.contacts.consents.consent import counts
from staffetta.contacts.fields.values import values_of
from staffetta.contacts.models import ConsentState, ConsentValue, Contact
from staffetta.contacts.storage.search import page_through
from staffetta.deliveries.ledger.reasons import words_of
from staffetta.deliveries.models import Delivery, DeliveryKind
from staffetta.deliveries.planning.plan import purpose_of
from staffetta.deliveries.sending.send_one import NotSendable, send_one
from staffetta.ui.restrictions import Free, Restriction, Row, Words, asked_for, restricted

SHOWN = 8
"""How many contacts a search offers, and how many a test can go to at once."""
LOOKED_THROUGH = 200
"""Among how many of the audience somebody with, or without, a name is looked for."""

RESTRICTIONS: dict[str, Restriction] = {
    "q": Words(gettext_lazy("Search")),
    "contact": Row(gettext_lazy("Contact"), Contact),
    "count": Free(),
}
"""What the draft's page is asked for, and its parts."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to choose; `opted_in` says whether a test may go there."""

    contact: Contact
    opted_in: bool


@allow(EVERYBODY)
@require_safe
@restricted(RESTRICTIONS, back="communications:show")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone with the values of one contact."""
    communication = found(pk)
    return render(request, "communications/draft.html#preview", _shown(request, communication))


@allow(EVERYBODY)
@require_safe
@restricted(RESTRICTIONS, back="communications:show")
def search_contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """The contacts that fit what is typed."""
    communication = found(pk)
    return render(request, "communications/draft.html#people", _people(request, communication))


@require_POST
@allow(OPERATORS)
def send_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the draft to the chosen contacts, marked as a test and outside of all numbers."""
    communication = found(pk)
    chosen = [int(value) for value in request.POST.getlist("to")[:SHOWN] if value.isascii() and value.isdecimal()]
    code = usability_of(communication.variant) or incompleteness_of(communication)
    if communication.state != CommunicationState.DRAFT:
        messages.error(request, _("It was started already: a test is sent before the start."))
    elif code:
        words = trouble_words(code)
        messages.error(request, f"{words.what} {words.remedy}")
    elif not chosen:
        messages.error(request, _("Choose at least one contact for the test."))
    else:
        _send_tests(request, communication, list(Contact.objects.filter(pk__in=chosen)))
    return redirect("communications:show", pk)


def picked(request: HttpRequest, communication: Communication) -> dict[str, Any]:
    """Return all the draft's page shows about single people."""
    tests = Delivery.objects.filter(communication=communication, kind=DeliveryKind.TEST).order_by("-pk")
    return {**_shown(request, communication), **_people(request, communication), "tests": tests[:SHOWN]}


def _send_tests(request: HttpRequest, communication: Communication, people: list[Contact]) -> None:
    sent = 0
    for contact in people:
        try:
            send_one(communication, contact, test=True)
        except NotSendable as refused:
            words = words_of(refused.reason)
            messages.error(
                request,
                _("No test to %(name)s: %(reason)s. %(remedy)s")
                % {"name": contact, "reason": words.what, "remedy": words.remedy},
            )
        else:
            sent += 1
            audit.record(person(request), "test_sent", communication, contact=contact.pk)
    if sent:
        told = ngettext("%(number)s test send is on its way.", "%(number)s test sends are on their way.", sent)
        messages.success(request, told % {"number": sent})


def _people(request: HttpRequest, communication: Communication) -> dict[str, Any]:
    words = asked_for(request).get("q", "")
    if words:
        rows = page_through(Contact.objects.order_by("pk"), words)
    else:
        rows = audience_of(communication).queryset().order_by("pk")
    listed = list(rows[:SHOWN])
    purpose = purpose_of(communication.variant.category if communication.variant else "")
    agreed = set(
        ConsentState.objects.filter(
            counts(), contact__in=listed, platform=communication.platform, purpose=purpose, value=ConsentValue.YES
        ).values_list("contact_id", flat=True)
    )
    people = [Person(contact, contact.pk in agreed) for contact in listed]
    return {"communication": communication, "people": people, "q": words}


def _shown(request: HttpRequest, communication: Communication) -> dict[str, Any]:
    """Return the preview: on the contact asked for, else on the first of the audience with a name."""
    first = list(audience_of(communication).queryset().order_by("pk")[:LOOKED_THROUGH])
    named = next((contact for contact in first if contact.first_name), None)
    nameless = next((contact for contact in first if not contact.first_name), None)
    contact = asked_for(request).get("contact") or named or nameless
    context = {"communication": communication, "contact": contact, "named": named, "nameless": nameless}
    if contact is not None and communication.variant is not None:
        context |= preview_of(communication, communication.variant, contact)
    return context


def preview_of(composition: Composition, variant: TemplateVariant, contact: Contact) -> dict[str, Any]:
    """Compose the message for one contact: as the phone shows it, and what is missing."""
    values = values_of(contact)
    whole = _composed(composition, variant, variant.variables, values)
    context: dict[str, Any] = {"drawn": _drawn(composition, variant, values)}
    if isinstance(whole, Missing):
        context |= {"missing": whole, "missing_words": words_of(whole.reason)}
    return context


def _drawn(composition: Composition, variant: TemplateVariant, values: dict[str, str]) -> Preview:
    """Draw with whatever each variable by itself comes to; a missing one stays marked."""
    filled: dict[str, str] = {}
    for variable in variant.variables:
        one = _composed(composition, variant, [variable], values)
        if isinstance(one, Composed):
            media = seen(composition.media_check, one.header_media)
            filled[variable["key"]] = media or one.header or one.button or "".join(one.body)
    return drawn(variant.components, filled, title=composition.channel_name)


def _composed(
    composition: Composition, variant: TemplateVariant, variables: list[dict[str, str]], values: dict[str, str]
) -> Composed | Missing:
    return compose(
        variables,
        composition.mapping,
        values,
        components=variant.components,
        header_media=composition.header_media,
        category=variant.category,
    )
