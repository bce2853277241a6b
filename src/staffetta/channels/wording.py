"""Every failure in words, both languages: what happened, and what to do. Pages and command line use the same."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

type Text = str | Promise


class ProblemText(NamedTuple):
    """What happened and what to do about it."""

    what: str
    what_to_do: str

    def __str__(self) -> str:
        return f"{self.what} {self.what_to_do}".strip()


WITHOUT_CONVERSATIONS = gettext_lazy(
    "Whoever writes STOP is then written to until somebody stops them on Sinch Engage."
)
ON_OLDER_READINGS = gettext_lazy("Whoever was stopped on Sinch Engage since that reading may be written to once more.")
"""What a decision of an administrator about the sources of opt-outs means."""
TRY_AGAIN = gettext_lazy("Try again in a few minutes.")
PROBLEMS: dict[str, tuple[Text, Text]] = {
    # What the provider answered, or did not: one entry for each code of connectors.errors.
    "malformed_key": (
        gettext_lazy("This does not look like an API Key of Sinch Engage."),
        gettext_lazy("Check that you copied it from Settings > API, and not from another Sinch product."),
    ),
    "unusual_key": (
        gettext_lazy("This does not have the usual form of an API Key of Sinch Engage, so it was not sent there."),
        gettext_lazy("Is it really the API Key, and not a password or the key of something else?"),
    ),
    "key_refused": (
        gettext_lazy("Sinch Engage does not accept this API Key."),
        gettext_lazy(
            "Check that it was copied whole, from the first character to the last, or generate a new one in "
            "Settings > API."
        ),
    ),
    "unreachable": (
        gettext_lazy("Sinch Engage cannot be reached: no connection was made."),
        gettext_lazy("Check the Internet connection of this installation, then try again."),
    ),
    "address_forbidden": (
        gettext_lazy("The address of Sinch Engage set here is one this installation may not call."),
        gettext_lazy("Check STAFFETTA_ENGAGE_URL; for the simulator set STAFFETTA_ALLOW_PRIVATE_ADDRESSES=1."),
    ),
    "timed_out": (gettext_lazy("Sinch Engage is too slow: no answer came in time."), TRY_AGAIN),
    "cut_off": (gettext_lazy("The connection to Sinch Engage broke off before the answer was complete."), TRY_AGAIN),
    "server_fault": (gettext_lazy("Sinch Engage reports a fault of its own."), TRY_AGAIN),
    "bad_answer": (
        gettext_lazy("What answered is not readable as an answer of Sinch Engage."),
        gettext_lazy("It may be a maintenance page or a proxy: try again, or check STAFFETTA_ENGAGE_URL."),
    ),
    "refused": (
        gettext_lazy("Sinch Engage refused the request."),
        gettext_lazy("Its own words are in the API calls of the channel."),
    ),
    "not_deliverable": (
        gettext_lazy("Sinch Engage cannot deliver to this person at present."),
        gettext_lazy("The person may be stopped or blocked on Sinch Engage."),
    ),
    "not_found": (
        gettext_lazy("Sinch Engage does not know this request."),
        gettext_lazy("Check the version of its API that is set here (STAFFETTA_ENGAGE_VERSION)."),
    ),
    "too_fast": (
        gettext_lazy("Sinch Engage asks to slow down: too many requests came."),
        gettext_lazy("Wait a minute, then try again."),
    ),
    "not_permitted": (
        gettext_lazy("Sinch Engage accepts the API Key, but does not permit this."),
        gettext_lazy("Check on Sinch Engage what the key may do."),
    ),
    "not_supported": (gettext_lazy("Sinch Engage does not offer this."), ""),
    # What we find out ourselves.
    "empty_key": (gettext_lazy("Enter the API Key."), ""),
    "other_product": (
        gettext_lazy("Sinch Engage does not accept this API Key, and it looks like one of another product."),
        gettext_lazy(
            "The keys of Sinch Engage contain the number of the channel between two underscores; copy it from "
            "Settings > API on Sinch Engage."
        ),
    ),
    "already_connected": (
        gettext_lazy("This API Key belongs to %(channel)s, which is already connected."),
        gettext_lazy("To use this key from now on, replace the one of that channel."),
    ),
    "same_key": (
        gettext_lazy("%(channel)s is already connected with this same API Key."),
        gettext_lazy("Nothing needs to be done; for a second channel you need a second key."),
    ),
    "other_channel": (
        gettext_lazy("This API Key belongs to %(other)s, not to %(channel)s."),
        gettext_lazy("Enter it in the row of %(other)s, or copy the key of %(channel)s."),
    ),
    "which_channel": (
        gettext_lazy("This API Key can be that of several channels."),
        gettext_lazy("Choose the channel it belongs to."),
    ),
    "channel_unknown": (
        gettext_lazy("Sinch Engage accepts this API Key but does not tell which channel it belongs to."),
        gettext_lazy("Enter the channel ID shown on Sinch Engage."),
    ),
    "no_key": (gettext_lazy("This channel has no API Key."), gettext_lazy("Enter its key to connect it.")),
    "key_unreadable": (
        gettext_lazy("The stored API Key can no longer be read: the secret key of this installation has changed."),
        gettext_lazy("Enter the API Key again, or set the former secret in STAFFETTA_OLD_SECRET_KEYS."),
    ),
    "wrong_profile": (
        gettext_lazy("The profile of the Sinch Engage API cannot be used."),
        gettext_lazy("Check the file named in STAFFETTA_ENGAGE_PROFILE."),
    ),
    "lost": (
        gettext_lazy("The refresh was interrupted several times before it could end."),
        gettext_lazy("Look at the system status, then refresh again."),
    ),
    "internal": (
        gettext_lazy("Something went wrong here, not on Sinch Engage."),
        gettext_lazy("The log of this installation has the details."),
    ),
}


def problem_text(code: str, **names: object) -> ProblemText:
    """Return the words of a code in the active language; `names` are the channels it names."""
    if code not in PROBLEMS:
        return ProblemText(_("Unknown problem: %(code)s") % {"code": code}, "")
    what, what_to_do = (str(text) for text in PROBLEMS[code])
    return ProblemText(what % names, what_to_do % names) if names else ProblemText(what, what_to_do)


STATUSES: dict[str, Text] = {
    "approved": gettext_lazy("Approved"),
    "pending": gettext_lazy("in review by WhatsApp"),
    "rejected": gettext_lazy("rejected by WhatsApp"),
    "paused": gettext_lazy("paused on WhatsApp"),
    "disabled": gettext_lazy("disabled by WhatsApp"),
    "in_appeal": gettext_lazy("appeal under way"),
    "flagged": gettext_lazy("flagged by WhatsApp"),
    "limit_exceeded": gettext_lazy("too many templates in the account"),
    "locked": gettext_lazy("locked on WhatsApp"),
    "archived": gettext_lazy("archived on WhatsApp"),
    "pending_deletion": gettext_lazy("being deleted"),
    "deleted": gettext_lazy("deleted"),
}


def status_text(status: str) -> str:
    """Return a template status in words; an unknown one as the provider wrote it."""
    return str(STATUSES.get(status, status or _("unknown")))


UNSUPPORTED: dict[str, tuple[Text, Text]] = {
    "carousel": (
        gettext_lazy("carousel"),
        gettext_lazy("Sinch Engage takes no values for the cards of a carousel."),
    ),
    "location_header": (
        gettext_lazy("location in the header"),
        gettext_lazy("Sinch Engage takes no coordinates for the header."),
    ),
    "limited_time_offer": (
        gettext_lazy("limited-time offer"),
        gettext_lazy("Sinch Engage takes no expiry time for the offer."),
    ),
    "named_variables": (
        gettext_lazy("named variables"),
        gettext_lazy("Sinch Engage takes values by their number only: use {{1}}, {{2}} in the template."),
    ),
    "copy_code": (gettext_lazy("code to copy"), gettext_lazy("Sinch Engage takes no code for the button.")),
    "otp": (gettext_lazy("one-time code"), gettext_lazy("Sinch Engage takes no code for the button.")),
    "flow": (gettext_lazy("WhatsApp flow"), gettext_lazy("Sinch Engage takes no data for a flow.")),
    "catalog": (gettext_lazy("catalogue or products"), gettext_lazy("Sinch Engage takes no products.")),
    "several_button_variables": (
        gettext_lazy("several buttons with a variable"),
        gettext_lazy("Sinch Engage takes the value of one button only."),
    ),
    "header_variables": (
        gettext_lazy("several variables in the header"),
        gettext_lazy("WhatsApp allows one variable in the header."),
    ),
    "placeholder_gap": (
        gettext_lazy("a number is missing among the variables"),
        gettext_lazy("WhatsApp numbers variables without gaps, from {{1}} on: it would refuse every message."),
    ),
    "variable_inside_address": (
        gettext_lazy("variable in the middle of an address"),
        gettext_lazy("WhatsApp takes the variable of a button's address at its very end only."),
    ),
    "address_too_long": (
        gettext_lazy("address of a button too long"),
        gettext_lazy("WhatsApp takes addresses of at most 2000 characters."),
    ),
    "doubled_part": (
        gettext_lazy("header, text or footer there twice"),
        gettext_lazy("WhatsApp takes each of them once: it would refuse every message."),
    ),
    "footer_variables": (
        gettext_lazy("variable in the footer"),
        gettext_lazy("WhatsApp takes no value for the footer."),
    ),
    "text_too_long": (
        gettext_lazy("text too long"),
        gettext_lazy("WhatsApp takes 60 characters in the header and the footer, 1024 in the text, values included."),
    ),
    "authentication_media": (
        gettext_lazy("file in an authentication template"),
        gettext_lazy("WhatsApp takes one-time codes only in authentication templates, and no file."),
    ),
    "unknown_component": (
        gettext_lazy("part of an unknown kind"),
        gettext_lazy("Staffetta does not know a part of this template yet."),
    ),
    "unknown_button": (
        gettext_lazy("button of an unknown kind"),
        gettext_lazy("Staffetta does not know a button of this template yet."),
    ),
    "unknown_header": (
        gettext_lazy("header of an unknown kind"),
        gettext_lazy("Staffetta does not know the header of this template yet."),
    ),
    "no_body": (gettext_lazy("no text"), gettext_lazy("Sinch Engage listed this template without its text.")),
}


def unsupported_text(code: str) -> tuple[str, str]:
    """Return the unusable part in a few words, and why it cannot be sent."""
    short, why = UNSUPPORTED.get(code, (code, ""))
    return str(short), str(why)


FIELD_TYPES: dict[str, Text] = {
    "number": gettext_lazy("Number"),
    "word": gettext_lazy("Word"),
    "text": gettext_lazy("Text"),
    "single_choice": gettext_lazy("Single choice"),
    "multiple_choice": gettext_lazy("Multiple choice"),
    "location": gettext_lazy("Location"),
    "date": gettext_lazy("Date"),
    "time": gettext_lazy("Time"),
    "unknown": gettext_lazy("Unknown"),
}
CATEGORIES: dict[str, Text] = {
    "MARKETING": gettext_lazy("Marketing"),
    "UTILITY": gettext_lazy("Utility"),
    "AUTHENTICATION": gettext_lazy("Authentication"),
}
QUALITIES: dict[str, Text] = {
    "green": gettext_lazy("High"),
    "yellow": gettext_lazy("Medium"),
    "red": gettext_lazy("Low"),
}
OPERATIONS: dict[str, Text] = {
    "check_key": gettext_lazy("Check of the key"),
    "list_channels": gettext_lazy("List of the channels"),
    "list_agents": gettext_lazy("List of the agents"),
    "own_platform": gettext_lazy("Platform of the channel"),
    "list_fields": gettext_lazy("List of the customer fields"),
    "list_templates": gettext_lazy("List of the templates"),
    "customers": gettext_lazy("List of the customers"),
    "replies": gettext_lazy("Conversations"),
    "history": gettext_lazy("History of a person"),
    "send_notification": gettext_lazy("Send a notification"),
    "send_text": gettext_lazy("Send a text"),
    "write_customer": gettext_lazy("Write a customer"),
    "customer_start": gettext_lazy("Start a customer"),
    "customer_stop": gettext_lazy("Stop a customer"),
    "customer_block": gettext_lazy("Block a customer"),
    "customer_unblock": gettext_lazy("Unblock a customer"),
}
UNSTORABLE: dict[str, Text] = {
    "name_with_half_sign": gettext_lazy("its name or language holds half a sign (of an emoji, for example)"),
    "name_with_nul": gettext_lazy("its name or language holds a control sign (NUL)"),
    "name_too_long": gettext_lazy("its name or language is too long"),
    "name_without_visible_sign": gettext_lazy("its name holds no visible sign"),
}
"""Why the provider's name for a thing cannot be kept (text.Unstorable)."""
TOLD: dict[str, Text] = {
    "new": gettext_lazy("new"),
    "language": gettext_lazy("new language"),
    "back": gettext_lazy("usable again"),
    "text": gettext_lazy("content changed"),
    "category": gettext_lazy("category changed"),
    "quality": gettext_lazy("quality changed"),
    "stopped": gettext_lazy("no longer approved"),
    "language_gone": gettext_lazy("a language vanished"),
    "gone": gettext_lazy("no longer there"),
}
