"""WhatsApp's own codes in words, when one stands in what the provider answered.

They refine what is *shown* and decide nothing: that Sinch Engage passes WhatsApp's numbers on is not established, so
the ruling goes by the answer (retry_table.py). Codes and meanings: messaging rules, section 5. Only numbers that can be
nothing else are looked for, as the provider's code or as a word of its reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from staffetta.deliveries.ledger.reasons import Actor, Reason

NUMBER = re.compile(r"(?<!\d)(13[0-7]\d{3})(?!\d)")

VALUES = Reason(
    _("A value does not fit the template"),
    _("Look at the values of this message: empty, too many or too few, line breaks, a wrong kind."),
)
ACCOUNT = Reason(
    _("WhatsApp restricts the business account"),
    _("Look at the account, its payment and its number in WhatsApp Manager."),
    Actor.ADMINISTRATOR,
)
LIMIT = Reason(_("A limit of WhatsApp was reached"), _("Wait a day, then send it anew to fewer people."))
MARKETING_OFF = Reason(
    _("Marketing messages are not possible with this number"),
    _("Look at the number in WhatsApp Manager, or use a template of another category."),
    Actor.ADMINISTRATOR,
)
UNREACHABLE = Reason(
    _("The number cannot be reached on WhatsApp"),
    _("Check the number: the person may not use WhatsApp, or only an old version of it."),
)
BROKEN = Reason(_("WhatsApp had a fault of its own"), _("Send it anew later."), Actor.NOBODY)
WORDS: Mapping[str, Reason] = {
    **dict.fromkeys(("131008", "131009", "132000", "132012", "132018"), VALUES),
    **dict.fromkeys(("131005", "131031", "131042", "131045", "133010", "133016"), ACCOUNT),
    **dict.fromkeys(("130429", "131048", "131056", "131064", "132069"), LIMIT),
    **dict.fromkeys(("131063", "134100", "134102"), MARKETING_OFF),
    **dict.fromkeys(("131026", "131062"), UNREACHABLE),
    **dict.fromkeys(("131000", "131016", "131057", "133004", "134101", "135000"), BROKEN),
    "130403": Reason(_("The business blocked this person on WhatsApp"), _("Unblock the person there first.")),
    "130472": Reason(
        _("WhatsApp left this person out for an experiment of its own"), _("Nothing can be done."), Actor.NOBODY
    ),
    "130497": Reason(
        _("WhatsApp does not let this business write to that country"), _("Leave the country out of the audience.")
    ),
    "131021": Reason(_("Sender and recipient are the same number"), _("Correct the number of the contact.")),
    "131047": Reason(
        _("The person last wrote more than 24 hours ago"), _("Only an approved template can be sent now.")
    ),
    "131049": Reason(
        _("WhatsApp delivers no more marketing messages to this person for now"),
        _("Wait at least 24 hours: sending sooner makes it longer."),
        Actor.NOBODY,
    ),
    "131050": Reason(
        _("The person wants no marketing messages on WhatsApp"),
        _("Leave the person out of marketing communications."),
        Actor.NOBODY,
    ),
    "131051": Reason(_("WhatsApp does not know this kind of message"), _("Use another template.")),
    "131053": Reason(
        _("WhatsApp could not fetch the file"),
        _("Check that its address opens for anybody, without a login, and that kind and size are allowed."),
    ),
    "132001": Reason(
        _("WhatsApp does not know the template in this language"), _("Refresh the channel and look at the template.")
    ),
    "132005": Reason(_("The text is too long for WhatsApp"), _("Shorten the values.")),
    "132007": Reason(_("The template breaks WhatsApp’s rules"), _("Change it on Sinch Engage, or use another.")),
    "132015": Reason(
        _("WhatsApp paused the template for its quality"), _("Wait until it is approved again, or use another.")
    ),
    "132016": Reason(_("WhatsApp withdrew the template for its quality"), _("Use another template.")),
    "132068": Reason(_("WhatsApp blocked the form behind a button"), _("Use another template.")),
    "137000": Reason(
        _("The person’s identity on WhatsApp has changed"), _("Make sure that the number is still the same person’s.")
    ),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A code of WhatsApp that stood in the answer, and its words."""

    code: str
    words: Reason


def known_in(provider_code: str, provider_reason: str) -> Known | None:
    """Return the first code of WhatsApp in an answer; None when there is none, or one that is not in the list."""
    return next((Known(code, WORDS[code]) for code in _numbers(provider_code, provider_reason) if code in WORDS), None)


def _numbers(code: str, reason: str) -> Iterator[str]:
    yield code.strip().lstrip("#")
    yield from NUMBER.findall(reason)
