"""New contacts by the thousand: made without the defaults of a model, stored by one plain statement.

Of an import's time, the ORM's own way took a third; this takes a tenth of that (100,000 rows). Making a contact is 3 µs
instead of 10.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from staffetta.contacts.insert_rows import as_json, from_json
from staffetta.contacts.models import Contact
from staffetta.work.clock import now

NAMES = tuple(field.attname for field in Contact._meta.concrete_fields[1:])
PIECE = 1000
"""Rows of one statement: 14 parameters each, SQLite takes 32,766."""
TIMES = ("created_at", "updated_at")
EMPTY: dict[str, Any] = dict.fromkeys(NAMES, "") | dict.fromkeys(("phone", "telegram_id", "external_id"))


def new_contact(told: Mapping[str, Any]) -> Contact:
    """Return a contact that is not stored; what is not told is empty."""
    moment = now()
    row = {**EMPTY, "values": {}, "created_at": moment, "updated_at": moment, **told}
    by_position: list[Any] = [None, *(row[name] for name in NAMES)]  # so that no default is asked for
    return Contact(*by_position)


def insert_contacts(contacts: Sequence[Contact]) -> None:
    """Store new contacts and give them their ids; in the caller's transaction."""
    for start in range(0, len(contacts), PIECE):
        _insert(contacts[start : start + PIECE])


def _insert(contacts: Sequence[Contact]) -> None:
    rows = [_values(contact) for contact in contacts]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{from_json(Contact, NAMES)} RETURNING id", [as_json(rows)])
        else:
            cursor.execute(_listed(len(rows)), [value for row in rows for value in row])
        for contact, (pk,) in zip(contacts, cursor.fetchall(), strict=True):
            contact.pk = pk


def _listed(number: int) -> str:
    """Return SQLite's statement for so many rows: prepared one by one they would give no ids."""
    row = f"({', '.join(['%s'] * len(NAMES))})"
    columns = ", ".join(connection.ops.quote_name(name) for name in NAMES)
    return f"INSERT INTO contacts_contact ({columns}) VALUES {', '.join([row] * number)} RETURNING id"  # noqa: S608


def _values(contact: Contact) -> list[Any]:
    held = contact.__dict__
    values = [held[name] for name in NAMES]
    values[PLACE_OF_VALUES] = json.dumps(held["values"])
    for place in PLACES_OF_TIMES:
        values[place] = connection.ops.adapt_datetimefield_value(values[place])
    return values


PLACE_OF_VALUES = NAMES.index("values")
PLACES_OF_TIMES = tuple(NAMES.index(name) for name in TIMES)
