"""Change the type of an own field, or delete it: first what that would lose, then the deed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.fields import value_index
from staffetta.contacts.fields.types import TypeFault, Value, parse, show
from staffetta.contacts.models import Contact, ContactField
from staffetta.work.clock import now

PIECE = 1000
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Lost:
    """A value another type cannot hold, with the code why."""

    contact: Contact
    text: str
    code: str


@dataclass(slots=True)
class Outlook:
    """What a change of type does to the values there are: `lost` shows the first of those counted in `faults`."""

    kept: int = 0
    faults: int = 0
    lost: list[Lost] = field(default_factory=list)


def outlook(own: ContactField, type: str, choices: Sequence[str]) -> Outlook:  # noqa: A002  (the word of the field)
    """Say what would become of every value; writes nothing."""
    found = Outlook()
    for contact, value in _filled(own.name):
        text, new = _converted(own, value, type, choices)
        if isinstance(new, TypeFault):
            found.faults += 1
            if len(found.lost) < SHOWN:
                found.lost.append(Lost(contact, text, new.code))
        else:
            found.kept += 1
    return found


def change_type(own: ContactField, type: str, choices: Sequence[str], by: User | None) -> Outlook:  # noqa: A002
    """Convert every value, empty those the new type cannot hold, and change the field: all or nothing."""
    done = Outlook()
    with transaction.atomic():
        changed: list[Contact] = []
        for contact, value in _filled(own.name):
            _text, new = _converted(own, value, type, choices)
            if isinstance(new, TypeFault):
                done.faults += 1
                contact.values = {name: kept for name, kept in contact.values.items() if name != own.name}
            else:
                done.kept += 1
                contact.values = {**contact.values, own.name: new}
            changed.append(contact)
            if len(changed) == PIECE:
                _write(changed)
                changed = []
        _write(changed)
        own.type, own.choices = type, list(choices)
        own.save(update_fields=["type", "choices"])
        audit.record(by, "contact_field_changed", own, emptied=done.faults)
    return done


def count_filled(name: str) -> int:
    """Return how many contacts have a value in a field."""
    return filled(name).count()


def delete_field(own: ContactField, by: User | None) -> None:
    """Delete a field with the values of all contacts."""
    with transaction.atomic():
        audit.record(by, "contact_field_deleted", own, emptied=count_filled(own.name))
        value_index.forget(own)
        with connection.cursor() as cursor:
            cursor.execute(FORGET[connection.vendor], _path(own.name))
        own.delete()


FORGET = {
    "sqlite": 'UPDATE contacts_contact SET "values" = json_remove("values", %s) '
    'WHERE json_type("values", %s) IS NOT NULL',
    "postgresql": 'UPDATE contacts_contact SET "values" = "values" - %s WHERE "values" ? %s',
}


def _path(name: str) -> list[str]:
    return [f'$."{name}"'] * 2 if connection.vendor == "sqlite" else [name] * 2


def filled(name: str) -> QuerySet[Contact]:
    """Return the contacts that have a value in a field."""
    return Contact.objects.filter(values__has_key=name)


def _filled(name: str) -> Iterator[tuple[Contact, Any]]:
    """Yield the contacts with a value, by id, a piece at a time, so that writing them meanwhile disturbs nothing."""
    last = 0
    while people := list(filled(name).filter(pk__gt=last).order_by("pk")[:PIECE]):
        yield from ((contact, contact.values[name]) for contact in people)
        last = people[-1].pk


def _converted(
    own: ContactField,
    value: object,
    type: str,  # noqa: A002  (the word of the field)
    choices: Sequence[str],
) -> tuple[str, Value | TypeFault]:
    """Return the value as text, and as the new type holds it or why not."""
    text = show(own.type, value)
    try:
        return text, parse(type, _day(own.type, type, text), choices)
    except TypeFault as fault:
        return text, fault


def _day(old: str, new: str, text: str) -> str:
    """A moment becomes its day, a day the moment it begins."""
    return text[:10] if (old, new) == ("datetime", "date") else text


def _write(contacts: Sequence[Contact]) -> None:
    at = now()
    for contact in contacts:
        contact.updated_at = at
    Contact.objects.bulk_update(contacts, ["values", "updated_at"])
