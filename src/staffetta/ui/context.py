"""What every page knows besides its own data."""

from django.http import HttpRequest

from staffetta.ui import menu


def page(request: HttpRequest) -> dict[str, object]:
    person = getattr(request, "user", None)
    administrator = bool(getattr(person, "is_administrator", False))
    entries = [entry for entry in menu.entries() if administrator or not entry.administrators_only]
    return {"menu": entries}
