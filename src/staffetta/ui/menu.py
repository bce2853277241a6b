"""Menu entries are data: every room registers its own in `AppConfig.ready()`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECTIONS: dict[str, str | Promise] = {"": "", "management": _("Management")}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu.

    `section` is "" for the daily work or "management"; `icon` a Tabler icon; `parent` the middle level of a three-level
    entry ("Sinch Engage"). An entry is marked active on every address below its own, unless a longer one fits better.
    """

    label: str | Promise
    url_name: str
    icon: str
    order: int
    section: str = ""
    administrators_only: bool = False
    parent: str | Promise = ""
    operators_only: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as one request shows it."""

    label: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one middle level; without a label they stand directly in the section."""

    label: str
    icon: str
    entries: list[Line]


@dataclass(frozen=True, slots=True)
class Section:
    number: int
    label: str
    groups: list[Group]


_entries: list[MenuEntry] = []


def register(entry: MenuEntry) -> None:
    """Add an entry; adding it twice does nothing."""
    if entry.url_name not in {known.url_name for known in _entries}:
        _entries.append(entry)
        _entries.sort(key=lambda known: (known.section, known.order))


def entries() -> tuple[MenuEntry, ...]:
    return tuple(_entries)


def _visible(entry: MenuEntry, administrator: bool, operator: bool) -> bool:
    if entry.administrators_only:
        return administrator
    return operator if entry.operators_only else True


def _current(urls: Iterable[str], path: str) -> str:
    """Return the entry's address that fits the path best: the longest one the path starts with."""
    fitting = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(fitting, key=len, default="")


def _groups(shown: list[MenuEntry], current: str) -> Iterator[Group]:
    for parent, members in groupby(shown, key=lambda entry: str(entry.parent)):
        lines = list(members)
        yield Group(
            parent,
            lines[0].icon,
            [
                Line(str(entry.label), url := reverse(entry.url_name), entry.icon, active=url == current)
                for entry in lines
            ],
        )


def sections(path: str, *, administrator: bool, operator: bool) -> list[Section]:
    """Return the menu as one person sees it on the page at `path`."""
    shown = [entry for entry in _entries if _visible(entry, administrator, operator)]
    current = _current((reverse(entry.url_name) for entry in shown), path)
    return [
        Section(number, str(SECTIONS[name]), list(_groups(list(members), current)))
        for number, (name, members) in enumerate(groupby(shown, key=lambda entry: entry.section))
    ]
