"""Why something is held, and the one deed that helps: accept, resume, mend what is wrong, or make a new one."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from staffetta.communications.difference import differences
from staffetta.communications.hold import Trouble, audience_trouble, may_accept, trouble_of
from staffetta.communications.models import Communication, CommunicationState, Composition, TransactionalMessage
from staffetta.communications.wording import Words, trouble_words
from staffetta.deliveries.incident_words import share_refused
from staffetta.deliveries.models import Breaker, BreakerKind

FOR_GOOD = (Trouble.CHANNEL_REMOVED, Trouble.TEMPLATE_REMOVED, Trouble.AUDIENCE_GONE)
"""What has no remedy for messages that are prepared: only a new communication helps."""
OF_CHANNEL = (Trouble.CHANNEL_GONE, Trouble.CHANNEL_NOT_CONNECTED, Trouble.KEY_REFUSED)
OF_TEMPLATE = (
    Trouble.TEMPLATE_OFF,
    Trouble.TEMPLATE_GONE,
    Trouble.TEMPLATE_NOT_APPROVED,
    Trouble.TEMPLATE_UNSUPPORTED,
)
SEEN = (*FOR_GOOD, *OF_CHANNEL, *OF_TEMPLATE, Trouble.TEMPLATE_CHANGED, Trouble.AUDIENCE_BROKEN)
"""What can be looked at: when it is found no more, it is over."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A button: it does something (`post`), or leads where the trouble is mended."""

    label: str
    url: str
    icon: str
    post: bool = False


def held_of(composition: Composition) -> dict[str, Any]:
    """Return why something is held, what has changed, and what helps."""
    trouble = _trouble(composition)
    code = trouble or composition.held_reason
    changed = trouble == Trouble.TEMPLATE_CHANGED
    return {
        "trouble": _words(composition, trouble) if code else None,
        "trouble_code": code,
        "held_numbers": _held_numbers(composition),
        "differences": _differences(composition) if changed else [],
        "deed": _deed(composition, trouble) if code else None,
        "anew": _held(composition) and (trouble in FOR_GOOD or (changed and not may_accept(composition))),
    }


def _trouble(composition: Composition) -> Trouble:
    """Return what is in the way now; who is meant matters to what is held, a draft is judged when it starts."""
    trouble = trouble_of(composition)
    if not trouble and isinstance(composition, Communication) and _held(composition):
        return audience_trouble(composition)
    return trouble


def _held(composition: Composition) -> bool:
    return isinstance(composition, Communication) and composition.state == CommunicationState.HELD


def _words(composition: Composition, trouble: Trouble) -> Words:
    if trouble == Trouble.TEMPLATE_NOT_APPROVED and composition.variant and composition.variant.status == "paused":
        return trouble_words("template_paused")
    if trouble or not _held(composition) or composition.held_reason not in SEEN:
        return trouble_words(trouble or composition.held_reason, composition.media_check)
    was = trouble_words(composition.held_reason).what
    told = _("The reason was: %(reason)s Resume it: it goes on where it was, and nobody gets it twice.")
    return Words(_("What was in the way is gone."), told % {"reason": was})


def _deed(composition: Composition, trouble: Trouble) -> Deed | None:
    """Return the one deed that helps; None when the form or the start of a draft does."""
    held = _held(composition)
    if trouble == Trouble.TEMPLATE_CHANGED and may_accept(composition):
        label = _("Accept and resume") if held else _("Accept as it is now")
        return Deed(label, _go_on(composition), "player-play", post=True)
    if not trouble:
        return Deed(_("Resume"), _go_on(composition), "player-play", post=True) if held else None
    if trouble in OF_CHANNEL:
        return Deed(_("Open the channel"), reverse("channels:home", args=[composition.channel_id]), "plug-connected")
    if trouble in OF_TEMPLATE and composition.channel_id:
        url = reverse("channels:templates", args=[composition.channel_id])
        return Deed(_("Open the templates of the channel"), url, "template")
    return _deed_of_audience(composition, trouble) if isinstance(composition, Communication) and held else None


def _deed_of_audience(communication: Communication, trouble: Trouble) -> Deed:
    if trouble == Trouble.AUDIENCE_BROKEN and communication.audience_rules_id:
        url = reverse("contacts:edit_audience", args=[communication.audience_rules_id])
        return Deed(_("Mend the rules"), url, "pencil")
    return Deed(_("Duplicate"), reverse("communications:duplicate", args=[communication.pk]), "copy", post=True)


def _go_on(composition: Composition) -> str:
    if isinstance(composition, TransactionalMessage):
        return reverse("communications:transactional_accept", args=[composition.name])
    return reverse("communications:resume", args=[composition.pk])


def _differences(composition: Composition) -> Any:
    there = composition.variant
    if there is None:
        return []
    present = {
        "components": there.components,
        "variables": there.variables,
        "category": there.category,
        "language": there.language,
    }
    return differences(composition.accepted_contract, present)


def _held_numbers(composition: Composition) -> str:
    """Say which part was refused, when that is why it is held."""
    if not _held(composition) or composition.held_reason != Trouble.TOO_MANY_REFUSED:
        return ""
    row = Breaker.objects.filter(kind=BreakerKind.COMMUNICATION, subject=composition.pk).first()
    return share_refused(row.failures, row.tried, row.cause) if row else ""
