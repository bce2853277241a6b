"""Who asks: every page of this room is behind the login."""

from typing import cast

from django.http import HttpRequest

from staffetta.accounts.models import User


def person(request: HttpRequest) -> User:
    """Return the person who is logged in."""
    return cast("User", request.user)
