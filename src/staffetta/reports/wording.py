"""What the machinery's own names are called on a page, and what to start when nobody does its work."""

from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffetta.work import engine

LANES: dict[str, str | Promise] = {
    "dispatch": _("Sending"),
    "start": _("Starting what is due"),
    "plan": _("Preparing communications"),
    "watch": _("Following communications to their end"),
    "refresh": _("Channel refreshes"),
    "look_up": _("Looking up uncertain messages"),
    "note_sent": _("Noting on the contacts what they were sent"),
    "events": _("Reading opt-outs on Sinch Engage"),
    "import": _("Imports"),
    "sync": _("Contact sync"),
    "twins": _("Duplicate contacts"),
    "jobs": _("Background jobs"),
    "notices": _("E-mails"),
    "sweep": _("Finding what was interrupted"),
    "schedule": pgettext_lazy("noun", "Schedule"),
}
SET_ASIDE_REASONS: dict[str, str | Promise] = {
    "text": _("It holds text that cannot be stored."),
    "name_with_half_sign": _("Its name holds half a sign and cannot be kept."),
    "name_with_nul": _("Its name holds a control sign (NUL) and cannot be kept."),
    "name_too_long": _("Its name is too long."),
    "name_without_visible_sign": _("Its name holds no visible sign."),
    "database_refused": _("The database refuses it."),
    "unexpected": _("Staffetta failed on it."),
}
REGULAR: dict[str, str | Promise] = {
    "deliveries_in_flight": _("Messages whose worker is gone"),
    "daily budget": _("Whether the daily budget counts"),
    "resumed communications": _("Closing what a person resumed"),
    "stuck refreshes": _("Refreshes that were interrupted"),
    "due refreshes": _("Refreshes by themselves"),
    "stored text": _("Bringing stored text to its present form"),
    "clock": _("Whether the clock keeps its time"),
    "vanished items": _("Forgetting what was set aside and is gone"),
    "lost jobs": _("Jobs that were interrupted"),
    "idempotency keys": _("Clearing old idempotency keys"),
    "call log": _("Clearing old calls of the API"),
    "leftovers": _("Removing files that nothing uses any more"),
    "duplicate contacts": _("Looking for duplicate contacts"),
    "uploads nobody started": _("Clearing uploads nobody started"),
    "staffetta.events.tasks.prove_stops": _("Checking that a STOP is known"),
    "staffetta.work.tasks.prune_old_rows": _("Clearing old records"),
}


def lane_name(lane: str) -> str | Promise:
    """Name a lane; one that is not known keeps its own name."""
    return LANES.get(lane, lane)


def set_aside_reason(code: str) -> str | Promise:
    """Say why an item was set aside; an unknown code is shown as it is."""
    return SET_ASIDE_REASONS.get(code, code)


def regular_name(name: str) -> str | Promise:
    """Name what runs at set times; what is not known keeps its own name."""
    return REGULAR.get(name, name)


ENGINES = {"rq": "RQ", "celery": "Celery"}


def what_to_start() -> str | Promise:
    """Say what to start when nothing runs at all: another task engine than the database has a worker of its own."""
    if engine.in_database():
        return _("Start Staffetta with “staffetta run”, or a worker of its own with “staffetta worker”.")
    return _("Start Staffetta with “staffetta run”, or each worker: “staffetta worker” and “staffetta jobs”.")


def what_to_add(missing: Collection[str]) -> list[str | Promise]:
    """Say what to start for lanes that run nowhere; the jobs are no lane of our workers with another task engine."""
    jobs_elsewhere = not engine.in_database() and engine.LANE in missing
    told: list[str | Promise] = []
    if len(missing) > jobs_elsewhere:
        told.append(
            _(
                "The workers that run were started for certain lanes only. Start one for those that run nowhere, "
                "or one for all with “staffetta worker”."
            )
        )
    if jobs_elsewhere:
        told.append(
            format_lazy(
                _("{engine} carries the background jobs, and its worker is not running: start “staffetta jobs”."),
                engine=ENGINES[engine.name()],
            )
        )
    return told


def what_to_start_again(silent: Collection[str]) -> list[str | Promise]:
    """Say what to start again for lanes of which no worker gives a sign of life any more."""
    jobs_elsewhere = not engine.in_database() and engine.LANE in silent
    ours = [str(lane_name(lane)) for lane in silent if not (jobs_elsewhere and lane == engine.LANE)]
    told: list[str | Promise] = []
    if ours:
        words = _(
            "No worker gives a sign of life for: {lanes}. Start one again, for these or for all: “staffetta worker”."
        )
        told.append(format_lazy(words, lanes=", ".join(ours)))
    if jobs_elsewhere:
        words = _("{engine} carries the background jobs, and its worker is silent: start “staffetta jobs” again.")
        told.append(format_lazy(words, engine=ENGINES[engine.name()]))
    return told
