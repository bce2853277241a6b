"""The contacts' own fields."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.contacts import add_field
from staffetta.contacts.forms import FieldForm
from staffetta.contacts.models import ContactField
from staffetta.contacts.values import SYSTEM_FIELDS


@allow(EVERYBODY)
@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    return _page(request, FieldForm())


@allow(OPERATORS)
@require_POST
def new_field(request: HttpRequest) -> HttpResponse:
    form = FieldForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    made = add_field.add(form.cleaned_data["label"])
    audit.record(cast("User", request.user), "contact_field_made", made)
    messages.success(request, _("The field «%(name)s» is there.") % {"name": made})
    return redirect("contacts:fields")


def _page(request: HttpRequest, form: FieldForm) -> HttpResponse:
    data = {"form": form, "own": ContactField.objects.order_by("label"), "system": SYSTEM_FIELDS.items()}
    return render(request, "contacts/fields.html", data)
