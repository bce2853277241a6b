"""States in words, colours and icons, for lists and headings."""

from dataclasses import dataclass, field

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from staffetta.channels.models import Channel, ConnectionState, Template, TemplateVariant
from staffetta.channels.wording import QUALITIES, status_text, unsupported_text

type Badge = tuple[str, str | Promise, str]
"""Colour, words, icon."""

CONNECTION: dict[str, tuple[str, str]] = {
    ConnectionState.AVAILABLE: ("secondary", "plug-off"),
    ConnectionState.CONNECTING: ("azure", "loader"),
    ConnectionState.CONNECTED: ("green", "circle-check"),
    ConnectionState.REFUSED: ("red", "alert-triangle"),
    ConnectionState.GONE: ("secondary", "question-mark"),
}


def connection(channel: Channel) -> Badge:
    """Return the badge of a channel's connection state."""
    colour, icon = CONNECTION[channel.state]
    return colour, ConnectionState(channel.state).label, icon


def international(number: str) -> str:
    """Write digits with country code as people read them: +39 02 0000 0002; what is no number as it is."""
    if not number.isdecimal():
        return number
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@dataclass(slots=True)
class TemplateState:
    """A template over its languages: whether it is usable at all, and what to say about it. `why` gives the reason."""

    badge: Badge
    why: str = ""
    usable: bool = False
    by_language: dict[str, str] = field(default_factory=dict)  # languages that are not usable, and why


def of_variant(variant: TemplateVariant) -> TemplateState:
    """Return the state of one language."""
    if variant.gone_at is not None:
        return TemplateState(("secondary", _("No longer there"), "question-mark"), _("It vanished on Sinch Engage."))
    if not variant.available:
        reason = status_text(variant.status)
        icon = "player-pause" if variant.status == "paused" else "circle-x"
        return TemplateState(("yellow", _("No longer approved"), icon), reason[:1].upper() + reason[1:])
    if variant.unsupported:
        short, why = unsupported_text(variant.unsupported)
        return TemplateState(("secondary", _("Unusable: %(part)s") % {"part": short}, "puzzle-off"), why)
    return TemplateState(("green", _("Approved"), "circle-check"), usable=True)


def of_template(variants: list[TemplateVariant]) -> TemplateState:
    """Return the state of the best language, and what is wrong with the others."""
    states = [(variant, of_variant(variant)) for variant in variants]
    if not states:
        return TemplateState(("secondary", _("No longer there"), "question-mark"))
    best = min(states, key=lambda pair: _rank(pair[0]))[1]
    if best.usable:
        best.by_language = {row.language: str(state.badge[1]) for row, state in states if not state.usable}
    return best


def _rank(variant: TemplateVariant) -> int:
    if variant.sendable:
        return 0
    if variant.available:
        return 1
    return 2 if variant.gone_at is None else 3


def quality(variant: TemplateVariant) -> str:
    """Name a variant's quality; empty where it is not known."""
    return str(QUALITIES.get(variant.quality.lower(), "" if variant.quality.lower() == "unknown" else variant.quality))


def variables(variant: TemplateVariant) -> str:
    """Say what a send must carry: "2 in the text, 1 in the button"."""
    counted: dict[str, int] = {}
    for row in variant.variables:
        media = row["kind"] in ("image", "video", "document")
        counted["media" if media else row["component"]] = counted.get("media" if media else row["component"], 0) + 1
    words = {
        "body": _("%(number)d in the text"),
        "header": _("%(number)d in the header"),
        "button": _("%(number)d in the button"),
        "media": _("a file in the header"),
    }
    return ", ".join(words[part] % {"number": counted[part]} for part in words if part in counted) or "–"


def switch_label(template: Template) -> str:
    """Name the person's switch: on or off."""
    return _("On") if template.active else _("Off")
