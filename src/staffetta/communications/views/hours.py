"""The send window of a communication that is not over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from staffetta.accounts.access import OPERATORS, allow
from staffetta.communications.hours_form import HoursForm, hours_initial
from staffetta.communications.set_hours import OVER, set_hours
from staffetta.communications.views.asked import found, person
from staffetta.ui.seen import versioned


@allow(OPERATORS)
@versioned()
def hours(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose within which hours of their day people are written to."""
    communication = found(pk)
    if communication.state in OVER:
        return redirect("communications:show", pk)
    form = HoursForm(request.POST if request.method == "POST" else None, initial=hours_initial(communication.hours))
    if request.method == "POST" and form.is_valid():
        if set_hours(communication, form.hours, person(request)):
            messages.success(request, _("The send window is set.") if form.hours else _("There is no send window now."))
        else:
            messages.warning(request, _("It is over already: there is nothing to change."))
        return redirect("communications:show", pk)
    return render(request, "communications/hours.html", {"communication": communication, "form": form})
