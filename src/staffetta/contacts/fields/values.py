"""What a variable of a message can be filled with from a contact: the fields everybody has, and our own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffetta.contacts.fields.types import show
from staffetta.contacts.models import Contact, ContactField

SYSTEM_FIELDS: dict[str, Promise] = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "phone": _("Phone"),
    "telegram_id": _("TELEGRAMID"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "external_id": _("External id"),
}
"""Fields every contact has, by the name a mapping uses; own fields cannot take these names."""


@dataclass(frozen=True, slots=True)
class ValueSource:
    """One thing a mapping can choose, as `field:NAME`."""

    name: str
    label: str


def sources() -> list[ValueSource]:
    """Return all a mapping can choose, system fields first, own fields by label."""
    own = ContactField.objects.order_by("label", "name")
    system = [ValueSource(name, str(label)) for name, label in SYSTEM_FIELDS.items()]
    return system + [ValueSource(field.name, str(field)) for field in own]


def shown(values: Mapping[str, object]) -> dict[str, str]:
    """Return own values as the texts a message is filled with."""
    return {name: show("", value) for name, value in values.items()}


def values_of(contact: Contact) -> dict[str, str]:
    """Return every value of a contact by field name; what is not there is absent or empty."""
    return {
        **shown(contact.values),
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone": contact.phone or "",
        "telegram_id": contact.telegram_id or "",
        "language": contact.language,
        "time_zone": contact.time_zone,
        "external_id": contact.external_id or "",
    }


def value_of(contact: Contact, name: str) -> str:
    """Return one value as text, "" when the contact has none or no such field exists."""
    return str(values_of(contact).get(name, ""))
