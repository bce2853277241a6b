"""What the proof that a STOP is known says: its links, what each broken one means, the incident, the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.accounts import wording as audit_wording
from staffetta.contacts.phones.phone_words import PHONE_REASONS
from staffetta.deliveries.ledger.reasons import REASONS
from staffetta.events.prove_stop import INCIDENT
from staffetta.notices import wording
from staffetta.notices.models import Incident

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain. `broken` says what does not work, `remedy` what to do."""

    what: Text
    real: bool = True
    broken: Text = ""
    remedy: Text = ""


TELL_SUPPORT = gettext_lazy("Do not start communications on this channel until it works; tell whoever runs Staffetta.")
LINKS: Mapping[str, Link] = {
    "written": Link(gettext_lazy("Somebody writes STOP from the test number, on WhatsApp"), real=False),
    "told": Link(gettext_lazy("Sinch Engage passes the reply on to Staffetta"), real=False),
    "read": Link(
        gettext_lazy("Staffetta reads the answer of Sinch Engage"),
        broken=gettext_lazy("The reply is not found in the answer of Sinch Engage."),
        remedy=gettext_lazy(
            "Look at the profile of the channel: it says where replies are found. "
            "Until it works, do not start communications."
        ),
    ),
    "reachable": Link(
        gettext_lazy("Before the STOP, a message to the test number can be prepared"),
        broken=gettext_lazy("No message could be prepared for the test number even before the STOP."),
        remedy=gettext_lazy(
            "Choose another test number: one that is not in the Blacklist and of which nothing waits for a decision."
        ),
    ),
    "stored": Link(
        gettext_lazy("The reply is stored"),
        broken=gettext_lazy("The reply was read but not stored."),
        remedy=TELL_SUPPORT,
    ),
    "recognised": Link(
        gettext_lazy("STOP is understood as an opt-out"),
        broken=gettext_lazy("STOP is not understood as an opt-out."),
        remedy=gettext_lazy("Look at the words of opt-outs. Until it works, do not start communications."),
    ),
    "recorded": Link(
        gettext_lazy("The opt-out is recorded, for marketing and service"),
        broken=gettext_lazy("The opt-out was understood but not recorded."),
        remedy=TELL_SUPPORT,
    ),
    "held_back": Link(
        gettext_lazy("Messages that were ready for that person are held back"),
        broken=gettext_lazy("A message that was ready for that person was not held back."),
        remedy=TELL_SUPPORT,
    ),
    "refused": Link(
        gettext_lazy("A new communication leaves that person out"),
        broken=gettext_lazy("A new communication does not leave that person out."),
        remedy=TELL_SUPPORT,
    ),
}
"""In the order in which they are tried; the codes are those of prove_stop.py."""
REFUSALS: Mapping[str, Text] = {
    **PHONE_REASONS,
    "no_number": gettext_lazy("This channel has no test number yet."),
    "not_connected": gettext_lazy("This channel is not connected."),
    "not_offered": gettext_lazy("A test number can be set on WhatsApp channels only."),
    "suppressed": gettext_lazy("This number is in the Blacklist: choose another one."),
    "missing_phone": gettext_lazy("Enter the test number."),
    "invalid_phone": gettext_lazy("Enter the whole number with + and the country code, for example +39 333 1234567."),
}


def register() -> None:
    """Make the words known to the notices and to the audit log."""
    wording.register(INCIDENT, incident_words)
    audit_wording.register(
        {
            "stop_proof_number_set": gettext_lazy("Set the test number for the opt-out check of the channel"),
            "stop_proven": gettext_lazy("Checked the opt-out chain of the channel"),
        },
        {"number": gettext_lazy("number"), "result": gettext_lazy("result")},
        {"result": result_words},
    )


def result_words(code: str) -> str:
    """Say how a proof ended, in a few words."""
    return _("it works") if code == "good" else broken_words(code)


def broken_words(code: str, detail: str = "") -> str:
    """Say what does not work; a code that is not known is shown as it is. `detail` may hold reasons of planning."""
    link = LINKS.get(code)
    said = [str(link.broken) if link else code]
    said += [f"{REASONS[reason].what}." for reason in detail.split(", ") if reason in REASONS]
    return " ".join(said)


def remedy_of(code: str) -> str:
    """Say what to do about a broken link."""
    return str(LINKS[code].remedy if code in LINKS else TELL_SUPPORT)


def incident_words(incident: Incident) -> wording.Words:
    """A STOP written on a channel would not be known."""
    url = reverse("channels:home", args=[incident.subject])
    return wording.Words(
        title=_("%(channel)s: a STOP would not be known") % {"channel": incident.subject_name},
        cause=broken_words(incident.cause, incident.detail),
        remedy=remedy_of(incident.cause),
        url=f"{url}#stop-proof",
        label=_("Open the channel"),
        administrators_only=False,
        told_at=(url,),
    )
