"""What the machinery's own names are called on a page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LANES: dict[str, str | Promise] = {
    "dispatch": _("Sending"),
    "start": _("Starting what is due"),
    "plan": _("Preparing communications"),
    "watch": _("Following communications to their end"),
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
REGULAR: dict[str, str | Promise] = {
    "deliveries_in_flight": _("Messages whose worker is gone"),
    "daily budget": _("Whether the daily budget counts"),
    "resumed communications": _("Closing what a person resumed"),
    "stuck refreshes": _("Refreshes that were interrupted"),
    "due refreshes": _("Refreshes by themselves"),
    "lost jobs": _("Jobs that were interrupted"),
    "idempotency keys": _("Clearing old idempotency keys"),
    "call log": _("Clearing old calls of the API"),
    "duplicate contacts": _("Looking for duplicate contacts"),
    "uploads nobody started": _("Clearing uploads nobody started"),
    "staffetta.work.tasks.prune_old_rows": _("Clearing old records"),
}


def lane_name(lane: str) -> str | Promise:
    """Name a lane; one that is not known keeps its own name."""
    return LANES.get(lane, lane)


def regular_name(name: str) -> str | Promise:
    """Name what runs at set times; what is not known keeps its own name."""
    return REGULAR.get(name, name)
