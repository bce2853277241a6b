"""Log lines without keys: the last net, under the redaction at the door out."""

import logging
import re

KEY = re.compile(r"(?i)[0-9a-f]{32}_\d+(?:_[0-9a-f]+)?")
NAMED = re.compile(r"""(?ix) (apikey ["']? (?:=|%3D|\s*:\s*) ["']?) [^"'&\s,}]+""")


class RedactingFormatter(logging.Formatter):
    """Replaces whatever looks like an API Key, or is named as one, by `***`, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redacted(line: str) -> str:
    """Return `line` without anything shaped or labelled as a provider's key."""
    return NAMED.sub(r"\1***", KEY.sub("***", line))
