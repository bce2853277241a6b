"""Jobs of the machinery itself."""

from django.tasks import task

from staffetta.work.prune import prune
from staffetta.work.schedule import cron


@cron("23 * * * *")
@task
def prune_old_rows() -> dict[str, int]:
    """Each hour, so that a machine which is on only in the daytime is kept tidy too."""
    return prune()
