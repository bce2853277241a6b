"""What a worker does for this room."""

from contextlib import suppress
from functools import partial

from django.tasks import task

from staffetta.channels.models import Channel
from staffetta.events.prove_stop import CannotProve, due, prove
from staffetta.work.schedule import cron
from staffetta.work.set_aside import Items


@cron("40 6 * * *")
@task
def prove_stops() -> None:
    """Prove each morning, on every channel with a test number, that a STOP is known."""
    items = Items("events")
    for channel in due():
        items.handle(f"stop_proof:{channel.pk}", partial(_prove, channel), name=str(channel))


def _prove(channel: Channel) -> None:
    with suppress(CannotProve):  # disconnected meanwhile
        prove(channel)
