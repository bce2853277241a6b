"""What the audit log says of this room's deeds."""

from django.utils.translation import gettext_lazy as _

from staffetta.accounts import wording
from staffetta.communications.days import NotHours
from staffetta.communications.wording import shown_hours

DEEDS = {
    "communication_created": _("Created the communication"),
    "communication_changed": _("Changed the communication"),
    "communication_duplicated": _("Duplicated a communication into"),
    "communication_deleted": _("Deleted the draft"),
    "communication_started": _("Started the communication"),
    "communication_scheduled": _("Scheduled the communication"),
    "communication_unscheduled": _("Cancelled the schedule of the communication"),
    "communication_not_started": _("Could not start the communication"),
    "communication_hours_changed": _("Changed the send window of the communication"),
    "communication_stopped": _("Stopped the communication"),
    "communication_paused": _("Paused the communication"),
    "communication_resumed": _("Resumed the communication"),
    "test_sent": _("Sent a test of"),
    "template_accepted": _("Accepted the changed template for"),
    "transactional_created": _("Created the transactional message"),
    "transactional_changed": _("Changed the transactional message"),
    "transactional_on": _("Switched on the transactional message"),
    "transactional_off": _("Switched off the transactional message"),
    "transactional_deleted": _("Deleted the transactional message"),
}
DETAILS = {
    "at": _("at"),
    "time_zone": _("time zone"),
    "hours": _("hours"),
    "late_minutes": _("minutes late"),
}


def register() -> None:
    """Make the words known to the audit log."""
    wording.register(DEEDS, DETAILS, {"hours": _hours})


def _hours(kept: str) -> str:
    try:
        return shown_hours(kept)
    except NotHours:  # "–", for any hour
        return kept
