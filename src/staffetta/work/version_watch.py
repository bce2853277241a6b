"""A running worker's eye on the database's version: what a newer version has changed, it touches no more.

A newer version announces what it will apply, waits for the workers, and applies it (schema.py). A worker that sees an
announcement, or what was applied without one, rests: it begins nothing, ends what is in flight, and takes its signs of
life away. It does not end: whatever supervises it would start it again and again. When the announcement is taken back,
because the upgrade failed, it goes on.
"""

import logging

from staffetta.work.database import fingerprint

logger = logging.getLogger(__name__)


class VersionWatch:
    """Whether the database is the one that this code knows; asked with each sign of life."""

    def __init__(self) -> None:
        self.resting = False

    def look(self) -> None:
        """Ask the database, and say it when that has changed. Raises django.db.Error."""
        names = fingerprint.foreign()
        if names and not self.resting:
            logger.error(
                "the database is being or was brought to another version of Staffetta (%s): this process does no more "
                "work. Install that version here and start it again.",
                ", ".join(names),
            )
        elif self.resting and not names:
            logger.warning("the database is as this version knows it again: this process goes on")
        self.resting = bool(names)
