"""Notices that stand on top of every page. The rooms that know of trouble register who tells it; `ui` knows nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Banner:
    """What is wrong (title), since when and why (text), what helps (remedy), and the one button that leads there.

    `level` is "danger", "warning" or "info". Without a `url` there is no button: the person may not act on it.
    `told_at` are addresses of pages that tell the same in its place, with its button: the notice is left out there.
    """

    level: str
    title: str
    text: str
    remedy: str = ""
    url: str = ""
    label: str = ""
    told_at: tuple[str, ...] = ()


Provider = Callable[[object], Sequence[Banner]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Ask `provider` for its banners on every page, for the person it is given; it may take one query."""
    if provider not in _providers:
        _providers.append(provider)


def of(person: object) -> list[Banner]:
    return [banner for provider in _providers for banner in provider(person)]
