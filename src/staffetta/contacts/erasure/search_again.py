"""The second search of an erasure: once it is committed, through every text that is stored, whichever room it is in.

It knows nothing of what the erasers did. What it still finds is told on the certificate: rows of other people that hold
the same number or address, and whatever an eraser missed.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import CharField, FileField, JSONField, Model, TextField

from staffetta.contacts.erasure.erase_traces import file_rows_naming, rejects_naming
from staffetta.contacts.erasure.find_traces import rows_naming
from staffetta.contacts.hanging import Traces
from staffetta.contacts.models import ImportReject


def search_again(traces: Traces) -> dict[str, Any]:
    """Return how many tables were searched, and what still holds the person: table (or `file_rows`) -> rows."""
    found: dict[str, int] = {"file_rows": file_rows_naming(traces)}
    tables = 0
    for model, columns in _texts():
        tables += 1
        rows: Any = model._meta.base_manager.all()
        naming = rejects_naming(traces) if model is ImportReject else rows_naming(rows, columns, traces)
        found[model._meta.label_lower] = sum(1 for _row in naming)
    return {"tables": tables, "found": {place: rows for place, rows in sorted(found.items()) if rows}}


def _texts() -> Iterator[tuple[type[Model], list[str]]]:
    """Yield every table with its columns of free text; a choice of ours and the name of a file hold nobody."""
    for model in apps.get_models():
        fields = [
            field for field in model._meta.concrete_fields if isinstance(field, (CharField, TextField, JSONField))
        ]
        columns = [field.attname for field in fields if not field.choices and not isinstance(field, FileField)]
        if columns:
            yield model, columns
