"""Who may open what: every view says it, and a test walks all addresses with every role and with nobody."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

from staffetta.accounts.models import Role, User

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

ADMINISTRATORS: tuple[Role, ...] = (Role.ADMINISTRATOR,)
OPERATORS: tuple[Role, ...] = (Role.ADMINISTRATOR, Role.OPERATOR)
EVERYBODY: tuple[Role, ...] = (Role.ADMINISTRATOR, Role.OPERATOR, Role.VIEWER)


class View(Protocol):
    """A page's function, marked with the roles that may open it; no role means open to anybody."""

    allowed_roles: tuple[Role, ...]

    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> "HttpResponseBase": ...


def allow(roles: tuple[Role, ...]) -> Callable[[Callable[..., "HttpResponseBase"]], View]:
    """Let only people of these roles open a view; the others get 403, the unknown are sent to the login."""

    def decorate(view: Callable[..., "HttpResponseBase"]) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> "HttpResponseBase":
            user = request.user
            if not isinstance(user, User) or user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        marked = cast("View", guarded)
        marked.allowed_roles = roles
        return marked

    return decorate


def open_to_anybody(view: Callable[..., "HttpResponseBase"]) -> View:
    """Mark a page that needs no login."""
    marked = cast("View", login_not_required(view))
    marked.allowed_roles = ()
    return marked
