"""What the incidents of channels say: on every page, and in the e-mail to the administrators."""

from django.urls import reverse
from django.utils.translation import gettext as _

from staffetta.channels.calls.health import KEY_INCIDENT, REFRESH_INCIDENT, SEND_INCIDENT
from staffetta.channels.wording import problem_text
from staffetta.notices import wording
from staffetta.notices.models import Incident


def register() -> None:
    """Make the words known to the notices."""
    wording.register(KEY_INCIDENT, key_incident)
    wording.register(REFRESH_INCIDENT, refresh_incident)
    wording.register(SEND_INCIDENT, send_incident)


def key_incident(incident: Incident) -> wording.Words:
    """The provider no longer accepts a channel's key."""
    if incident.cause == "key_refused":
        cause = _("Sinch Engage no longer accepts the API Key of this channel.")
    else:
        cause = problem_text(incident.cause).what
    return wording.Words(
        title=_("%(channel)s: key refused") % {"channel": incident.subject_name},
        cause=cause,
        remedy=_(
            "Enter a new one: templates, fields and configurations stay as they are; the sends of the channel are held."
        ),
        url=reverse("channels:connect_row", args=[incident.subject]),
        label=_("Replace the API Key"),
        told_at=(reverse("channels:list"), reverse("channels:home", args=[incident.subject])),
    )


def send_incident(incident: Incident) -> wording.Words:
    """The key of a channel is good, but may not send."""
    return wording.Words(
        title=_("%(channel)s: sending is not permitted") % {"channel": incident.subject_name},
        cause=_("Sinch Engage accepts the API Key of this channel, but does not let it send messages."),
        remedy=_(
            "Check on Sinch Engage what the key may do. What waits is tried again each minute; communications wait "
            "until somebody resumes them."
        ),
        url=reverse("channels:home", args=[incident.subject]),
        label=_("Open the channel"),
    )


def refresh_incident(incident: Incident) -> wording.Words:
    """The refreshes of a channel fail one after the other."""
    problem = problem_text(incident.cause)
    return wording.Words(
        title=_("%(channel)s: the refreshes fail") % {"channel": incident.subject_name},
        cause=problem.what,
        remedy=problem.what_to_do,
        url=reverse("channels:home", args=[incident.subject]),
        label=_("Open the channel"),
    )
