"""What uses a field of our own. The rooms above register who tells it; this room knows nobody above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One thing that uses a field: `kind` and `name` in the reader's language, `url` its page ("" = none)."""

    kind: str
    name: str
    url: str = ""


Finder = Callable[[str], Sequence[FieldUse]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Let a room tell what uses a field, by the field's technical name; asked only when one is deleted or changed."""
    if finder not in _finders:
        _finders.append(finder)


def of(name: str) -> list[FieldUse]:
    """Return everything that uses a field."""
    return [use for finder in _finders for use in finder(name)]
