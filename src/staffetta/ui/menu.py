"""Menu entries are data: every room registers its own in `AppConfig.ready()`."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """`section` is "" for the daily work or "management"; `icon` a Tabler icon; `prefix` what marks it active."""

    label: str | Promise
    url_name: str
    icon: str
    order: int
    section: str = ""
    administrators_only: bool = False
    parent: str | Promise = ""  # the middle level of a three-level entry: "Sinch Engage"


_entries: list[MenuEntry] = []


def register(entry: MenuEntry) -> None:
    """Add an entry; adding it twice does nothing."""
    if entry.url_name not in {known.url_name for known in _entries}:
        _entries.append(entry)
        _entries.sort(key=lambda known: (known.section, known.order))


def entries() -> tuple[MenuEntry, ...]:
    return tuple(_entries)
