"""An index over the values of one own field, made when people are first looked up by it: no migration knows its name.

A hash on PostgreSQL, since a value may be longer than its trees take.
"""

import re
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Func, QuerySet, TextField
from django.db.models.expressions import F
from django.db.models.lookups import In

from staffetta.contacts.models import Contact, ContactField

NAME = re.compile(r"[-a-zA-Z0-9_]+")


def ensure(name: str) -> None:
    """Make the index of an own field where it is missing: seconds for a million contacts, which wait meanwhile."""
    own = ContactField.objects.filter(name=name).first()
    if own is None:
        return
    kind = "USING hash " if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {_index(own)} ON contacts_contact {kind}(({_told('"values"', name)}))"
        )


def forget(own: ContactField) -> None:
    """Drop the index of a field that is deleted."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {_index(own)}")


def holding(name: str, texts: Collection[str]) -> QuerySet[Contact]:
    """Return the contacts whose value, as text, is one of these; neither for yes or no nor for several choices."""
    told: Any = Func(F("values"), template=_told("%(expressions)s", name), output_field=TextField())
    return Contact.objects.filter(In(told, list(texts)))


def _index(own: ContactField) -> str:
    return f"contacts_value_{own.pk}"


def _told(column: str, name: str) -> str:
    """Return the value as text, the name written out: an expression with a parameter in it matches no index."""
    if not NAME.fullmatch(name):
        raise ValueError(name)
    if connection.vendor == "postgresql":
        return f"{column} ->> '{name}'"
    return f"CAST(json_extract({column}, '$.\"{name}\"') AS text)"
