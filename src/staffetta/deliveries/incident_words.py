"""What the breakers' incidents say: on every page, and in the e-mail to the administrators."""

from django.urls import reverse
from django.utils.translation import gettext as _

from staffetta.deliveries.ledger.reasons import words_of
from staffetta.deliveries.ledger.streaks import INCIDENT
from staffetta.deliveries.models import BreakerKind
from staffetta.notices import wording
from staffetta.notices.models import Incident


def register() -> None:
    """Make the words known to the notices."""
    wording.register(INCIDENT[BreakerKind.CHANNEL], channel_silent)
    wording.register(INCIDENT[BreakerKind.TEMPLATE], template_refused)
    wording.register(INCIDENT[BreakerKind.COMMUNICATION], communication_refused)


def channel_silent(incident: Incident) -> wording.Words:
    """A channel pauses: nothing comes back, or no connection is made."""
    url = reverse("deliveries:paused", args=[BreakerKind.CHANNEL, incident.subject])
    return wording.Words(
        title=_("%(channel)s: sending pauses") % {"channel": incident.subject_name},
        cause=cause_of_silence(incident.cause, incident.detail),
        remedy=_("Its messages wait, nothing is lost. One message tries the channel again at growing intervals."),
        url=url,
        label=_("Look and try again"),
        administrators_only=False,
        told_at=(url,),
    )


def template_refused(incident: Incident) -> wording.Words:
    """A template is refused again and again."""
    url = reverse("deliveries:paused", args=[BreakerKind.TEMPLATE, incident.subject])
    return wording.Words(
        title=_("Template %(template)s: refused again and again") % {"template": incident.subject_name},
        cause=cause_of_refusals(incident.cause, incident.detail),
        remedy=_("The communications that use it are held: look at the template and at the values."),
        url=url,
        label=_("Look and try again"),
        administrators_only=False,
        told_at=(url,),
    )


def communication_refused(incident: Incident) -> wording.Words:
    """Too many messages of a communication are refused for one reason."""
    url = reverse("communications:show", args=[incident.subject])
    failed, _slash, tried = incident.detail.partition("/")
    return wording.Words(
        title=_("Communication «%(name)s»: held") % {"name": incident.subject_name},
        cause=share_refused(failed, tried, incident.cause),
        remedy=_("Look at the reason in the report and mend it; then resume it: nobody gets it twice."),
        url=url,
        label=_("Open the communication"),
        administrators_only=False,
        told_at=(url,),
    )


def cause_of_silence(cause: str, number: str | int) -> str:
    """Say how many sends in a row had no answer, or no connection."""
    if cause == "unreachable":
        return _("%(number)s times in a row Sinch Engage could not be reached.") % {"number": number}
    told = {"number": number, "reason": words_of(cause).what}
    return _("%(number)s messages in a row are uncertain. The last one: %(reason)s.") % told


def cause_of_refusals(cause: str, number: str | int) -> str:
    """Say how often in a row a template was refused."""
    told = {"number": number, "reason": words_of(cause).what}
    return _("%(number)s messages in a row were refused. %(reason)s.") % told


def share_refused(failed: str | int, tried: str | int, cause: str) -> str:
    """Say which part of a communication was refused, and why."""
    told = {"failed": failed, "tried": tried, "reason": words_of(cause).what}
    return _("%(failed)s of the last %(tried)s messages were refused for the same reason. %(reason)s.") % told
