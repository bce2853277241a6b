"""The explicit step of an import: record the consent of the people who came with it."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from staffetta.accounts.access import OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.contacts.consents import state_consent
from staffetta.contacts.consents.consent_form import ConsentForm
from staffetta.contacts.models import Import, ImportedContact, ImportState
from staffetta.ui.seen import confirms
from staffetta.work.database import row_digest


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def import_consent(request: HttpRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(Import, pk=pk)
    rows = state_consent.people_of(source) if source.state == ImportState.DONE else ImportedContact.objects.none()
    who = row_digest.counted(rows, "contact_id")
    people = who.number
    form = ConsentForm(request.POST if request.method == "POST" else None, people)
    if request.method == "POST" and people and form.is_valid():
        said = form.cleaned_data
        state_consent.state(
            source,
            cast("User", request.user),
            where=said["source"],
            wording=said["wording"],
            given_on=said["given_on"],
            purpose=said["purpose"],
        )
        messages.success(request, _("The consent is being recorded."))
        return redirect("contacts:import", pk=pk)
    shown = {"source": source, "form": form, "people": people, "who": who.digest}
    return render(request, "contacts/import_consent.html", shown, status=422 if form.is_bound else 200)
