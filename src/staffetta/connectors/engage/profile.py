"""Reading `profile.toml` and laying a channel's own entries over it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("profile.toml")


class ProfileError(ValueError):
    """A profile entry that does not exist or has the wrong form; `entry` is its dotted name."""

    def __init__(self, entry: str, expected: str) -> None:
        super().__init__(f"profile entry {entry}: {expected}")
        self.entry = entry
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Section:
    """One operation of the profile: the path, its fixed query, the accepted names of each member, an example."""

    path: str
    query: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]
    paged: bool = False
    page_size: int = 0
    status_when_missing: str = ""
    answer: str = ""

    def __getitem__(self, member: str) -> tuple[str, ...]:
        return self.names[member]


type Profile = Mapping[str, Section]


def load_profile(override: Mapping[str, object] | None = None) -> Profile:
    """Return the default profile with `override` (the form of the file) laid over it. Raises ProfileError."""
    raw = _default()
    changes = override or {}
    unknown = set(changes) - set(raw)
    if unknown:
        raise ProfileError(min(unknown), "no such section")
    return {name: _section(name, {**entries, **_table(name, changes.get(name, {}), entries)})
            for name, entries in raw.items()}  # fmt: skip


@cache
def _default() -> dict[str, dict[str, object]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _table(name: str, value: object, known: Mapping[str, object]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ProfileError(name, "must be a table")
    for entry, given in value.items():
        expected = known.get(entry, "" if entry == "path" else None)
        if expected is None and entry != "query":
            raise ProfileError(f"{name}.{entry}", "no such entry")
        if expected is not None and not _same_form(given, expected):
            raise ProfileError(f"{name}.{entry}", f"must be {_form(expected)}")
    return value


def _same_form(given: object, expected: object) -> bool:
    if isinstance(expected, list):
        return isinstance(given, list) and all(isinstance(item, str) for item in given)
    return type(given) is type(expected)


def _form(expected: object) -> str:
    forms = {str: "a text", bool: "true or false", int: "a number", list: "a list of texts", dict: "a table"}
    return forms[type(expected)]


def _section(name: str, entries: Mapping[str, object]) -> Section:
    path, query, size = entries.get("path", ""), entries.get("query", {}), entries.get("page_size", 0)
    missing, answer = entries.get("status_when_missing", ""), entries.get("answer", "")
    if not isinstance(query, dict) or not all(isinstance(value, str) for value in query.values()):
        raise ProfileError(f"{name}.query", "must be a table of texts")
    return Section(
        path=f"/{path.strip('/')}" if isinstance(path, str) and path.strip("/") else "",
        query=query,
        names={entry: tuple(names) for entry, names in entries.items() if isinstance(names, list)},
        paged=entries.get("paged") is True,
        page_size=max(1, size) if isinstance(size, int) else 0,
        status_when_missing=missing if isinstance(missing, str) else "",
        answer=answer if isinstance(answer, str) else "",
    )
