"""The retry table in words: what happens to a message when …; on a page, and in docs/reference/retry.md."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from staffetta.deliveries.ledger.reasons import when, words_of
from staffetta.deliveries.ledger.retry_table import (
    CHANNEL_IN_A_ROW,
    COMMUNICATION_SHARE,
    COMMUNICATION_TRIED,
    TABLE,
    TEMPLATE_IN_A_ROW,
    Does,
    Kind,
    Rule,
)
from staffetta.deliveries.models import DeliveryState

Text = str | Promise

KINDS: Mapping[Kind, Text] = {
    Kind.TRANSIENT: pgettext_lazy("class of failure", "passing"),
    Kind.LIMIT: pgettext_lazy("class of failure", "limit"),
    Kind.PERMANENT: pgettext_lazy("class of failure", "permanent"),
    Kind.CONSENT: pgettext_lazy("class of failure", "consent"),
    Kind.TEMPLATE: pgettext_lazy("class of failure", "template"),
    Kind.CHANNEL: pgettext_lazy("class of failure", "channel"),
    Kind.UNKNOWN: pgettext_lazy("class of failure", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table in words; "" where nothing happens."""

    code: str
    kind: Text
    when: Text
    message: str
    retry: str
    recipient: str
    template: str
    communication: str
    channel: str
    remedy: Text
    actor: Text


def lines() -> list[Line]:
    """Return the whole table in the language that is active."""
    return [_line(code, rule) for code, rule in TABLE.items()]


def _line(code: str, rule: Rule) -> Line:
    return Line(
        code=code,
        kind=KINDS[rule.kind],
        when=when(code),
        message=_message(rule),
        retry=_retry(rule),
        recipient=_recipient(rule.recipient),
        template=_template(rule.template),
        communication=_communication(rule.communication),
        channel=_channel(rule.channel),
        remedy=words_of(code).remedy,
        actor=words_of(code).actor,
    )


def _message(rule: Rule) -> str:
    if rule.state == DeliveryState.UNCERTAIN:
        return _("Is uncertain: looked up in the conversation, else a person decides")
    if rule.state == DeliveryState.FAILED:
        return _("Fails, with the reason")
    return _("Waits") if rule.counts_as_attempt else _("Waits; it does not count as an attempt")


def _retry(rule: Rule) -> str:
    if rule.kind is Kind.CHANNEL:
        return _("Once the channel works again")
    if rule.wait is None:
        return _("Never by itself")
    if rule.wait.expires is None:
        return _("When the channel goes on: as long as Sinch Engage asks, else after %(first)d second") % {
            "first": rule.wait.first
        }
    told = {"first": rule.wait.first, "longest": rule.wait.longest / 60, "hours": rule.wait.expires / 3600}
    return (
        _(
            "After about %(first)d seconds, then twice as long each time, at most %(longest)d minutes; "
            "after %(hours)d hours it fails"
        )
        % told
    )


def _recipient(does: Does) -> str:
    return _("Who stopped is read on Sinch Engage before the next communication") if does is Does.READS_OPT_OUTS else ""


def _template(does: Does) -> str:
    if does is Does.TAKES_OUT:
        return _("Taken out until a refresh finds it again")
    if does is Does.COUNTS:
        return _("After %(number)d refusals in a row the communications that use it are held") % {
            "number": TEMPLATE_IN_A_ROW
        }
    return ""


def _communication(does: Does) -> str:
    if does is Does.HOLDS:
        return pgettext("communication", "Held")
    if does is Does.COUNTS:
        told = {"tried": COMMUNICATION_TRIED, "share": COMMUNICATION_SHARE * 100}
        return _("Held when, of %(tried)d or more, over %(share)d%% are refused for one reason") % told
    return ""


def _channel(does: Does) -> str:
    if does is Does.HOLDS:
        return _("Everything of the channel is held")
    if does is Does.SLOWS:
        return _("Slows down, then recovers step by step")
    if does is Does.COUNTS:
        return _("After %(number)d in a row it pauses; one message tries it again") % {"number": CHANNEL_IN_A_ROW}
    return ""
