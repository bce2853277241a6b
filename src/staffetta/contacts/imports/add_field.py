"""Add fields of our own to the contacts."""

from collections.abc import Mapping, Sequence

from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.imports.map_columns import field_name
from staffetta.contacts.models import ContactField


def add(label: str, type: str = "text", choices: Sequence[str] = (), **more: object) -> ContactField:  # noqa: A002
    """Add a field under a free technical name made of its label; `more` are label_en, help, required."""
    taken = ContactField.objects.values_list("name", flat=True)
    field = ContactField(name=field_name(label, taken), label=label.strip()[:100], type=type, choices=list(choices))
    for name, value in more.items():
        setattr(field, name, value)
    field.save()
    return field


def add_missing(mapping: Mapping[str, str]) -> None:
    """Add the own fields a mapping (column -> target) names and nobody has made yet; the heading becomes the label."""
    wanted = {target: column[:100] for column, target in mapping.items() if target not in SYSTEM_FIELDS}
    ContactField.objects.bulk_create(
        [ContactField(name=name, label=label) for name, label in wanted.items()], ignore_conflicts=True
    )
