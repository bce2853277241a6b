"""What was stored before text came in through text.py is brought to its form, a piece at a time.

A sweep looks at the rows of each registered table in the order of their ids; how far it came is a row of its own
(`StoredText`), committed with the rows of the piece. It may be killed and may run twice: cleaning a clean text changes
nothing. Only rows that change are locked, one by one. A form that a unique constraint refuses leaves its row as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from staffetta.text import storable_json, value
from staffetta.work.clock import monotonic, now
from staffetta.work.models import StoredText

FORM = 1
"""Rises when text.py cleans more than before: then everything is looked at again."""
EVERY = 5.0
SECONDS = 0.5
"""Of work in one sweep; a million contacts take some minutes."""
PIECE = 1000
type Clean = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A model, `room.Model`, and what cleans each of its columns. `unequal` hears which row kept its former text."""

    model: str
    columns: Mapping[str, Clean]
    save: Callable[[Any, Mapping[str, Any]], None]
    unequal: Callable[[Any, Mapping[str, Any]], None]


_tables: dict[str, Table] = {}


def register(
    model: str,
    columns: Mapping[str, Clean],
    save: Callable[[Any, Mapping[str, Any]], None] | None = None,
    unequal: Callable[[Any, Mapping[str, Any]], None] = lambda _row, _cleaned: None,
) -> None:
    """Let these columns be cleaned. `save` stores a row with its cleaned columns, in a transaction."""
    _tables.setdefault(model, Table(model, columns, save or _save, unequal))


def registered() -> tuple[Table, ...]:
    """Return every table, in the order of registration."""
    return tuple(_tables.values())


def in_json(held: object) -> object:
    """Clean the texts of a JSON column as values of a person are."""
    if isinstance(held, str):
        return value(held)
    if isinstance(held, Mapping):
        return {name: in_json(item) for name, item in held.items()}
    return [in_json(item) for item in held] if isinstance(held, list) else storable_json(held)


def clean_piece() -> bool:
    """Clean for half a second; True while there may be more."""
    until = monotonic() + SECONDS
    for table in _unfinished():
        while _next_piece(table):
            if monotonic() > until:
                return True
    return False


def _unfinished() -> Iterable[Table]:
    done = set(StoredText.objects.filter(form=FORM, finished_at__isnull=False).values_list("model", flat=True))
    return [table for table in registered() if table.model not in done]


def _next_piece(table: Table) -> bool:
    """Look at the next rows of a table; False when there are none."""
    model = apps.get_model(table.model)
    progress, _made = StoredText.objects.get_or_create(model=table.model, form=FORM)
    names = list(table.columns)
    rows = _rows(model).filter(pk__gt=progress.after).order_by("pk").values_list("pk", *names)[:PIECE]
    seen = list(rows)
    if not seen:
        StoredText.objects.filter(pk=progress.pk).update(finished_at=now())
        return False
    changed = [pk for pk, *texts in seen if any(_differs(table, names, texts))]
    with transaction.atomic():
        for pk in changed:
            _clean_row(table, model, pk)
        StoredText.objects.filter(pk=progress.pk, after=progress.after).update(
            after=seen[-1][0], changed=progress.changed + len(changed)
        )
    return True


def _differs(table: Table, names: Iterable[str], texts: Iterable[Any]) -> Iterable[bool]:
    return (text is not None and table.columns[name](text) != text for name, text in zip(names, texts, strict=True))


def _clean_row(table: Table, model: type[models.Model], pk: int) -> None:
    row = _rows(model).select_for_update().filter(pk=pk).first()
    if row is None:
        return
    held = {name: getattr(row, name) for name in table.columns}
    cleaned = {
        name: new for name, text in held.items() if text is not None and (new := table.columns[name](text)) != text
    }
    if not _store(table, row, cleaned):
        for name, new in cleaned.items():  # one of them is somebody else's: the others are stored all the same
            if not _store(table, row, {name: new}):
                table.unequal(row, {name: new})


def _rows(model: type[models.Model]) -> models.QuerySet[models.Model]:
    return model._default_manager.all()  # noqa: SLF001  (Django's own name for the manager of any model)


def _store(table: Table, row: models.Model, cleaned: Mapping[str, Any]) -> bool:
    held = {name: getattr(row, name) for name in cleaned}
    try:
        with transaction.atomic():
            for name, new in cleaned.items():
                setattr(row, name, new)
            table.save(row, cleaned)
    except IntegrityError:
        for name, former in held.items():
            setattr(row, name, former)
        return False
    return True


def _save(row: models.Model, cleaned: Mapping[str, Any]) -> None:
    row.save(update_fields=list(cleaned))
