"""Our own fields as people fill them in and as files are read: by their types."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from staffetta.contacts.fields.notation import Notation
from staffetta.contacts.fields.types import TypeFault, Value, parse, show
from staffetta.contacts.files.file_reading import DAY_FIRST, POINT
from staffetta.contacts.files.find_notation import LANGUAGE_DECIMAL
from staffetta.contacts.imports.import_reading import notation_of
from staffetta.contacts.imports.read_row import FieldType, Layout
from staffetta.contacts.models import ContactField, Import, PhoneMode
from staffetta.contacts.phones.phone import STRICT, PhoneReading
from staffetta.contacts.wording import reject_text


def types_of(names: list[str] | None = None) -> dict[str, FieldType]:
    """Return the types of our own fields by name, of all or of these."""
    rows = ContactField.objects.all() if names is None else ContactField.objects.filter(name__in=names)
    return {row.name: FieldType(row.type, tuple(row.choices), row.required) for row in rows}


def layout_of(source: Import) -> Layout:
    """Return where in a file's rows everything lies, and what its cells must be."""
    fields = types_of(list(source.mapping.values()))
    layout = Layout.of(source.columns, source.mapping, source.consent_column, phones_of(source), fields)
    return replace(layout, notation=notation_of(source))


def phones_of(source: Import) -> PhoneReading:
    """Return how the numbers of a file are read."""
    if source.phone_mode == PhoneMode.STRICT:
        return STRICT
    prefix = settings.PHONE_PREFIX if source.phone_prefix is None else source.phone_prefix
    return PhoneReading(prefix, source.phone_mode == PhoneMode.RECOVER)


class OwnField(forms.CharField):
    """A text read by the field's type; the errors say what is wanted."""

    def __init__(self, own: ContactField, **more: Any) -> None:
        self.own = own
        super().__init__(label=str(own), required=own.required, help_text=own.help, max_length=1000, **more)

    def clean(self, value: Any) -> Value:
        return read(self.own, super().clean(value))


class OwnChoices(forms.MultipleChoiceField):
    """Several of the field's choices."""

    def clean(self, value: Any) -> Value:
        return list(super().clean(value))


def read(own: ContactField, text: str) -> Value:
    """Return the value typed into a form, "" for none; raises ValidationError in words."""
    if not text:
        return ""
    try:
        return parse(own.type, text, own.choices, typed_notation())
    except TypeFault as fault:
        raise forms.ValidationError(reject_text(fault.code), code=fault.code) from None


def form_field(own: ContactField, value: object) -> forms.Field:
    """Return the form field for an own field that holds `value`."""
    if own.type == "choices":
        chosen = value if isinstance(value, list) else []
        choices = [(choice, choice) for choice in dict.fromkeys([*own.choices, *chosen])]
        widget = forms.CheckboxSelectMultiple
        return OwnChoices(
            label=str(own), required=own.required, help_text=own.help, choices=choices, widget=widget, initial=chosen
        )
    return OwnField(own, initial=_shown(own.type, value), widget=_widget(own))


def typed_notation() -> Notation:
    """Return how people write into forms: as is usual in the installation's language, in its local time."""
    decimal = LANGUAGE_DECIMAL.get(settings.LANGUAGE_CODE, POINT)
    return Notation(decimal, DAY_FIRST, ZoneInfo(settings.TIME_ZONE))


def _shown(type: str, value: object) -> str:  # noqa: A002  (the word of the field)
    """Return a value as it would be typed, so that a form that comes back unchanged changes nothing."""
    text = show(type, value)
    return text.replace(POINT, typed_notation().decimal) if type == "number" else text


def _widget(own: ContactField) -> forms.Widget:
    if own.type == "boolean":
        return forms.Select(choices=[("", "–"), ("true", _("Yes")), ("false", _("No"))])
    if own.type == "choice":
        return forms.Select(choices=[("", "–"), *((choice, choice) for choice in own.choices)])
    if own.type == "date":
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    modes = {"number": "decimal", "integer": "numeric", "phone": "tel", "url": "url"}
    return forms.TextInput(attrs={"inputmode": modes[own.type]} if own.type in modes else {})
