"""What hangs on a contact: found through Django's own relations; rooms above register what they must do themselves.

A merge moves every row that points to a contact, an erasure empties or deletes what holds a person's data. Neither
knows the rooms above: they register a `Companion` of merges and an `Eraser`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field, ForeignObjectRel, Model

from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Merge, Twin

OWN: tuple[type[Model], ...] = (Twin, Merge)
"""Rows about pairs of contacts: they tell what was done, and move with nobody."""


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a person is found in rows that point to no contact.

    `addresses` are as providers write them (digits, Telegram id), with the plus, and as they were typed; `words` what
    else names this person alone, in small letters: ids and e-mail addresses.
    """

    contact_id: int
    addresses: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    merged: tuple[int, ...] = ()  # numbers of contacts that went into this one


@dataclass(frozen=True, slots=True)
class Erased:
    """What an eraser did, code -> number: rows deleted, rows emptied of the person, rows kept as they are."""

    deleted: Mapping[str, int] = field(default_factory=dict)
    emptied: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)


class InTheWay(Exception):
    """Something under way must end before a person can be erased; `code` says what (wording.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Companion:
    """What a room does around a merge: `before` with (stays, goes), `after` with whoever stayed."""

    before: Callable[[int, int], None]
    after: Callable[[int], None]


Eraser = Callable[[Traces], Erased]
_companions: list[Companion] = []
_erasers: list[Eraser] = []


def accompany(companion: Companion) -> None:
    """Let a room act before and after two contacts are merged, in the same transaction."""
    if companion not in _companions:
        _companions.append(companion)


def companions() -> tuple[Companion, ...]:
    return tuple(_companions)


def register_eraser(eraser: Eraser) -> None:
    """Let a room erase a person from its rows, in the erasure's transaction and before the contact is deleted."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def erasers() -> tuple[Eraser, ...]:
    return tuple(_erasers)


def relations() -> Iterable[tuple[type[Model], "Field[Any, Any]"]]:
    """Yield (model, foreign key) of everything that points to a contact, whichever room it belongs to."""
    for relation in Contact._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and (relation.one_to_many or relation.one_to_one):
            model: Any = relation.related_model
            if model not in OWN:
                yield model, relation.field
