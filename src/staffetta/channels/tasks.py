"""What a worker does for this room."""

from django.tasks import task

from staffetta.channels.refreshing import refresh


@task()
def refresh_channel(refresh_id: int) -> None:
    """Run one refresh; harmless when it ran already, runs elsewhere or was cancelled."""
    refresh.run(refresh_id)
