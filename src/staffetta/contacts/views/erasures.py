"""Erase a person, and the certificates of those who were erased."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.accounts.password_again import asks_password
from staffetta.contacts.erasure import certificate
from staffetta.contacts.erasure.erase import erase, masked_of
from staffetta.contacts.erasure.erase_form import EraseForm
from staffetta.contacts.hanging import InTheWay
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Erasure
from staffetta.contacts.wording import erasure_obstacle
from staffetta.ui.paging import page_of
from staffetta.ui.seen import confirms


@allow(OPERATORS)
@asks_password
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def erase_contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    form = EraseForm(request.POST or None, wanted=_("ERASE"))
    if request.method == "POST" and form.is_valid():
        try:
            done = erase(contact, form.cleaned_data["reason"], cast("User", request.user))
        except InTheWay as obstacle:
            form.add_error(None, erasure_obstacle(obstacle.code))
        else:
            messages.success(request, _("The person is erased: this is the certificate."))
            return redirect("contacts:erasure", public_id=done.public_id)
    counted = {"sent": contact.deliveries.count(), "consents": contact.consents.count()}
    data = {"contact": contact, "form": form, "masked": masked_of(contact), **counted}
    return render(request, "contacts/erase.html", data)


@allow(EVERYBODY)
@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    return render(request, "contacts/erasures.html", {"page": page_of(Erasure.objects.order_by("-pk"), request.GET)})


@allow(EVERYBODY)
@require_safe
def erasure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    done = get_object_or_404(Erasure, public_id=public_id)
    data = {
        "erasure": done,
        "parts": certificate.parts(done),
        "second_search": certificate.second_search(done),
        "backups": certificate.backups(done),
        "known": certificate.what_is_known(),
    }
    return render(request, "contacts/erasure.html", data)


@allow(EVERYBODY)
@require_safe
def certificate_file(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    done = get_object_or_404(Erasure, public_id=public_id)
    del request  # says nothing beyond the address
    made = certificate.as_json(done) if kind == "json" else certificate.as_text(done)
    mime = "application/json" if kind == "json" else "text/plain; charset=utf-8"
    name = f"staffetta-{done.public_id}.{kind}"
    return HttpResponse(made, content_type=mime, headers={"Content-Disposition": f'attachment; filename="{name}"'})
