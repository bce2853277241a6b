"""What the audit log says of this room's deeds."""

from django.utils.translation import gettext_lazy as _

from staffetta.accounts import wording

DEEDS = {
    "people_exported": _("Exported the people of the communication"),
    "communication_held": _("Held the communication"),
    "treated_as_sent": _("Treated uncertain messages as sent"),
    "channel_tried_again": _("Let the paused channel try again"),
    "template_tried_again": _("Let the refused template be sent again"),
    "sent_again": _("Sent uncertain messages again"),
}
DETAILS = {
    "number": _("how many"),
}


def register() -> None:
    """Make the words known to the audit log."""
    wording.register(DEEDS, DETAILS)
