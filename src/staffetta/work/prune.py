"""What is old is taken away: each room registers what of its own may go, and how."""

import logging
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from staffetta.work.clock import real_now
from staffetta.work.models import LaneBeat

FINISHED_JOBS = timedelta(days=7)
SILENT_BEATS = timedelta(days=1)
logger = logging.getLogger(__name__)

_pruners: dict[str, Callable[[], int]] = {}


def register(name: str, function: Callable[[], int]) -> None:
    """Let `function` delete, in small portions, what is too old; it returns how many rows went."""
    _pruners[name] = function


def prune() -> dict[str, int]:
    """Run every pruner; one that fails does not keep the others from theirs. Return rows gone per name."""
    gone: dict[str, int] = {}
    for name, function in _pruners.items():
        try:
            gone[name] = function()
        except Exception:
            # Rooms bring their own pruners: what one raises must not let the others' tables grow for ever.
            logger.exception("%s could not be pruned", name)
    return gone


def finished_jobs() -> int:
    """Delete the rows of jobs that ended more than a week ago."""
    return DBTaskResult.objects.finished().filter(finished_at__lt=real_now() - FINISHED_JOBS).delete()[0]


def silent_beats() -> int:
    """Delete the beats of workers that ended without saying so."""
    return LaneBeat.objects.filter(beat_at__lt=real_now() - SILENT_BEATS).delete()[0]


def old_sessions() -> int:
    """Delete the sessions that nobody can use any more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return 0
