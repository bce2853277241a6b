"""Ending a connection in the middle of an answer, so that what was read of it is not taken for the whole.

An ASGI application cannot: whatever it does, granian ends the answer properly. The connection is a descriptor of this
process, though.
"""

import os
import socket
from pathlib import Path

DESCRIPTORS = Path("/dev/fd")
Address = tuple[str, int]


def cut(client: Address) -> bool:
    """Shut the connection that comes from this address and port; False when there is none."""
    return any(_shut_if_from(int(entry.name), client) for entry in DESCRIPTORS.iterdir())


def _shut_if_from(descriptor: int, client: Address) -> bool:
    try:
        copy = os.dup(descriptor)
    except OSError:
        return False
    try:
        connection = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        return False
    with connection:
        try:
            if connection.getpeername()[:2] != client:
                return False
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return False
    return True
