"""The words for every code of this room."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext, pgettext_lazy

from staffetta.accounts import wording as deeds
from staffetta.channels.wording import problem_text
from staffetta.contacts.phones.phone_words import PHONE_REASONS
from staffetta.notices import wording as notices
from staffetta.notices.models import Incident
from staffetta.sync.judge import OUTCOMES
from staffetta.sync.models import RunState, SyncConfiguration
from staffetta.sync.run import INCIDENT
from staffetta.sync.setup import Difference

LOOKS = {
    "created": ("green", "user-plus"),
    "updated": ("azure", "refresh"),
    "unchanged": ("secondary", "equal"),
    "skipped": ("secondary", "ban"),
    "conflicting": ("yellow", "alert-triangle"),
    "rejected": ("red", "circle-x"),
}
STATE_LOOKS = {
    RunState.WAITING.value: ("azure", "clock"),
    RunState.RUNNING.value: ("azure", "progress"),
    RunState.DONE.value: ("green", "circle-check"),
    RunState.PARTIAL.value: ("yellow", "alert-triangle"),
    RunState.FAILED.value: ("red", "alert-circle"),
    RunState.CANCELLED.value: ("secondary", "ban"),
}
REASONS: dict[str, Promise] = {
    "no_key": gettext_lazy("The value people are matched by is missing"),
    **PHONE_REASONS,
    "invalid_telegram_id": gettext_lazy("Invalid TELEGRAMID: digits only"),
    "doubled_key": gettext_lazy("Another customer of this run is the same person"),
    "several_contacts": gettext_lazy("Several contacts have this value: nobody can tell which is meant"),
    "address_taken": gettext_lazy("Another contact has this address"),
    "telegram_id_taken": gettext_lazy("This TELEGRAMID belongs to another contact"),
    "external_id_taken": gettext_lazy("This external id belongs to another contact"),
    "deleted_here": gettext_lazy("Deleted here since the last run: not made again"),
    "unknown_here": gettext_lazy("Not among the contacts, and new ones are not made"),
    "not_a_number": gettext_lazy("Not a number"),
    "not_whole": gettext_lazy("Not a whole number"),
    "not_yes_or_no": gettext_lazy("Neither yes nor no"),
    "not_a_date": gettext_lazy("Not a date: 1990-12-31 or 31/12/1990 is wanted"),
    "not_a_moment": gettext_lazy("Not a date with time"),
    "absurd_year": gettext_lazy("The year lies before 1850 or after 2200"),
    "not_a_choice": gettext_lazy("Not among the choices of the contact field"),
    "not_an_address": gettext_lazy("Not a web address"),
    "not_a_phone": gettext_lazy("Not a phone number with + and the country code"),
    "not_a_word": gettext_lazy("The customer field takes a single word"),
    "unknown_time_zone": gettext_lazy("Not a time zone: Europe/Rome is one"),
    "cannot_handle": gettext_lazy("Staffetta could not store this customer; the log says why"),
    "too_long": gettext_lazy("Too long"),
    "unknown_type": gettext_lazy("The contact field has a type nobody knows"),
    "name_with_half_sign": gettext_lazy("The id holds half a sign and cannot be kept"),
    "name_with_nul": gettext_lazy("The id holds a control sign (NUL) and cannot be kept"),
    "name_too_long": gettext_lazy("The id is too long"),
    "name_without_visible_sign": gettext_lazy("The id holds no visible sign"),
}
PROBLEMS: dict[str, Promise] = {
    "held": gettext_lazy("A customer field vanished or changed its type: look at the configuration."),
    "restless": gettext_lazy("The list of customers changed again and again while it was read. Run it once more."),
    "cancelled": gettext_lazy("The run was stopped before."),
    "database_refused": gettext_lazy("The database did not take a row."),
    "cannot_handle": gettext_lazy("Staffetta could not write this; the log says why. The next run tries it again."),
}
TYPES: dict[str, Promise] = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Number"),
    "integer": gettext_lazy("Whole number"),
    "boolean": gettext_lazy("Yes or no"),
    "date": gettext_lazy("Date"),
    "datetime": gettext_lazy("Date and time"),
    "choice": gettext_lazy("Single choice"),
    "choices": gettext_lazy("Multiple choice"),
    "url": gettext_lazy("Web address"),
    "phone": gettext_lazy("Phone"),
}
THERE_TYPES: dict[str, Promise] = {
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
WRITES: dict[str, Promise] = {
    "fields": gettext_lazy("Name and fields"),
    "stop": pgettext_lazy("customer", "Stop"),
    "start": pgettext_lazy("customer", "Start"),
    "block": pgettext_lazy("customer", "Block"),
    "unblock": pgettext_lazy("customer", "Unblock"),
    "delete": pgettext_lazy("customer", "Delete"),
}
DEEDS: dict[str, Promise] = {
    "sync_saved": gettext_lazy("Changed the contact-sync configuration"),
    "sync_made": gettext_lazy("Made the contact-sync configuration"),
    "sync_deleted": gettext_lazy("Deleted the contact-sync configuration"),
    "sync_started": gettext_lazy("Started the contact sync"),
    "sync_cancelled": gettext_lazy("Stopped the contact sync"),
    "sync_undone": gettext_lazy("Undid a run of the contact sync"),
    "sync_accepted": gettext_lazy("Agreed to the changed customer fields of the contact sync"),
    "sync_consent": gettext_lazy("Recorded the consent of the people who came with the contact sync"),
    "sync_conflict_decided": gettext_lazy("Decided a conflict of the contact sync about"),
    "sync_conflicts_decided": gettext_lazy("Decided all open conflicts of the contact sync"),
    "sync_reject_replayed": gettext_lazy("Corrected a rejected customer of the contact sync"),
}
DETAILS: dict[str, Promise] = {
    "run": gettext_lazy("run"),
    "people": gettext_lazy("people"),
    "side": gettext_lazy("value"),
    "conflicts": gettext_lazy("conflicts"),
}
SIDES: dict[str, Promise] = {"here": gettext_lazy("from here"), "there": gettext_lazy("of Sinch Engage")}


def register() -> None:
    """Make the words known to the audit log and the notices."""
    deeds.register(DEEDS, DETAILS, {"side": lambda code: str(SIDES.get(code, code))})
    notices.register(INCIDENT, incident)


def outcome_word(name: str, number: int = 2) -> str:
    """Return the word for so many customers of one outcome: in Italian it changes with their number."""
    words = {
        "created": npgettext("customer", "New", "New", number),
        "updated": npgettext("customer", "Updated", "Updated", number),
        "unchanged": npgettext("customer", "Unchanged", "Unchanged", number),
        "skipped": npgettext("customer", "Skipped", "Skipped", number),
        "conflicting": npgettext("customer", "Conflicting", "Conflicting", number),
        "rejected": npgettext("customer", "Rejected", "Rejected", number),
    }
    return words.get(name, name)


def reason_text(code: str, field: str = "") -> str:
    """Say why a customer was rejected or skipped, naming the customer field where that helps."""
    text = str(REASONS.get(code, code))
    return _("%(reason)s (field «%(field)s»)") % {"reason": text, "field": field} if field else text


def problem_of_run(code: str) -> str:
    """Say why a run ended before its end, and what to do."""
    if code in PROBLEMS:
        return str(PROBLEMS[code])
    said = problem_text(code)
    return f"{said.what} {said.what_to_do}".strip()


def difference_text(difference: Difference) -> str:
    """Say how a customer field differs from what was agreed to."""
    if difference.what == "gone":
        return _("The customer field «%(name)s» is no longer on Sinch Engage.") % {"name": difference.name}
    return _("The customer field «%(name)s» was of the type %(before)s and now is %(present)s.") % {
        "name": difference.name,
        "before": THERE_TYPES.get(difference.before, difference.before),
        "present": THERE_TYPES.get(difference.present, difference.present),
    }


def sum_text(counts: Mapping[str, int]) -> str:
    """Return «5,000 = 3,200 new + …» as plain text."""

    def grouped(number: int) -> str:
        return number_format(number, force_grouping=True)

    terms = " + ".join(
        f"{grouped(counts[name])} {outcome_word(name, counts[name]).lower()}" for name in OUTCOMES if counts[name]
    )
    total = grouped(sum(counts[name] for name in OUTCOMES))
    return f"{total} = {terms}" if terms else total


def incident(told: Incident) -> notices.Words:
    """The runs of one configuration fail one after the other."""
    configuration = SyncConfiguration.objects.filter(pk=told.subject).first()
    return notices.Words(
        title=_("%(name)s: the contact sync fails") % {"name": told.subject_name},
        cause=problem_of_run(told.cause),
        remedy=_("What was synchronised before stays. Open the configuration to see where it ends."),
        url=reverse("sync:show", args=[configuration.channel_id, configuration.pk]) if configuration else "",
        label=_("Open the configuration"),
        administrators_only=False,
    )
