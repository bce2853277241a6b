"""The process that serves the pages: granian in front of `staffetta.config.wsgi`. Loads no Django itself."""

import os
import sys

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from staffetta.work import orphan

APPLICATION = "staffetta.config.wsgi:application"
THREADS = 8
"""Requests answered at once: they wait for the database and the provider more than they compute."""
STOP_WITHIN = 10
REDACTED = {"()": "staffetta.config.logs.RedactingFormatter", "format": "%(asctime)s %(levelname)s granian %(message)s"}


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    orphan.stop_with_parent()
    # The process granian starts is this one's child, not the supervisor's.
    os.environ[orphan.VARIABLE] = str(os.getpid())
    MPServer(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig={"formatters": {"generic": REDACTED, "access": REDACTED}},
        log_access=False,
        workers_kill_timeout=STOP_WITHIN,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
