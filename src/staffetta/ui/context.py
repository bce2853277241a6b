"""What every page knows besides its own data."""

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject

from staffetta.ui import banners, menu

PERSON_MENU: list[str] = []  # the room that knows people puts its template here


def page(request: HttpRequest) -> dict[str, object]:
    """Return the menu and the notices; both are made only when a page shows them (a partial does not)."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"menu": [], "banners": [], "person_menu": ""}
    return {
        "menu": SimpleLazyObject(
            lambda: menu.sections(
                request.path,
                administrator=bool(getattr(person, "is_administrator", False)),
                operator=bool(getattr(person, "may_operate", False)),
            )
        ),
        "banners": SimpleLazyObject(lambda: banners.of(person, request.path)),
        "home": SimpleLazyObject(lambda: resolve_url(settings.LOGIN_REDIRECT_URL)),
        "person_menu": PERSON_MENU[0] if PERSON_MENU else "",
    }
