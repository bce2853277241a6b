"""Making contacts and running imports, for the tests of this room."""

from collections.abc import Callable
from typing import Any

from staffetta.contacts.imports import run_import
from staffetta.contacts.models import Contact, Import
from staffetta.work.lanes import LaneContext

Accept = Callable[..., Import]


def finish(source: Import) -> Import:
    """Do what the lane does until there is nothing more to do."""
    while run_import.work(LaneContext(worker="test")):
        pass
    source.refresh_from_db()
    return source


def person(phone: str = "+393200000001", **more: Any) -> Contact:
    return Contact.objects.create(phone=phone, phone_raw=phone, **more)
