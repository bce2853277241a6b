"""Every address of the platform, and an existing object for each of its parameters."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests import world as factory

API = "api/"
OPEN_API = ("api/v1/openapi.json", "api/v1/docs")
NOTHING = {"api:nothing_here", "api:api-root"}  # 404 for whoever asks


@dataclass(frozen=True, slots=True)
class Address:
    route: str
    name: str
    view: Callable[..., Any]

    def __str__(self) -> str:
        return self.name or self.route


def walk(resolver: URLResolver, before: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from walk(entry, route, inner)
        elif isinstance(entry, URLPattern):
            yield Address(route, ":".join((*spaces, entry.name or "")), entry.callback)


ADDRESSES = list(walk(get_resolver()))
PAGES = [address for address in ADDRESSES if not address.route.startswith(API)]
GUARDED = [address for address in PAGES if getattr(address.view, "allowed_roles", ())]
CALLS = [
    address
    for address in ADDRESSES
    if address.route.startswith(API) and not address.route.startswith(OPEN_API) and address.name not in NOTHING
]


def path_of(address: Address, world: factory.World) -> str:
    """Return the address with an existing object for each parameter."""

    def fill(found: re.Match[str]) -> str:
        return str(factory.value_of(address.route, found.group(1), world))

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", fill, address.route)
