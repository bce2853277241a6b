"""Start at a set time: choose it, change it, take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staffetta.accounts.access import OPERATORS, allow
from staffetta.communications import schedule as scheduling
from staffetta.communications.contents import contents_of
from staffetta.communications.models import Communication
from staffetta.communications.schedule_form import ScheduleForm
from staffetta.communications.set_hours import set_hours
from staffetta.communications.start import NOT_STARTED, StartRefused
from staffetta.communications.views.asked import found, person
from staffetta.communications.wording import trouble_words
from staffetta.ui.restrictions import Free, asked_for, restricted
from staffetta.ui.seen import confirms


@allow(OPERATORS)
@restricted(expected=Free())
@confirms()
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose when a draft starts, or change it. `expected` is the number of people the summary told."""
    communication = found(pk)
    expected = (
        _number(request.POST.get("expected") or asked_for(request).get("expected") or "") or communication.confirmed
    )
    if communication.state not in NOT_STARTED or not expected:
        return redirect("communications:show", pk)
    form = ScheduleForm(request.POST if request.method == "POST" else None, communication=communication)
    if request.method == "POST" and form.is_valid():
        if refused := _schedule(request, communication, form, expected):
            form.add_error(None, refused)
        else:
            return redirect("communications:show", pk)
    context = {
        "communication": communication,
        "form": form,
        "expected": expected,
        "contents": contents_of(communication),
    }
    return render(request, "communications/schedule.html", context)


@require_POST
@allow(OPERATORS)
def unschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft again of what was scheduled."""
    if scheduling.cancel(found(pk), person(request)):
        messages.success(request, _("It is a draft again: nothing starts by itself."))
    else:
        messages.warning(request, _("Its time has come already: there is nothing to cancel."))
    return redirect("communications:show", pk)


def _schedule(request: HttpRequest, communication: Communication, form: ScheduleForm, expected: int) -> str:
    try:
        scheduling.schedule(communication, form.moment, form.cleaned_data["zone"], expected, person(request))
        if form.hours != communication.hours:
            set_hours(communication, form.hours, person(request))
    except StartRefused as error:
        words = trouble_words(error.code)
        return f"{words.what} {words.remedy}"
    messages.success(request, _("Scheduled."))
    return ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
