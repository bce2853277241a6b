"""Cutting a connection for real.

An ASGI app cannot: granian 2.8 answers 500 when the app raises or returns without an answer, and keeps the connection.
But the server runs in our own process, so the connection is one of our descriptors; the one whose other end is the
client is shut down, and the client sees the connection close (FIN) with no byte, or no further byte, of an answer.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

DESCRIPTORS = Path("/dev/fd")


def cut(client: tuple[str, int]) -> bool:
    """Close the connection that comes from this address and port; False when there is none."""
    for entry in DESCRIPTORS.iterdir():
        try:
            descriptor = os.dup(int(entry.name))
        except OSError:
            continue
        if _shut_if_from(descriptor, client):
            return True
    return False


def _shut_if_from(descriptor: int, client: tuple[str, int]) -> bool:
    try:
        connection = socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)
        return False
    with connection:
        try:
            if connection.getpeername()[:2] != client:
                return False
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return False
    return True
