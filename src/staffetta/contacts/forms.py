"""What people type about contacts, checked; errors in words beside the field."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.accounts.models import User
from staffetta.contacts.consents.consent import opt_in
from staffetta.contacts.fields.person_zone import zones
from staffetta.contacts.fields.types import TELEGRAM_ID
from staffetta.contacts.imports.own_fields import form_field
from staffetta.contacts.models import ConsentValue, Contact, ContactField
from staffetta.contacts.phones.phone import NotAPhone, parse_strict
from staffetta.contacts.phones.phone_words import phone_text
from staffetta.contacts.save_contact import EDITABLE, Entered, OptOutKept, Taken, save_contact
from staffetta.contacts.wording import reject_text
from staffetta.ui.text_fields import IdentityField
from staffetta.work.clock import now

OWN = "own_"
CONSENT = frozenset({"opt_in", "wording", "expires_on"})
"""Untouched, a form leaves the consent alone."""
OPT_IN = [
    (ConsentValue.YES, gettext_lazy("Yes")),
    (ConsentValue.NO, gettext_lazy("No")),
    (ConsentValue.UNSET, gettext_lazy("Not set")),
]


class ContactForm(forms.Form):
    """A contact by hand, its own fields and its consent included."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=200, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=200, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("With + and the country code, for example +39 347 123 4567"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    telegram_id = IdentityField(
        label=gettext_lazy("TELEGRAMID"),
        max_length=19,
        required=False,
        help_text=gettext_lazy("The numeric id on Telegram, if there is one"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    language = forms.CharField(label=gettext_lazy("Language"), max_length=20, required=False)
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For example Europe/Rome"),
    )
    external_id = IdentityField(
        label=gettext_lazy("External id"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("What another of your programs calls this person; no two contacts have the same."),
    )
    opt_in = forms.ChoiceField(label=gettext_lazy("Opt-in WhatsApp"), choices=OPT_IN, widget=forms.RadioSelect)
    wording = forms.CharField(
        label=gettext_lazy("Where does this consent come from?"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("When, where and with which words it was given. It is kept as evidence."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    expires_on = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        help_text=gettext_lazy("The last day of a Yes that ends by itself; empty: until it is withdrawn."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, contact: Contact, data: Mapping[str, Any] | None = None) -> None:
        self.contact = contact
        self.present_opt_in = opt_in(contact) if contact.pk else ConsentValue.UNSET
        initial = {name: getattr(contact, name) for name in (*EDITABLE, "telegram_id", "external_id")}
        initial |= {"phone": _shown_phone(contact), "opt_in": self.present_opt_in}
        super().__init__(data, initial=initial)
        for own in ContactField.objects.order_by("label", "name"):
            self.fields[OWN + own.name] = form_field(own, contact.values.get(own.name, ""))

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(OWN)]

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"])
        if typed and "phone" in self.changed_data:  # what is shown is taken back, whatever would be judged of it now
            try:
                parse_strict(typed)
            except NotAPhone as wrong:
                raise forms.ValidationError(phone_text(wrong)) from None
        return typed

    def clean_telegram_id(self) -> str:
        typed = str(self.cleaned_data["telegram_id"])
        if typed and not TELEGRAM_ID.fullmatch(typed):
            raise forms.ValidationError(reject_text("invalid_telegram_id"))
        return typed

    def clean_time_zone(self) -> str:
        typed = str(self.cleaned_data["time_zone"])
        if typed and typed not in zones():
            raise forms.ValidationError(reject_text("unknown_time_zone"))
        return typed

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("phone") and not data.get("telegram_id") and not self.errors:
            self.add_error("phone", _("Enter the number, or the TELEGRAMID: without an address nobody can be reached."))
        if (ends := data.get("expires_on")) and ends < localdate(now()):
            self.add_error("expires_on", _("This day is over."))
        wants_yes = data.get("opt_in") == ConsentValue.YES != self.present_opt_in
        if wants_yes and not data.get("wording", "").strip():
            self.add_error("wording", _("A Yes needs its source: where did this person give the consent?"))
        return data

    def save(self, by: User) -> bool:
        """Store what was typed; False when it cannot be, with the error beside its field."""
        data = self.cleaned_data
        entered = Entered(
            phone=data["phone"],
            telegram_id=data["telegram_id"],
            external_id=data["external_id"],
            texts={name: data[name] for name in EDITABLE},
            own={name.removeprefix(OWN): data[name] for name in self.fields if name.startswith(OWN)},
            opt_in=data["opt_in"] if CONSENT.intersection(self.changed_data) else "",
            wording=data["wording"],
            expires_at=_end_of(data["expires_on"]),
        )
        try:
            save_contact(self.contact, entered, by)
        except Taken as taken:
            self.add_error(taken.field, _("This belongs to another contact: %(name)s.") % {"name": taken.other})
        except OptOutKept:
            self.add_error("opt_in", _("This person opted out. Only a Yes, with its source, can change that."))
        return not self.errors


def _shown_phone(contact: Contact) -> str | None:
    """Return the number as it came where that alone says the same, else the one that was made of it."""
    try:
        return contact.phone_raw if parse_strict(contact.phone_raw) == contact.phone else contact.phone
    except NotAPhone:
        return contact.phone


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day + timedelta(days=1), time(), get_current_timezone()) if day else None
