"""Why a request is not answered by its page."""

UNREAD = "staffetta.unread"
"""Key of the WSGI environ: the body was not read, for this reason; whoever answers only says so."""
TOO_LARGE, TOO_SLOW, UNKNOWN = "too_large", "too_slow", "unknown"


class Unread(Exception):
    """The body is not read, or not to its end: one of the reasons above."""

    def __init__(self, reason: str, length: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.length = length


class Overloaded(Exception):
    """There is no room for one more request."""


class Gone(Exception):
    """The caller has closed the connection."""
