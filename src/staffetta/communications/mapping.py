"""Where each variable's value comes from. Pure: no database.

A mapping is what `Composition.mapping` stores: variable key -> {"source": SOURCE, "fallback": TEXT | null}. SOURCE is
`field:NAME` (a field of the contact), `text:TEXT` (the same for everybody) or `value:NAME` (passed by the caller).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class SourceKind(StrEnum):
    """The three places a value may come from."""

    FIELD = "field"
    TEXT = "text"
    VALUE = "value"


class WrongSource(ValueError):
    """A source that cannot be read; the text says what was found."""


@dataclass(frozen=True, slots=True)
class Source:
    """One variable's origin. `name` is the field's or value's name, or the fixed text itself."""

    kind: SourceKind
    name: str
    fallback: str = ""

    def entry(self) -> dict[str, str | None]:
        """Return the form in which a mapping stores it."""
        return {"source": f"{self.kind}:{self.name}", "fallback": self.fallback or None}


def read_source(source: str, fallback: str | None = None) -> Source:
    """Read `field:NAME`, `text:TEXT` or `value:NAME`. Raises WrongSource."""
    kind, colon, name = source.partition(":")
    if not colon or kind not in list(SourceKind):
        raise WrongSource(source)
    if kind != SourceKind.TEXT and not name.strip():
        raise WrongSource(source)
    return Source(SourceKind(kind), name if kind == SourceKind.TEXT else name.strip(), fallback or "")


def parse_source(text: str) -> Source:
    """Read the command line's form: a source, then optionally `|fallback:TEXT`. Raises WrongSource."""
    source, _, fallback = text.partition("|fallback:")
    return read_source(source, fallback)


def read_mapping(mapping: Mapping[str, object]) -> dict[str, Source]:
    """Read a stored mapping. Raises WrongSource for an entry that cannot be read."""
    return {key: _read_entry(entry) for key, entry in mapping.items()}


def _read_entry(entry: object) -> Source:
    if not isinstance(entry, Mapping):
        raise WrongSource(str(entry))
    fallback = entry.get("fallback")
    return read_source(str(entry.get("source", "")), None if fallback is None else str(fallback))


def unmapped(keys: Iterable[str], mapping: Mapping[str, object], header_media: str = "") -> list[str]:
    """Return the variables without a source, in order; `header_media` serves the key `header` when it is an address."""
    return [key for key in keys if key not in mapping and not (key == "header" and header_media)]


def needed(mapping: Mapping[str, object], kind: SourceKind) -> set[str]:
    """Return the names a mapping takes from one kind of source, for example the contact's fields."""
    return {source.name for source in read_mapping(mapping).values() if source.kind == kind}
