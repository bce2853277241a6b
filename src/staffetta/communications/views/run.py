"""A communication from its summary to its report: start, stop, resume, copy, delete."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.communications import draft as drafts
from staffetta.communications import pause as pausing
from staffetta.communications import start as starting
from staffetta.communications import stop as stopping
from staffetta.communications.contents import contents_of
from staffetta.communications.hold import (
    RESUMABLE,
    UNDER_WAY,
    StillHeld,
    Trouble,
    audience_of,
    may_accept,
    remember,
    resume_trouble,
)
from staffetta.communications.hold import resume as let_go
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.views.asked import LOOKS, found, person
from staffetta.communications.views.held import held_of
from staffetta.communications.views.pick import RESTRICTIONS, picked
from staffetta.communications.wording import Words, media_text, shown_hours, trouble_words
from staffetta.deliveries.hours_words import closed_words
from staffetta.deliveries.ledger.budget import Outlook, outlook
from staffetta.deliveries.ledger.gains import gained
from staffetta.deliveries.ledger.reasons import when, words_of
from staffetta.deliveries.ledger.terms import term
from staffetta.deliveries.ledger.zones import closed_of
from staffetta.deliveries.models import DeliveryState
from staffetta.deliveries.planning.after_restore import may_get_it_twice
from staffetta.deliveries.planning.rehearse import summary as counted_start
from staffetta.deliveries.reporting.budget_plot import plot
from staffetta.events.ages import waited_for
from staffetta.reports.numbers import UNSETTLED, numbers
from staffetta.ui.restrictions import asked_for, restricted
from staffetta.ui.seen import confirms
from staffetta.ui.templatetags.staffetta import grouped

AT_ONCE = 2_500
"""Audiences up to this size are judged within the page; larger ones come as a late fragment."""


@allow(EVERYBODY)
@require_safe
@restricted(RESTRICTIONS)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The summary before the start, or the report after it."""
    communication = found(pk)
    if communication.state in starting.NOT_STARTED:
        return render(request, "communications/draft.html", _draft_page(request, communication))
    return render(request, "communications/report.html", report_of(communication))


@allow(EVERYBODY)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the report that moves, once a second."""
    communication = found(pk)
    if communication.state in starting.NOT_STARTED:
        return redirect("communications:show", pk)
    return render(request, "communications/report.html#progress", report_of(communication))


@allow(EVERYBODY)
@require_safe
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Who will get it and who will not, for audiences too large to be judged within the page."""
    communication = found(pk)
    return render(request, "communications/draft.html#summary", summary_of(communication))


@require_POST
@allow(OPERATORS)
@confirms(on="communications:show")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start, unless the number of people is no longer the one that was confirmed."""
    communication = found(pk)
    if code := starting.refusal_of(communication):
        return _refused(request, communication, code)
    expected = request.POST.get("expected", "")
    number = counted_start(communication).receive
    if not number:
        messages.error(request, _("Nobody would get it: there is nothing to start."))
    elif expected != str(number):
        messages.warning(
            request,
            _("The number of people has changed meanwhile: look at the summary again, then confirm."),
        )
    else:
        return _start(request, communication)
    return redirect("communications:show", pk)


@allow(OPERATORS)
@confirms()
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first (GET), then stop for good (POST)."""
    communication = found(pk)
    if request.method != "POST":
        return render(request, "communications/stop.html", report_of(communication))
    if stopping.stop(communication, person(request)):
        messages.success(request, _("Stopped. Whoever was still waiting gets nothing."))
    else:
        messages.warning(request, _("It was over already: there was nothing to stop."))
    return redirect("communications:show", pk)


@require_POST
@allow(OPERATORS)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let nobody new be written to until somebody resumes."""
    communication = found(pk)
    if pausing.pause(communication, person(request)):
        messages.success(request, _("Paused. Whoever is waiting goes on waiting until you resume."))
    else:
        messages.warning(request, _("It is not under way: there is nothing to pause."))
    return redirect("communications:show", pk)


@require_POST
@allow(OPERATORS)
@confirms(on="communications:show")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what is paused or held go on where it was; what is held accepts the template as it is now.

    After a restore it asks first: the number that was shown has to come back.
    """
    communication = found(pk)
    if communication.state == CommunicationState.DRAFT:
        return _accept_draft(request, communication)
    if communication.held_reason == Trouble.RESTORED and not resume_trouble(communication):
        again = may_get_it_twice(communication)
        if request.POST.get("confirmed") != str(again):
            return render(request, "communications/resume.html", {"communication": communication, "again": again})
    try:
        let_go(communication, person(request))
    except StillHeld as error:
        words = trouble_words(error.trouble)
        messages.error(request, f"{words.what} {words.remedy}")
    else:
        messages.success(request, _("It goes on."))
    return redirect("communications:show", pk)


@require_POST
@allow(OPERATORS)
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft of the same content and audience."""
    communication = found(pk)
    copy = drafts.duplicate(communication, _("%(name)s (copy)") % {"name": communication.name}, person(request))
    messages.success(request, _("This is the copy: a draft, nothing is sent yet."))
    return redirect("communications:show", copy.pk)


@allow(OPERATORS)
@confirms()
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first (GET), then delete a draft (POST)."""
    communication = found(pk)
    if communication.state != CommunicationState.DRAFT:
        return redirect("communications:show", pk)
    if request.method != "POST":
        return render(request, "communications/delete.html", {"communication": communication})
    try:
        drafts.delete_draft(communication, person(request))
    except drafts.NotADraft:
        messages.error(request, _("It was started meanwhile: it can no longer be deleted."))
        return redirect("communications:show", pk)
    messages.success(request, _("The draft is deleted."))
    return redirect("communications:list")


def report_of(communication: Communication) -> dict[str, Any]:
    """Return what the report shows: one query for the numbers whatever the size."""
    counted = numbers(communication)
    return {
        "communication": communication,
        "numbers": counted,
        "terms": [(state, number, term(state, number)) for state, number in counted.terms],
        "share": percent(counted.sent, counted.audience),
        "troubled": [(row, words_of(row.reason), row.state) for row in counted.troubled],
        "look": LOOKS[CommunicationState(communication.state)],
        "running": communication.state in UNDER_WAY
        or (communication.state == CommunicationState.PAUSED and counted.by_state[DeliveryState.SENDING])
        or (communication.state == CommunicationState.STOPPED and any(counted.by_state[s] for s in UNSETTLED)),
        "late": _late(communication),
        "stoppable": communication.state in stopping.STOPPABLE,
        "gained": _gained(communication, counted.sent),
        "outlook": (held_up := _outlook(communication, counted.by_state[DeliveryState.WAITING])),
        "plot": plot() if held_up else None,
        "pausable": communication.state in UNDER_WAY,
        "closed": _closed(communication, counted.by_state[DeliveryState.WAITING]),
        "hours": shown_hours(communication.hours),
        **held_of(communication),
        "own_deed": communication.state in RESUMABLE,
        "opt_outs": waited_for(communication) if communication.state == CommunicationState.PLANNING else None,
    }


def _closed(communication: Communication, waiting: int) -> Words | None:
    running = communication.state == CommunicationState.RUNNING
    closed = closed_of(communication, waiting) if running else None
    return closed_words(closed) if closed else None


def _gained(communication: Communication, taken: int) -> dict[str, Any]:
    found = gained(communication.pk, taken)
    return {
        "attempts": [(each, [(when(outcome), number) for outcome, number in each.lost]) for each in found.attempts],
        "settled": found.settled,
    }


def _outlook(communication: Communication, waiting: int) -> Outlook | None:
    """What the daily budget means for those who wait; None when it does not hold them up."""
    under_way = waiting and communication.state in UNDER_WAY
    found = outlook(communication.channel, waiting) if under_way else None
    return found if found and (found.spreads or found.resumes_at) else None


def _late(communication: Communication) -> bool:
    """Say whether it started later than it was to; a minute is nothing."""
    at, asked = communication.start_at, communication.start_asked_at
    return bool(at and asked and asked - at > timedelta(minutes=1))


def summary_of(communication: Communication) -> dict[str, Any]:
    """Return the counted audience, judged as planning will judge it."""
    context: dict[str, Any] = {"communication": communication, "refusal": None}
    if code := starting.refusal_of(communication):
        context["refusal"] = trouble_words(code)
    if communication.variant is None:
        return context
    context["contents"] = contents_of(communication)
    counted = counted_start(communication)
    context["counted"], context["closed"] = counted, closed_words(counted.closed) if counted.closed else None
    context["outlook"] = spread = outlook(communication.channel, counted.receive)
    context["plot"] = plot() if spread and spread.spreads else None
    context["left_out"] = counted.audience - counted.receive
    largest_first = sorted(counted.reasons.items(), key=lambda item: -item[1])
    context["reasons"] = [(reason, words_of(reason), number) for reason, number in largest_first]
    context["start_label"] = ngettext(
        "Start sending to %(number)s person", "Start sending to %(number)s people", counted.receive
    ) % {"number": grouped(counted.receive)}
    return context


def percent(part: int, whole: int) -> str:
    """Write a share as the reader's language does: 86,4% in Italian; "" of nothing."""
    return f"{number_format(100 * part / whole, 1)}%" if whole else ""


def _draft_page(request: HttpRequest, communication: Communication) -> dict[str, Any]:
    # Counted no further than it matters: a page reads no total of a large table.
    audience = audience_of(communication)
    large = audience.kind == "rule" or audience.queryset()[: AT_ONCE + 1].count() > AT_ONCE
    late = large and "count" not in asked_for(request)
    context: dict[str, Any] = {
        "late": late,
        "media_text": media_text(communication.media_check),
        "hours": shown_hours(communication.hours),
        "look": LOOKS[CommunicationState(communication.state)],
        **held_of(communication),
        "own_deed": True,
        **picked(request, communication),
    }
    return context if late else context | summary_of(communication)


def _start(request: HttpRequest, communication: Communication) -> HttpResponse:
    try:
        starting.start(communication, person(request))
    except starting.StartRefused as error:
        return _refused(request, communication, error.code)
    messages.success(request, _("Started."))
    return redirect("communications:show", communication.pk)


def _refused(request: HttpRequest, communication: Communication, code: str) -> HttpResponse:
    words = trouble_words(code)
    messages.error(request, f"{words.what} {words.remedy}")
    return redirect("communications:show", communication.pk)


def _accept_draft(request: HttpRequest, communication: Communication) -> HttpResponse:
    if communication.variant is None or not may_accept(communication):
        return redirect("communications:edit", communication.pk)
    remember(communication, communication.variant)
    communication.save(update_fields=["accepted_revision", "accepted_fingerprint", "accepted_contract"])
    audit.record(person(request), "template_accepted", communication)
    messages.success(request, _("Accepted as it is now."))
    return redirect("communications:show", communication.pk)
