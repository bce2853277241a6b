"""Who may send a long body: looked at with the headers, before the body is read."""

from collections.abc import Mapping
from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.urls import Resolver404, resolve

from staffetta.accounts import tokens
from staffetta.accounts.access import file_bytes
from staffetta.accounts.models import User
from staffetta.work.entrance.bounds import Permission


def permission(environ: Mapping[str, Any]) -> Permission:
    """Return what the page at this address takes, and whether this caller may open it."""
    close_old_connections()
    try:
        return _permission(WSGIRequest({**environ, "wsgi.input": BytesIO()}))
    finally:
        close_old_connections()


def _permission(request: WSGIRequest) -> Permission:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return Permission(known=False, most=0)
    most = file_bytes(view)
    return Permission(
        known=_known(request, getattr(view, "allowed_roles", ())),
        most=most or settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0,
        to_file=most > 0,
    )


def _known(request: WSGIRequest, roles: tuple[str, ...]) -> bool:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if not roles and kind.lower() == "bearer":
        return tokens.caller(token.strip()) is not None
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = auth.get_user(request)
    return isinstance(user, User) and (not roles or user.role in roles)
