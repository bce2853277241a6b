"""A request as granian hands it over (ASGI scope), as Django's WSGI handler wants it (PEP 3333)."""

import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from staffetta.work.entrance.bounds import Environ

Headers = Iterable[tuple[bytes, bytes]]
FIXED: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}
LEFT_OUT = {"RANGE"}
"""Files are always sent whole: a part of one would be read by a thread, as slowly as a stranger likes."""


def environ_of(scope: Mapping[str, Any]) -> Environ:
    """Return everything but `wsgi.input`. The process's own environment is not part of it."""
    server, client = scope["server"], scope["client"]
    return {
        **FIXED,
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": scope["scheme"],
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1") or "/",
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        **_variables(scope["headers"]),
    }


def _variables(headers: Headers) -> Environ:
    """Return headers as variables. `X_Forwarded_For` would become that of `X-Forwarded-For`, and is left out."""
    found: Environ = {}
    for raw, value in headers:
        name = _variable(raw)
        if not name:
            continue
        text = value.decode("latin-1")
        if name in found:
            text = f"{found[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{text}"
        found[name] = text
    return found


@lru_cache(1_024)
def _variable(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    if b"_" in header or name in LEFT_OUT:
        return ""
    return name if name in UNPREFIXED else f"HTTP_{name}"


def brings_body(environ: Mapping[str, Any]) -> bool:
    return "HTTP_TRANSFER_ENCODING" in environ or announced(environ) > 0


def announced(environ: Mapping[str, Any]) -> int:
    """Return the announced length of the body; 0 for none, and for one that comes in chunks."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return 0
    given = str(environ.get("CONTENT_LENGTH", ""))
    return int(given) if given.isascii() and given.isdigit() else 0
