"""Notices that stand on top of every page. The rooms that know of trouble register who tells it; `ui` knows nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Banner:
    """What is wrong (title), since when and why (text), what helps (remedy), and the one button that leads there.

    `level` is "danger", "warning" or "info". Without a `url` there is no button: the person may not act on it.
    `told_at` are addresses of pages that tell the same in its place, with its button: the notice is left out there.
    `leads`: its button is the main one of the page, unless the page says `own_deed`: exactly one is.
    """

    level: str
    title: str
    text: str
    remedy: str = ""
    url: str = ""
    label: str = ""
    told_at: tuple[str, ...] = ()
    leads: bool = False


Provider = Callable[[object], Sequence[Banner]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Ask `provider` for its banners on every page, for the person it is given; it may take one query."""
    if provider not in _providers:
        _providers.append(provider)


def of(person: object, path: str) -> list[Banner]:
    """Return what stands on top of the page at `path` for this person."""
    found = [banner for provider in _providers for banner in provider(person) if path not in banner.told_at]
    first = next((banner for banner in found if banner.url and banner.url != path), None)
    return [replace(banner, leads=banner is first) for banner in found]
