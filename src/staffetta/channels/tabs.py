"""Tabs of a Channel home that rooms above add, as data: register in `AppConfig.ready()`."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of every channel: `url_name` is a page that takes the channel's number."""

    name: str
    label: str | Promise
    url_name: str
    order: int = 50


_tabs: dict[str, Tab] = {}


def register(tab: Tab) -> None:
    """Add a tab; the same name registered twice is a mistake of the programmer (ValueError)."""
    if _tabs.get(tab.name, tab) != tab:
        raise ValueError(f"two tabs are called {tab.name}")
    _tabs[tab.name] = tab


def registered() -> list[Tab]:
    """Return the tabs in their order."""
    return sorted(_tabs.values(), key=lambda tab: tab.order)
