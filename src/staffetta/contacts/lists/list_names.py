"""Names of lists and audiences: in the order a person looks for them, no two that look alike."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator

from staffetta.contacts.storage.fold import fold
from staffetta.text import folded


class Named(Protocol):
    """What has a name."""

    name: str


def in_order[N: Named](rows: Iterable[N]) -> list[N]:
    """Return rows by name without case and accents, which no database does alike: Alfa, Élite, zeta."""
    return sorted(rows, key=lambda row: name_key(row.name))


def name_key(name: str) -> tuple[str, str, str]:
    """Return what names are ordered by; names that differ by case or accent only stand together."""
    return fold(name), name.casefold(), name


def twin_of[M: Model](model: type[M], name: str) -> M | None:
    """Return the row whose name looks like this one: the very same, or other only in case, form or invisible signs."""
    rows: Any = model.objects  # type: ignore[attr-defined]  # Django types it on each model only
    wanted = folded(name)
    alike = [pk for pk, known in rows.values_list("pk", "name").iterator() if folded(known) == wanted]
    found: M | None = rows.filter(name=name).first() or (rows.filter(pk=alike[0]).first() if alike else None)
    return found


class _InOrder(ModelChoiceIterator[Any]):
    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield ("", str(self.field.empty_label))
        for row in in_order(self.queryset):
            yield self.choice(row)


class NameChoiceField(forms.ModelChoiceField[Any]):
    """A choice among rows that have names, in their order."""

    iterator = _InOrder
