"""The people behind every number, one message whole, and what a person decides about uncertain ones."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, EXPORT, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.channels.message_templates.preview import preview
from staffetta.communications.models import Communication
from staffetta.contacts.files.excel_csv import encoded
from staffetta.deliveries.ledger.reasons import REASONS, words_of
from staffetta.deliveries.models import Delivery, DeliveryState
from staffetta.deliveries.reporting.behind import LOOKS, behind, outcome_text
from staffetta.deliveries.sending import settle
from staffetta.deliveries.whatsapp_words import known_in
from staffetta.reports.numbers import numbers
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import OneOf, Restriction, asked_for, restricted
from staffetta.ui.seen import confirms
from staffetta.ui.templatetags.staffetta import grouped
from staffetta.work.database import row_digest

RESTRICTIONS: dict[str, Restriction] = {
    "state": OneOf(gettext_lazy("State"), DeliveryState.values),
    "reason": OneOf(gettext_lazy("Reason"), REASONS),
}


@allow(EVERYBODY)
@require_safe
@restricted(RESTRICTIONS)
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """The people behind a number: `?state=` and `?reason=` name it. Two queries whatever the size."""
    communication = get_object_or_404(Communication, pk=pk)
    state, reason = _asked(request)
    page = page_of(behind(communication, state, reason), request.GET)
    counted = numbers(communication)
    context = {
        "communication": communication,
        "page": page,
        "lines": [(row, *LOOKS[DeliveryState(row.state)], words_of(row.reason)) for row in page],
        "state": state,
        "state_label": DeliveryState(state).label if state else "",
        "reason": reason,
        "reason_words": words_of(reason) if reason else None,
        "number": counted.behind(state, reason),
        "numbers": counted,
        "filters": [(term, DeliveryState(term).label, number) for term, number in counted.terms],
        "query": request.GET.urlencode(),
    }
    return render(request, "deliveries/people.html", context)


@allow(EVERYBODY, EXPORT)
@require_safe
@restricted(RESTRICTIONS, back="deliveries:people")
def export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The same people as a file, one row each, that opens in an Italian Excel."""
    communication = get_object_or_404(Communication, pk=pk)
    narrowed = {"filter": query} if (query := request.GET.urlencode()) else {}
    audit.record(cast("User", request.user), "people_exported", communication, **narrowed)
    rows = behind(communication, *_asked(request)).select_related("contact")
    name = "-".join(filter(None, (slugify(communication.name) or "staffetta", *_asked(request))))
    response = StreamingHttpResponse(encoded(_headings(), _lines(rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@allow(EVERYBODY)
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One message: what was frozen, each attempt, what became of it and what to do."""
    row = get_object_or_404(
        Delivery.objects.select_related("communication", "transactional", "contact", "channel", "variant"),
        public_id=public_id,
    )
    context: dict[str, Any] = {
        "delivery": row,
        "look": LOOKS[DeliveryState(row.state)],
        "words": words_of(row.reason) if row.reason else None,
        "known": known_in(row.provider_code, row.provider_reason) if row.reason else None,
        "attempts": [(each, outcome_text(each.outcome)) for each in row.attempts.order_by("number")],
        "drawn": _drawn(row),
    }
    return render(request, "deliveries/show.html", context)


@require_POST
@allow(OPERATORS)
def settle_one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Treat one uncertain message as sent, or send it again."""
    row = get_object_or_404(Delivery, public_id=public_id)
    _settle(request, Delivery.objects.filter(pk=row.pk))
    return redirect("deliveries:show", public_id)


@allow(OPERATORS)
@confirms()
def settle_all(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for all uncertain messages of a communication; sending them all again asks first (GET)."""
    communication = get_object_or_404(Communication, pk=pk)
    if request.method != "POST":
        return render(
            request,
            "deliveries/settle_all.html",
            {
                "communication": communication,
                "number": numbers(communication).uncertain,
                "who": row_digest.counted(settle.uncertain_of(communication)).digest,
            },
        )
    _settle(request, settle.uncertain_of(communication))
    return redirect("communications:show", pk)


def _settle(request: HttpRequest, rows: QuerySet[Delivery]) -> None:
    assert isinstance(request.user, User)
    deed = request.POST.get("deed")
    if deed == "sent":
        number = settle.treat_as_sent(rows, request.user)
        told = ngettext("%(number)s message is treated as sent.", "%(number)s messages are treated as sent.", number)
    elif deed == "again":
        number = settle.send_again(rows, request.user)
        told = ngettext("%(number)s message is sent again.", "%(number)s messages are sent again.", number)
    else:
        messages.error(request, _("Choose what to do."))
        return
    if number:
        messages.success(request, told % {"number": grouped(number)})
    else:
        messages.warning(request, _("It was settled already: nothing was changed."))


def _asked(request: HttpRequest) -> tuple[str, str]:
    return asked_for(request).get("state", ""), asked_for(request).get("reason", "")


def _drawn(row: Delivery) -> Any:
    """Draw the message with the values that were frozen; None when its template went with a reset."""
    if row.variant is None or not row.parameters:
        return None
    frozen = row.parameters
    values = {str(number): str(value) for number, value in enumerate(frozen.get("body", []), start=1)}
    values |= {"header": frozen.get("header", ""), "button": frozen.get("button", "")}
    return preview(row.variant.components, values, title=str(row.channel or ""))


def _headings() -> list[str]:
    return [
        _("Name"),
        _("Phone"),
        _("Address at the provider"),
        _("State"),
        _("Reason"),
        _("What to do"),
        _("WhatsApp’s reason"),
        _("Code of the provider"),
        _("Answer of the provider"),
        _("Date and time"),
        _("ID"),
    ]


def _lines(rows: QuerySet[Delivery]) -> Iterator[list[object]]:
    labels = dict(DeliveryState.choices)
    for row in rows.iterator(chunk_size=2000):
        words = words_of(row.reason) if row.reason else None
        known = known_in(row.provider_code, row.provider_reason) if row.reason else None
        when = row.settled_at or row.created_at
        yield [
            row.contact_name,
            row.contact.phone if row.contact else "",
            row.address,
            labels[row.state],
            words.what if words else "",
            words.remedy if words else "",
            known.words.what if known else "",
            row.provider_code,
            row.provider_reason,
            timezone.localtime(when).strftime("%d/%m/%Y %H:%M:%S"),
            row.public_id,
        ]
