"""The process that serves the pages: granian in front of `staffetta.config.asgi`. Loads no Django itself."""

import os
import resource
import sys

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from staffetta.work import orphan

APPLICATION = "staffetta.config.asgi:application"
HEADER_SECONDS = 10
"""Time for the head of a request, and for which a connection without one is kept."""
HEADER_BYTES = 65_536
CONNECTIONS = 2_048
"""Connections taken at once; the next ones wait in the system's queue."""
OTHER_FILES = 512
STOP_WITHIN = 10
REDACTED = {"()": "staffetta.config.logs.RedactingFormatter", "format": "%(asctime)s %(levelname)s granian %(message)s"}


def serve(host: str, port: int, application: str = APPLICATION) -> None:
    """Serve until SIGTERM or SIGINT."""
    orphan.stop_with_parent()
    _allow_files(CONNECTIONS + OTHER_FILES)
    # The process granian starts is this one's child, not the supervisor's.
    os.environ[orphan.VARIABLE] = str(os.getpid())
    MPServer(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=1,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_BYTES),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig={"formatters": {"generic": REDACTED, "access": REDACTED}},
        log_access=False,
        workers_kill_timeout=STOP_WITHIN,
    ).serve()


def _allow_files(number: int) -> None:
    """Let this process open so many files, as far as the system's administrator lets it; 1,024 are usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
