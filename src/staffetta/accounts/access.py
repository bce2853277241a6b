"""Who may open what: every view says it, and a test walks all addresses with every role and with nobody."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

from staffetta.accounts.models import Role, User
from staffetta.work.entrance.faults import TOO_LARGE

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

ADMINISTRATORS: tuple[Role, ...] = (Role.ADMINISTRATOR,)
OPERATORS: tuple[Role, ...] = (Role.ADMINISTRATOR, Role.OPERATOR)
EVERYBODY: tuple[Role, ...] = (Role.ADMINISTRATOR, Role.OPERATOR, Role.VIEWER)

EXPORT = "may_export"
"""A right beside the role: a member of User."""


class View(Protocol):
    """A page's function, marked with the roles that may open it; no role means open to anybody."""

    allowed_roles: tuple[Role, ...]
    right: str

    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> "HttpResponseBase": ...


def allow(roles: tuple[Role, ...], right: str = "") -> Callable[[Callable[..., "HttpResponseBase"]], View]:
    """Let only people of these roles open a view; the others get 403, the unknown are sent to the login.

    `right` is wanted besides: EXPORT.
    """

    def decorate(view: Callable[..., "HttpResponseBase"]) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> "HttpResponseBase":
            user = request.user
            if not isinstance(user, User) or user.role not in roles or (right and not getattr(user, right)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        marked = cast("View", guarded)
        marked.allowed_roles = roles
        marked.right = right
        return marked

    return decorate


def open_to_anybody(view: Callable[..., "HttpResponseBase"]) -> View:
    """Mark a page that needs no login."""
    marked = cast("View", login_not_required(view))
    marked.allowed_roles = ()
    marked.right = ""
    return marked


def takes_files[V: Callable[..., Any]](most: Callable[[], int], *, words_too_large: bool = False) -> Callable[[V], V]:
    """Mark a page that takes files: a body of up to `most()` bytes is kept in a file until the page reads it.

    All other pages take DATA_UPLOAD_MAX_MEMORY_SIZE. `words_too_large`: the page itself answers who brings more; it
    finds the length in CONTENT_LENGTH and nothing to read.
    """

    def decorate(view: V) -> V:
        view.__dict__["file_bytes"] = most
        if words_too_large:
            view.__dict__["words_unread"] = (TOO_LARGE,)
        return view

    return decorate


def file_bytes(view: Callable[..., Any]) -> int:
    """Return the length of a body that a page takes in a file; 0 if it takes none."""
    most: Callable[[], int] = getattr(view, "file_bytes", lambda: 0)
    return most()
