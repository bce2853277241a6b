"""Words for what holds, what refuses a start, and what is wrong with a header's file: what happened, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staffetta.communications.days import Days
from staffetta.communications.hours import parts

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Words:
    """What is the matter, and what a person can do about it."""

    what: Text
    remedy: Text


TROUBLES: Mapping[str, Words] = {
    "channel_removed": Words(
        _("The channel was disconnected or reset here."),
        _("Connect the channel again, then choose it here anew."),
    ),
    "channel_gone": Words(
        _("The channel is no longer there on Sinch Engage."), _("Check the channel on Sinch Engage, or choose another.")
    ),
    "channel_not_connected": Words(_("The channel is not connected."), _("Connect it in the channel list.")),
    "key_refused": Words(
        _("Sinch Engage refuses the API Key of the channel."), _("An administrator can replace the API Key.")
    ),
    "address_forbidden": Words(
        _("This installation may not call the address of Sinch Engage."),
        _("Whoever runs Staffetta can check its settings."),
    ),
    "send_not_permitted": Words(
        _("Sinch Engage does not let the API Key send messages, although the key itself is good."),
        _("Check on Sinch Engage what the key may do, then resume it: whoever is waiting is not lost."),
    ),
    "template_removed": Words(
        _("The template is no longer here: its channel was disconnected or reset."), _("Choose a template anew.")
    ),
    "template_off": Words(
        _("The template is off."), _("An administrator can switch it on in the WhatsApp tab of the channel.")
    ),
    "template_gone": Words(
        _("The template is no longer there on Sinch Engage."), _("Choose another template, or create it there again.")
    ),
    "template_not_approved": Words(
        _("WhatsApp no longer approves the template."),
        _("Choose another template, or wait until it is approved again and refresh the channel."),
    ),
    "template_paused": Words(
        _("WhatsApp has paused the template."),
        _("WhatsApp does so for some hours when people complain. Refresh the channel once the pause is over."),
    ),
    "template_unsupported": Words(
        _("The template now has a part that cannot be sent from here."), _("Choose another template.")
    ),
    "template_changed": Words(
        _("The template has changed since it was chosen."), _("Look at the difference and accept it, or choose anew.")
    ),
    "template_refused": Words(
        _("Sinch Engage does not know the template any more."), _("Refresh the channel and look at the template.")
    ),
    "template_failing": Words(
        _("Sinch Engage refuses the template again and again, whoever it goes to."),
        _("Look at the template on Sinch Engage and at the values; then resume it."),
    ),
    "too_many_refused": Words(
        _("Too many of its messages were refused for the same reason."),
        _("Look at the reason in the report and mend it; then resume it: nobody gets it twice."),
    ),
    "opt_outs_unread": Words(
        _("Who unsubscribed could not be read from Sinch Engage."),
        _("Nothing is sent before that is known. Look at the state of the channel."),
    ),
    "conversations_absent": Words(
        _("What people answer cannot be read: Sinch Engage does not offer conversations to this account."),
        _(
            "Check on Sinch Engage what the API Key may do. Or an administrator decides on the page of the channel "
            "that whoever stopped is known from Sinch Engage's «stopped» alone; then resume it."
        ),
    ),
    "missed": Words(
        _("Its time came while Staffetta was not running."),
        _("Resume it to start now, or stop it and schedule it anew."),
    ),
    "header_file": Words(
        _("Right before the start the file of the header was not as it was when it was chosen."),
        _(
            "Put the file back at its address, then resume it: nobody was written to yet. For another file stop it "
            "and duplicate it."
        ),
    ),
    "numbers_moved": Words(
        _("It would go to another number of people than was confirmed when it was scheduled."),
        _("Look at who gets it and who does not below. Resume it if that is right, otherwise stop it."),
    ),
    "in_the_past": Words(_("That time is over."), _("Choose a time that is still to come.")),
    "restored": Words(
        _("A backup was restored while it was under way."),
        _(
            "Whoever got the message after the backup was made would get it twice. Go on only if nothing was sent "
            "since; otherwise stop it."
        ),
    ),
    "category_changed": Words(
        _("WhatsApp has changed the category of the template."), _("Price and consent may differ: accept it, or stop.")
    ),
    "not_a_draft": Words(_("It was started already."), _("Open it to see how it goes.")),
    "mapping_incomplete": Words(
        _("The template has variables that nothing fills."), _("Edit it and choose a source for each variable.")
    ),
    "media_missing": Words(
        _("The header of the template wants a file."), _("Edit it and enter the address of the file.")
    ),
    "import_removed": Words(_("The import of the audience no longer exists."), _("Choose the audience anew.")),
    "list_removed": Words(_("The list of the audience was deleted."), _("Choose another audience.")),
    "rules_removed": Words(_("The audience by rules was deleted."), _("Choose another audience.")),
    "audience_broken": Words(
        _("The rules of the audience name a field, a list, an import or a channel that is no longer there."),
        _("Mend the rules, or choose another audience."),
    ),
    "audience_gone": Words(
        _("The audience was deleted while its people were being prepared."),
        _("Stop it, and make a new one with another audience."),
    ),
    "import_unfinished": Words(_("The import of the audience is not finished."), _("Wait until it is.")),
}
UNKNOWN = Words(_("It cannot go on."), _("Look at the state of the channel and of the template."))


def trouble_words(code: str, media_check: Mapping[str, Any] | None = None) -> Words:
    """Return the words for a Trouble or a Refusal; a code not known here is told in general words.

    `media_check` is what the last look at the header's file told: it says what is the matter with the file.
    """
    words = TROUBLES.get(code, UNKNOWN)
    if code == "header_file" and media_check:
        return Words(f"{words.what} {media_text(media_check)}", words.remedy)
    return words


HOURS: Mapping[str, Text] = {
    "wrong": _("This is no send window: wanted is, for example, 09:00-20:00."),
    "same": _("From and until are the same time: leave both empty to send at any hour."),
    "days": _("These are no days of the week: wanted is, for example, mon-fri or mon,wed,sat."),
    "never": _("The quiet hours of this installation leave nothing of this send window: choose other times."),
}


def hours_text(code: str) -> Text:
    """Say why something is no send window (`hours.NotHours`)."""
    return HOURS[code]


def shown_hours(hours: str) -> str:
    """Write a communication's hours as they are read: "09:00–20:00, Mon–Fri"; "" for none."""
    window, days = parts(hours)
    times = [str(window).replace("-", "–")] if window else []
    return ", ".join([*times, *_runs(days)] if days else times)


def _runs(days: Days) -> list[str]:
    """Name days that follow each other as one: "Mon–Fri", "Sat"."""
    runs: list[list[int]] = []
    for day in sorted(days.days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [[str(WEEKDAYS_ABBR[day - 1]) for day in run] for run in runs]
    return [name[0] if len(name) == 1 else f"{name[0]}–{name[-1]}" for name in names]


MEDIA: Mapping[str, Text] = {
    "not_an_address": _("This is not the address of a file: it must begin with https:// or http://."),
    "forbidden": _("This address cannot be used: it lies in a private network, where WhatsApp does not get."),
    "unreachable": _("The file could not be looked at: no answer came. WhatsApp will fetch it from this address."),
    "not_there": _("There is no file at this address: the answer was %(status)s."),
    "wrong_type": _("WhatsApp does not take a file of this kind here: %(type)s."),
    "too_large": _("The file is too large for WhatsApp: %(size)s."),
}


def media_text(check: Mapping[str, Any]) -> str:
    """Say what the look at the header's file told; "" when there was none."""
    if not check:
        return ""
    told = {
        "status": check.get("status") or "",
        "type": check.get("type") or "?",
        "size": filesizeformat(check["size"]) if check.get("size") else "",
    }
    if problem := check.get("problem"):
        return str(MEDIA[problem]) % told
    if told["size"]:
        return gettext("File found: %(type)s, %(size)s.") % told
    return gettext("File found: %(type)s.") % told
