"""What of the machinery's own rows is old enough to go."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from staffetta.work.clock import real_now
from staffetta.work.models import LaneBeat

FINISHED_JOBS = timedelta(days=7)
SILENT_BEATS = timedelta(days=1)


def finished_jobs() -> int:
    """Delete the rows of jobs that ended more than a week ago."""
    return DBTaskResult.objects.finished().filter(finished_at__lt=real_now() - FINISHED_JOBS).delete()[0]


def silent_beats() -> int:
    """Delete the beats of workers that ended without saying so."""
    of_a_wrong_clock = Q(beat_at__gt=real_now() + SILENT_BEATS)
    return LaneBeat.objects.filter(Q(beat_at__lt=real_now() - SILENT_BEATS) | of_a_wrong_clock).delete()[0]


def old_sessions() -> int:
    """Delete the sessions that nobody can use any more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return 0
