"""How much of a request is taken in, and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KILOBYTE, MEGABYTE = 1_024, 1_048_576
Environ = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lengths in bytes, spans in seconds."""

    spool: Path
    """Folder of the files that uploads are kept in until their page has read them."""
    idle_seconds: float = 10
    body_seconds: float = 30
    upload_seconds: float = 900
    waiting: int = 200
    """Requests that may wait for a thread; the next one is answered 503."""
    threads: int = 8
    """Requests answered at once: they wait for the database and the provider more than they compute."""
    unasked: int = 64 * KILOBYTE
    """What is taken from anybody: 2,000 strangers at once hold 256 MB, the server's own buffers included."""
    memory: int = 64 * MEGABYTE
    """What all bodies longer than that may hold together, outside of files."""
    uploads: int = 8
    """Files that are taken in at once."""
    streams: int = 4
    """Long answers on their way at once: each keeps its thread while it is read."""
    stall_seconds: float = 60
    """How long the reader of one may take nothing."""
    health_seconds: float = 2
    linger_seconds: float = 2
    """How long the rest of a refused body is taken and thrown away."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What a request may bring whose body is longer than `Bounds.unasked`."""

    known: bool
    """It comes from somebody who may open that page, or brings an access token."""
    most: int
    to_file: bool = False


Permit = Callable[[Mapping[str, Any]], Permission]
"""Looks at the headers of a request (WSGI environ); asks the database, hence runs in a thread."""
