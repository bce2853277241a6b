"""The contacts' own fields."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staffetta.accounts import audit
from staffetta.accounts.access import EVERYBODY, OPERATORS, allow
from staffetta.accounts.models import User
from staffetta.contacts.fields import change_field, field_uses
from staffetta.contacts.fields.field_forms import FieldForm
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.imports import add_field
from staffetta.contacts.models import ContactField
from staffetta.contacts.wording import FIELD_TYPES, reject_text
from staffetta.ui.seen import confirms, versioned
from staffetta.ui.templatetags.staffetta import grouped
from staffetta.work.database import row_digest

PLAIN = ("label", "label_en", "help", "required")
"""What of a field changes without a look at the values."""


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
    told = form.cleaned_data
    more = {name: told[name] for name in PLAIN if name != "label"}
    made = add_field.add(told["label"], told["type"], told["choices_text"], **more)
    audit.record(cast("User", request.user), "contact_field_made", made)
    messages.success(request, _("The field «%(name)s» is there.") % {"name": made})
    return redirect("contacts:fields")


def _page(request: HttpRequest, form: FieldForm) -> HttpResponse:
    own = [(field, FIELD_TYPES.get(field.type, field.type)) for field in ContactField.objects.order_by("label")]
    return render(request, "contacts/fields.html", {"form": form, "own": own, "system": SYSTEM_FIELDS.items()})


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@versioned()
def edit_field(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a field; another type, or fewer choices, first shows what would be lost."""
    own = get_object_or_404(ContactField, pk=pk)
    form = FieldForm(request.POST or None, instance=get_object_or_404(ContactField, pk=pk))
    if request.method != "POST" or not form.is_valid():
        return render(request, "contacts/field.html", {"form": form, "own": own})
    told = form.cleaned_data
    if form.changes_type:
        found = change_field.outlook(own, told["type"], told["choices_text"])
        if (found.kept or found.faults) and request.POST.get("confirmed") != _told(found):
            return _ask(request, form, own, found)
    return _store(request, form, own)


def _told(found: change_field.Outlook) -> str:
    """Return what was shown of a conversion: it is confirmed as it was seen, or asked again."""
    return f"{found.kept}-{found.faults}"


def _ask(request: HttpRequest, form: FieldForm, own: ContactField, found: change_field.Outlook) -> HttpResponse:
    data = {
        "form": form,
        "own": own,
        "found": found,
        "confirmed": _told(found),
        "lost": [(lost, reject_text(lost.code)) for lost in found.lost],
        "uses": field_uses.of(own.name),
        "type": FIELD_TYPES[form.cleaned_data["type"]],
        "kept": [(name, value) for name in form.fields for value in request.POST.getlist(name)],
    }
    return render(request, "contacts/convert_field.html", data)


def _store(request: HttpRequest, form: FieldForm, own: ContactField) -> HttpResponse:
    told, by = form.cleaned_data, cast("User", request.user)
    for name in PLAIN:
        setattr(own, name, told[name])
    own.save(update_fields=PLAIN)
    if form.changes_type:
        done = change_field.change_type(own, told["type"], told["choices_text"], by)
        if done.faults:
            emptied = ngettext("%(number)s value was emptied.", "%(number)s values were emptied.", done.faults)
            messages.warning(request, emptied % {"number": grouped(done.faults)})
    else:
        own.choices = told["choices_text"]
        own.save(update_fields=["choices"])
        audit.record(by, "contact_field_changed", own)
    messages.success(request, _("%(name)s is saved.") % {"name": own})
    return redirect("contacts:fields")


@allow(OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
@confirms()
def delete_field(request: HttpRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(ContactField, pk=pk)
    if request.method == "POST":
        change_field.delete_field(own, cast("User", request.user))
        messages.success(request, _("%(name)s is deleted.") % {"name": own})
        return redirect("contacts:fields")
    filled = row_digest.counted(change_field.filled(own.name))
    data = {"own": own, "uses": field_uses.of(own.name), "filled": filled.number, "who": filled.digest}
    return render(request, "contacts/delete_field.html", data)
