"""What the incidents of the machinery say: on every page, and in the e-mail to the administrators."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffetta.notices import set_aside_incident, wording
from staffetta.notices.models import Incident
from staffetta.reports.wording import lane_name, set_aside_reason


def register() -> None:
    """Make the words known to the notices."""
    wording.register(set_aside_incident.KIND, items_set_aside)


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
