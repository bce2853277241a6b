"""New contacts by the thousand: made without the defaults of a model, stored by one plain statement.

Of an import's time, the ORM's own way took a third; this takes a tenth of that (100,000 rows).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched, chain
from typing import Any

from django.db import connection
from django.db.models.base import ModelState

from staffetta.contacts.models import Contact
from staffetta.contacts.storage.insert_rows import insert_rows
from staffetta.outbound.as_json import as_json
from staffetta.work.clock import now
from staffetta.work.database.databases import postgres, stamp

NAMES = tuple(field.attname for field in Contact._meta.concrete_fields[1:])
PIECE = 1000
"""Rows of one statement: 14 parameters each, SQLite takes 32,766."""
TIMES = ("created_at", "updated_at")
KEPT = ("whatsapp_id", "created_at")
"""What no import, sync or undo changes of a contact."""
CHANGED = (
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'"{name}" = excluded."{name}"' for name in NAMES if name not in KEPT)}"
)
"""One statement on the primary key, where bulk_update would build a CASE for every field and row."""
EMPTY: dict[str, Any] = dict.fromkeys(NAMES, "") | dict.fromkeys(("id", "phone", "telegram_id", "external_id", *TIMES))
NEW_IDS = """
    SELECT nextval((SELECT pg_get_serial_sequence('contacts_contact', 'id')::regclass)) FROM generate_series(1, %s)
"""
"""The inner SELECT is asked once; without it the name of the sequence was looked for at each row (half of the time)."""


def new_contact(told: Mapping[str, Any]) -> Contact:
    """Return a contact that is not stored; what is not told is empty. Storing says when it was made."""
    contact = Contact.__new__(Contact)  # a model's own way asks each field, and costs ten times as much
    contact.__dict__.update({**EMPTY, "values": {}, "_state": ModelState(), **told})
    return contact


def new_ids(number: int) -> Iterator[int]:
    """Return ids for new contacts from PostgreSQL's sequence; SQLite gives them when it stores.

    `number` of them are taken at once, before anything is stored: then nothing waits for the insert, the longest
    statement (work/databases.together). More are taken when they are asked for; those not used stay unused.
    """
    return chain(_from_sequence(number), _ever_more())


def _from_sequence(number: int) -> list[int]:
    if not postgres() or not number:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NEW_IDS, [number])
        return [pk for (pk,) in cursor.fetchall()]


def _ever_more() -> Iterator[int]:
    while True:
        yield from _from_sequence(PIECE)


def insert_contacts(contacts: Sequence[Contact], ids: Iterator[int] | None = None) -> None:
    """Store new contacts and give them their ids (those of `new_ids`, if taken); in the caller's transaction."""
    for piece in batched(contacts, PIECE):
        _date(piece)
        if postgres():
            _insert_numbered(piece, ids or new_ids(len(piece)))
        else:
            _insert(piece)


def _date(contacts: Iterable[Contact]) -> None:
    at = now()
    for contact in contacts:
        contact.created_at = contact.updated_at = at


def _insert_numbered(contacts: Sequence[Contact], ids: Iterator[int]) -> None:
    for contact in contacts:
        contact.pk = next(ids)
    insert_rows(Contact, ("id", *NAMES), [(contact.pk, *map(contact.__dict__.get, NAMES)) for contact in contacts])


def change_contacts(contacts: Sequence[Contact]) -> None:
    """Store what changed of contacts we have; in the caller's transaction. Of two that are one the last counts."""
    at = now()
    rows = {contact.pk: contact.__dict__ | {"updated_at": at} for contact in contacts}
    insert_rows(Contact, ("id", *NAMES), [[pk, *map(held.__getitem__, NAMES)] for pk, held in rows.items()], CHANGED)


def _insert(contacts: Sequence[Contact]) -> None:
    with connection.cursor() as cursor:
        at = stamp(contacts[0].created_at)
        cursor.execute(_listed(len(contacts)), [value for contact in contacts for value in _values(contact, at)])
        for contact, (pk,) in zip(contacts, cursor.fetchall(), strict=True):
            contact.pk = pk


def _listed(number: int) -> str:
    """Return SQLite's statement for so many rows: prepared one by one they would give no ids."""
    row = f"({', '.join(['%s'] * len(NAMES))})"
    columns = ", ".join(connection.ops.quote_name(name) for name in NAMES)
    return f"INSERT INTO contacts_contact ({columns}) VALUES {', '.join([row] * number)} RETURNING id"  # noqa: S608


def _values(contact: Contact, at: str) -> Iterable[Any]:
    """Return what SQLite stores: JSON and moments as text."""
    texts = {"values": as_json(contact.values).decode(), **dict.fromkeys(TIMES, at)}
    return map((contact.__dict__ | texts).__getitem__, NAMES)
