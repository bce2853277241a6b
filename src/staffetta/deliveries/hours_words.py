"""Who waits for their hours, in words: how many, and when it goes on."""

from django.utils.translation import gettext, ngettext

from staffetta.communications.wording import Words
from staffetta.deliveries.ledger.zones import Closed
from staffetta.ui.templatetags.staffetta import friendly, grouped


def closed_words(closed: Closed) -> Words:
    """Say how many wait for their hours, and when the next and the last of them are written to."""
    return Words(_number(closed), _opening(closed))


def _number(closed: Closed) -> str:
    number = {"number": grouped(closed.number)}
    if closed.more:
        return gettext("More than %(number)s people wait for their hours") % number
    return (
        ngettext("%(number)s person waits for their hours", "%(number)s people wait for their hours", closed.number)
        % number
    )


def _opening(closed: Closed) -> str:
    if closed.opens_at is None:
        return gettext("The quiet hours leave nothing of the send window: nobody is written to until it is changed.")
    told = gettext("Goes on at %(clock)s, the time of the person: next opening %(when)s.") % {
        "clock": closed.clock,
        "when": friendly(closed.opens_at),
    }
    if closed.last_at == closed.opens_at:
        return told
    last = gettext("Last opening: %(when)s.") % {"when": friendly(closed.last_at)}
    return f"{told} {last}"
