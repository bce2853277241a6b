"""The closed list of reasons why somebody did not get a message, or why nobody knows: what, remedy, who acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Actor(StrEnum):
    """Who has to do something about it."""

    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """`what` is a heading without a full stop, `remedy` a sentence."""

    what: Text
    remedy: Text
    who: Actor = Actor.OPERATOR

    @property
    def actor(self) -> Text:
        """Who has to act, in words."""
        return ACTORS[self.who]


ACTORS: Mapping[Actor, Text] = {
    Actor.OPERATOR: _("an operator"),
    Actor.ADMINISTRATOR: _("an administrator"),
    Actor.NOBODY: _("nobody has to do anything"),
}
VERIFY = _("Look at the conversation on Sinch Engage, then treat it as sent or send it again.")
REASONS: Mapping[str, Reason] = {
    # Held back here, before anything is sent (not_sent).
    "no_opt_in": Reason(
        _("WhatsApp opt-in is not Yes"), _("Collect the consent, or leave these people out of the audience.")
    ),
    "opt_out_to_decide": Reason(
        _("The person may have opted out: somebody has to decide"),
        _("Decide on the reply under Contacts > Opt-outs. If it is none, write to the person again."),
    ),
    "no_address": Reason(_("No phone number"), _("Add the number to the contact.")),
    "suppressed": Reason(
        _("In the Blacklist"), _("This address may not be written to, whatever the consent."), Actor.NOBODY
    ),
    "set_aside": Reason(
        _("Something this person wrote or decided could not be handled yet"),
        _("Look at the items set aside in the system status; once it is handled, send it anew."),
        Actor.ADMINISTRATOR,
    ),
    "cannot_handle": Reason(
        _("Staffetta failed while preparing the message"),
        _("Look at the values of this person; the log says where it failed."),
        Actor.ADMINISTRATOR,
    ),
    "duplicate_address": Reason(_("Number in several contacts: sent once only"), _("Merge the duplicate contacts.")),
    "missing_value": Reason(
        _("A value is missing, and there is no fallback"), _("Fill in the field of the contact, or add a fallback.")
    ),
    "too_long": Reason(
        _("The text is too long with this person's values"), _("Shorten the value, or use another template.")
    ),
    "not_a_code": Reason(
        _("The value is no one-time code"),
        _("An authentication template takes codes only: at most 15 characters, no address, no emoji."),
    ),
    "not_an_address": Reason(
        _("The header needs the address of a file, and the value is none"),
        _("The value must begin with https:// and lead to the file."),
    ),
    "channel_removed": Reason(
        _("The channel was disconnected before it could be sent"), _("Connect the channel, then send it anew.")
    ),
    "template_changed": Reason(
        _("The template changed before it could be sent"), _("Accept the template as it is now, then send it anew.")
    ),
    "erased": Reason(
        _("The person was erased before it could be sent"),
        _("Nothing is sent to somebody who was erased."),
        Actor.NOBODY,
    ),
    "restored": Reason(
        _("It was waiting when the backup was made that was restored"),
        _("It may have been sent since: look at the conversation on Sinch Engage, then send it anew."),
    ),
    "expired": Reason(
        _("It could not be sent in time: useless by now"),
        _("Look why it had to wait, or give the transactional message more time."),
    ),
    # Taken back before it left (cancelled).
    "withdrawn": Reason(
        _("Taken back by the software that had asked for it"),
        _("It was still waiting: nothing was sent."),
        Actor.NOBODY,
    ),
    "stopped": Reason(_("The communication was stopped"), _("Duplicate it to write to these people after all.")),
    # Refused when sent (failed).
    "refused": Reason(
        _("Sinch Engage refused the message"), _("Its own words stand beside it: check number, values and template.")
    ),
    "not_deliverable": Reason(
        _("Not deliverable: stopped or blocked on Sinch Engage"),
        _("The person does not want to be written to, or cannot be at present."),
        Actor.NOBODY,
    ),
    "not_found": Reason(
        _("Sinch Engage does not know the template any more"), _("Refresh the channel and look at the template.")
    ),
    "unreachable": Reason(
        _("Sinch Engage could not be reached for a whole day"),
        _("Check the Internet connection of this installation, then send it anew."),
        Actor.ADMINISTRATOR,
    ),
    "malformed_key": Reason(
        _("The API Key of the channel cannot be used"), _("Replace the API Key."), Actor.ADMINISTRATOR
    ),
    "key_refused": Reason(
        _("Sinch Engage refuses the API Key of the channel"), _("Replace the API Key."), Actor.ADMINISTRATOR
    ),
    "address_forbidden": Reason(
        _("This installation may not call the address of Sinch Engage"), _("Check the settings."), Actor.ADMINISTRATOR
    ),
    "too_fast": Reason(_("Sinch Engage asked to slow down"), _("It goes on by itself."), Actor.NOBODY),
    "not_permitted": Reason(
        _("Sinch Engage does not let the API Key send messages"),
        _("Check on Sinch Engage what the key may do."),
        Actor.ADMINISTRATOR,
    ),
    "not_supported": Reason(_("The channel has no such message"), _("Use another channel or template.")),
    # Nobody knows whether it left (uncertain).
    "timed_out": Reason(_("Sinch Engage did not answer in time"), VERIFY),
    "cut_off": Reason(_("The connection broke off before the answer"), VERIFY),
    "server_fault": Reason(_("Sinch Engage reported a fault of its own"), VERIFY),
    "bad_answer": Reason(_("The answer of Sinch Engage could not be read"), VERIFY),
    "worker_gone": Reason(_("Staffetta was interrupted while sending"), VERIFY),
    "unexpected": Reason(_("Staffetta failed while sending"), VERIFY, Actor.ADMINISTRATOR),
}
UNKNOWN = Reason(_("Reason unknown"), _("Its code stands beside it: tell whoever runs Staffetta."))


WHEN: Mapping[str, Text] = {"unreachable": _("Sinch Engage cannot be reached")}
"""What one attempt met, where the reason of the list tells of the end of all of them."""


def when(code: str) -> Text:
    """Say what one attempt met."""
    return WHEN.get(code, words_of(code).what)


def words_of(code: str) -> Reason:
    """Return the words for a reason; a code that is not in the list is told as unknown."""
    return REASONS.get(code, UNKNOWN)
