"""What the incidents of the machinery say: on every page, and in the e-mail to the administrators."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffetta.notices import clock_incident, set_aside_incident, wording
from staffetta.notices.models import Incident
from staffetta.reports.wording import lane_name, set_aside_reason


def register() -> None:
    """Make the words known to the notices."""
    wording.register(set_aside_incident.KIND, items_set_aside)
    wording.register(clock_incident.KIND, clock_set)


def clock_set(incident: Incident) -> wording.Words:
    """The clock of the machine was set while Staffetta ran."""
    seconds = int(incident.detail or 0)
    span = _("%(hours)s h %(minutes)s min %(seconds)s s") % {
        "hours": seconds // 3600,
        "minutes": seconds // 60 % 60,
        "seconds": seconds % 60,
    }
    words = _("It was set forward by %(span)s.") if incident.cause == "forward" else _("It was set back by %(span)s.")
    return wording.Words(
        title=_("The clock of the server was set"),
        cause=words % {"span": span},
        remedy=_("Sending goes on by itself. Check that the server keeps its time (NTP), and what is scheduled."),
        url=reverse("reports:system"),
        label=_("System status"),
    )


def items_set_aside(incident: Incident) -> wording.Words:
    """Some items of a lane cannot be handled; all others are."""
    number, url = int(incident.detail or 0), reverse("reports:set_aside")
    told = ngettext("%(number)s item is set aside.", "%(number)s items are set aside.", number) % {"number": number}
    return wording.Words(
        title=_("%(lane)s: not everything could be handled") % {"lane": lane_name(incident.subject)},
        cause=f"{told} {set_aside_reason(incident.cause)}",
        remedy=_("All the others go on. What is set aside is tried again by itself, at growing intervals."),
        url=url,
        label=_("Look and try again"),
        administrators_only=False,
        told_at=(url,),
    )
