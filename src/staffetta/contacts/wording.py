"""The words for every code of this room: what is wrong with a file, a mapping, a row, and where a consent came from."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staffetta.contacts.consents.suppression import OPTED_OUT
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.files.read_csv import BadFile
from staffetta.contacts.imports.map_columns import WrongMapping
from staffetta.contacts.models import ImportReject
from staffetta.contacts.phones.phone_words import PHONE_REASONS, with_readings

FILE_PROBLEMS: dict[str, Promise] = {
    "empty_file": gettext_lazy("The file is empty. Export it again and choose it once more."),
    "no_rows": gettext_lazy("The file has headings but not a single row with people."),
    "no_headings": gettext_lazy(
        "The first row must hold the names of the columns (for example: Name, Phone). Add it and choose the file again."
    ),
    "duplicate_headings": gettext_lazy(
        "Several columns have the same heading: %(detail)s. Give each its own and choose the file again."
    ),
    "too_many_columns": gettext_lazy("The file has %(detail)s columns; at most 300 can be read."),
    "binary_file": gettext_lazy("This is no text file: it holds bytes that occur in no CSV. Save it as CSV (UTF-8)."),
    "spreadsheet_file": gettext_lazy(
        "This workbook cannot be read. Open it, choose «Save as» and «XLSX» or «CSV UTF-8», and choose that file here."
    ),
    "workbook_protected": gettext_lazy(
        "This workbook has a password. Open it, save it without one, and choose that file here."
    ),
    "no_such_sheet": gettext_lazy("The workbook has no such sheet. It has: %(detail)s."),
    "no_sheets": gettext_lazy("The file is no workbook: it has no sheets."),
    "workbook_too_large": gettext_lazy(
        "This workbook unpacks to more than can be read. Save the sheet as «CSV UTF-8» and choose that file here."
    ),
    "bad_byte": gettext_lazy(
        "Line %(line)s holds signs that cannot be read as %(detail)s. Choose another encoding, or save the file as "
        "«CSV UTF-8» and choose it again."
    ),
    "quoting": gettext_lazy(
        "The quotation marks around line %(line)s do not match, so its columns cannot be told apart. "
        "Correct the line and choose the file again."
    ),
    "line_too_long": gettext_lazy(
        "Line %(line)s is too long to be a row of a table; a quotation mark may be missing. "
        "Correct it and choose the file again."
    ),
    "no_room": gettext_lazy("The disk is full: the file could not be stored. Make room and try again."),
    "too_large": gettext_lazy("The file is larger than %(detail)s MB. Split it into several files."),
    "file_gone": gettext_lazy("The file is no longer there. Choose it again."),
    "database_refused": gettext_lazy("The database did not take a row: %(detail)s"),
}
NOTHING_TAKEN = gettext_lazy("Nothing was imported.")

MAPPING_PROBLEMS: dict[str, Promise] = {
    "no_identity": gettext_lazy(
        "Choose the column with the phone number (or the TELEGRAMID): people are told apart by it."
    ),
    "target_twice": gettext_lazy("Two columns go to «%(subject)s»: choose one."),
    "unknown_mode": gettext_lazy("«%(subject)s» is no update mode: if_empty or only_new."),
    "mode_of_nothing": gettext_lazy("No column goes to «%(subject)s»."),
    "unknown_column": gettext_lazy("The file has no column «%(subject)s»."),
    "unknown_target": gettext_lazy(
        "«%(subject)s» cannot be a field's name: small letters, digits, - and _ only, a letter or digit first."
    ),
    "consent_column_mapped": gettext_lazy("The column «%(subject)s» cannot be both Opt-in WhatsApp and a field."),
}

REJECT_REASONS: dict[str, Promise] = {
    **PHONE_REASONS,
    "missing_telegram_id": gettext_lazy("The TELEGRAMID is missing"),
    "invalid_telegram_id": gettext_lazy("Invalid TELEGRAMID: digits only"),
    "external_id_taken": gettext_lazy("This external id belongs to another contact"),
    "required_empty": gettext_lazy("This field must be filled"),
    "not_a_number": gettext_lazy("Not a number"),
    "not_whole": gettext_lazy("Not a whole number"),
    "ambiguous_number": gettext_lazy("It can be read as two different numbers: write 2000"),
    "ambiguous_date": gettext_lazy("It can be two different days: write 2026-12-31"),
    "not_yes_or_no": gettext_lazy("Neither Yes nor No"),
    "not_a_date": gettext_lazy("Not a date: write 31/12/2026 or 2026-12-31, with the whole year"),
    "not_a_moment": gettext_lazy("Not a date with time: write 31/12/2026 18:30 or 2026-12-31 18:30"),
    "absurd_year": gettext_lazy("The year lies before 1850 or after 2200"),
    "not_a_choice": gettext_lazy("None of the choices of this field"),
    "not_an_address": gettext_lazy("Not an address: it begins with https:// or http://"),
    "not_a_phone": gettext_lazy("Invalid number: it needs + and the country code, and must exist there"),
    "unknown_time_zone": gettext_lazy("No time zone of this name: write for example Europe/Rome"),
    "telegram_id_taken": gettext_lazy("This TELEGRAMID belongs to another contact"),
    "doubled_in_file": gettext_lazy("Doubled in the file: an earlier row has the same number"),
    "erased_person": gettext_lazy("This person was erased here: only you can enter them again, by hand"),
    "too_long": gettext_lazy("Too long"),
    "cannot_handle": gettext_lazy("Staffetta could not store this row; the log says why"),
    "too_many_cells": gettext_lazy("More cells than headings"),
    "bad_consent_value": gettext_lazy("Opt-in must be Yes, No or empty"),
}

FIELD_TYPES: dict[str, Promise] = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Number"),
    "integer": gettext_lazy("Whole number"),
    "boolean": gettext_lazy("Yes/No"),
    "date": gettext_lazy("Date"),
    "datetime": gettext_lazy("Date and time"),
    "choice": gettext_lazy("Single choice"),
    "choices": gettext_lazy("Multiple choice"),
    "url": gettext_lazy("URL"),
    "phone": gettext_lazy("Phone"),
}

OUTCOMES: dict[str, Promise] = {
    "created": pgettext_lazy("contact", "New"),
    "updated": pgettext_lazy("contact", "Updated"),
    "unchanged": pgettext_lazy("contact", "Unchanged"),
    "rejected": pgettext_lazy("row", "Rejected"),
}

CONSENT_SOURCES: dict[str, Promise | str] = {
    "hand": gettext_lazy("Entered by hand"),
    "import": gettext_lazy("Import"),
    "api": gettext_lazy("API call"),
    "opt_in_again": gettext_lazy("API call that opts in again"),
    "import_undone": gettext_lazy("An import was undone"),
    "sync": gettext_lazy("Contact sync"),
    "stop_word": gettext_lazy("Wrote STOP"),
    "merge": gettext_lazy("Two contacts were merged"),
    "unmerge": gettext_lazy("A merge was undone"),
    "stopped": gettext_lazy("Stopped on Sinch Engage"),
    "blocked": gettext_lazy("Blocked on Sinch Engage"),
}

CHANGE_SOURCES: dict[str, Promise] = {
    "hand": gettext_lazy("Changed by hand"),
    "sync_undo": gettext_lazy("Contact sync undone: the former values are back"),
    "import_undo": gettext_lazy("Import undone: the former values are back"),
    "made": gettext_lazy("Created by hand"),
    "merge": gettext_lazy("Merged with another contact"),
    "unmerge": gettext_lazy("A merge was undone"),
}

SUPPRESSION_CAUSES: dict[str, Promise | str] = {
    "hand": gettext_lazy("Entered by hand"),
    "erased": gettext_lazy("The person was erased"),
    "opted_out": gettext_lazy("Opted out before the contact was deleted"),
    "stopped": gettext_lazy("Stopped on Sinch Engage"),
    "blocked": gettext_lazy("Blocked on Sinch Engage"),
}

DEEDS: dict[str, Promise] = {
    "import_started": gettext_lazy("Started the import"),
    "import_consent": gettext_lazy("Recorded the consent of the people of an import"),
    "mapping_saved": gettext_lazy("Saved the mapping of columns"),
    "mapping_forgotten": gettext_lazy("Forgot the mapping of columns"),
    "import_discarded": gettext_lazy("Threw away the uploaded file"),
    "list_made": gettext_lazy("Made the list"),
    "list_filled": gettext_lazy("Added people to the list"),
    "list_left": gettext_lazy("Took a person out of the list"),
    "list_deleted": gettext_lazy("Deleted the list"),
    "audience_made": gettext_lazy("Made the audience"),
    "audience_changed": gettext_lazy("Changed the audience"),
    "audience_deleted": gettext_lazy("Deleted the audience"),
    "contacts_exported": gettext_lazy("Exported contacts"),
    "rejects_exported": gettext_lazy("Downloaded the rejected rows of"),
    "import_cancelled": gettext_lazy("Cancelled the import"),
    "import_undone": gettext_lazy("Undid the import"),
    "contact_made": gettext_lazy("Created the contact"),
    "contact_changed": gettext_lazy("Changed the contact"),
    "contact_deleted": gettext_lazy("Deleted the contact"),
    "twins_searched": gettext_lazy("Searched for duplicate contacts"),
    "twins_dismissed": gettext_lazy("Told two contacts apart"),
    "contacts_merged": gettext_lazy("Merged two contacts"),
    "contact_erased": gettext_lazy("Erased a person"),
    "merge_undone": gettext_lazy("Undid a merge"),
    "suppressed": gettext_lazy("Added to the Blacklist"),
    "suppression_lifted": gettext_lazy("Took out of the Blacklist"),
    "possible_opt_out_decided": gettext_lazy("Decided on replies that may be opt-outs"),
    "opt_out_word_added": gettext_lazy("Added words of opt-outs"),
    "opt_out_word_removed": gettext_lazy("Removed words of opt-outs"),
    "contact_field_made": gettext_lazy("Added the contact field"),
    "contact_field_changed": gettext_lazy("Changed the contact field"),
    "contact_field_deleted": gettext_lazy("Deleted the contact field"),
}
DEED_DETAILS: dict[str, Promise] = {
    "rows": gettext_lazy("rows"),
    "people": gettext_lazy("people"),
    "number": gettext_lazy("number"),
    "contact": gettext_lazy("contact"),
    "other": gettext_lazy("other contact"),
    "certificate": gettext_lazy("certificate"),
    "merged": gettext_lazy("contact that went into it"),
    "filter": gettext_lazy("filter"),
    "emptied": gettext_lazy("values emptied"),
    "consent_column": gettext_lazy("consent from column"),
    "decision": gettext_lazy("decision"),
    "outcome": gettext_lazy("counts as"),
}

ERASURE_TRACES: dict[str, Promise] = {
    "contacts.contact": gettext_lazy("Contact with its fields"),
    "values": gettext_lazy("Values of contact fields"),
    "contacts.consent": gettext_lazy("Statements about the consent"),
    "contacts.consentstate": gettext_lazy("Present consents"),
    "contacts.listmember": gettext_lazy("Memberships in lists"),
    "contacts.importedcontact": gettext_lazy("Rows of imports"),
    "contacts.contactactivity": gettext_lazy("Times of the last message and reply"),
    "contacts.contactchange": gettext_lazy("Changes of the contact"),
    "contacts.possibleoptout": gettext_lazy("Replies that may be opt-outs"),
    "contacts.formeraddress": gettext_lazy("Former addresses"),
    "rejects": gettext_lazy("Rejected rows of imports"),
    "file_rows": gettext_lazy("Rows in files not yet imported"),
    "merges": gettext_lazy("Merges of contacts"),
    "audit": gettext_lazy("Entries of the audit log"),
    "exchanges": gettext_lazy("API calls with the number"),
    "sync_links": gettext_lazy("Links to customers on Sinch Engage"),
    "sync_rows": gettext_lazy("Rows of sync runs"),
    "sync_writes": gettext_lazy("Writes to Sinch Engage"),
    "events": gettext_lazy("Replies and events from Sinch Engage"),
    "messages": gettext_lazy("Messages"),
    "suppressions": gettext_lazy("Addresses in the Blacklist, as an unreadable code"),
}
ERASURE_OBSTACLES: dict[str, Promise] = {
    "import_running": gettext_lazy("An import is running and could bring the person back: erase when it has ended."),
    "being_sent": gettext_lazy("A message to this person is being sent this very moment: try again in a minute."),
}
UNDO_REFUSALS: dict[str, Promise] = {
    "done_already": gettext_lazy("This merge was undone already."),
    "contact_gone": gettext_lazy("The merged contact is gone, or went into another one: undo that merge first."),
    "address_taken": gettext_lazy("Another contact has the number by now: the contact would be without any address."),
}
NOT_RESTORED: dict[str, Promise] = {
    "changed_since": gettext_lazy("Changed since the merge, and left as it is: %(subject)s."),
    "taken": gettext_lazy("Belongs to another contact by now, and left empty: %(subject)s."),
    "gone": gettext_lazy("Deleted since, and not restored: a list, an import or a configuration the contact was in."),
    "consent_since": gettext_lazy("The consent changed since the merge: what was said then holds."),
}


def file_problem(code: str, line: int = 0, detail: str = "") -> str:
    """Say what is wrong with a file and what to do."""
    text = FILE_PROBLEMS.get(code)
    return str(text) % {"line": line, "detail": detail} if text else code


def bad_file_text(bad: BadFile) -> str:
    """Say what is wrong with a file that was refused before anything of it was taken."""
    return f"{file_problem(bad.code, bad.line, bad.detail)} {NOTHING_TAKEN}"


def mapping_problem(wrong: WrongMapping) -> str:
    """Say what is wrong with a mapping."""
    return str(MAPPING_PROBLEMS[wrong.code]) % {"subject": target_text(wrong.subject)}


def target_text(target: str) -> str:
    """Name a target as the forms do; an own field by its technical name."""
    return str(SYSTEM_FIELDS.get(target, target))


def reject_text(reason: str, column: str = "", readings: Iterable[str] = ()) -> str:
    """Say why a row was not taken, naming the column where that helps, and the numbers that its cell may mean."""
    text = with_readings(str(REJECT_REASONS.get(reason, reason)), readings)
    if not column or reason in ("missing_phone", "doubled_in_file"):
        return text
    return _("%(reason)s (column «%(column)s»)") % {"reason": text, "column": column}


def reject_line(reject: ImportReject, readings: Iterable[str] = ()) -> str:
    """Say why a row was not taken and, where it says No, what became of that."""
    why = reject_text(reject.reason, reject.column, readings)
    return why if reject.refused is None else f"{why}. {refusal_text(reject.refused)}"


def refusal_text(people: int) -> str:
    """Say what becomes of the No of a row that is not taken, which names so many people here."""
    if not people:
        return _("The row says No, and nobody here has its number: check it.")
    return _("Its No is recorded all the same.")


def consent_source(code: str) -> str:
    """Say where a consent came from; an unknown code is shown as it is."""
    return str(CONSENT_SOURCES.get(code, code))


def opt_out_source(code: str) -> str:
    """Say how a person opted out, in the middle of a sentence."""
    text = str(SUPPRESSION_CAUSES[code]) if code == OPTED_OUT else consent_source(code)
    return text[:1].lower() + text[1:]


def suppression_cause(code: str) -> str:
    """Say why an address is in the Blacklist; an unknown code is shown as it is."""
    return str(SUPPRESSION_CAUSES.get(code, code))


def undo_refusal(code: str) -> str:
    """Say why a merge cannot be undone."""
    return str(UNDO_REFUSALS.get(code, code))


def not_restored(code: str) -> str:
    """Say what the undo of a merge left as it was; `code` is kind:subject."""
    kind, _colon, subject = code.partition(":")
    text = NOT_RESTORED.get(kind)
    return str(text) % {"subject": target_text(subject)} if text else code


def erasure_trace(code: str) -> str:
    """Name what an erasure deleted, emptied or kept; an unknown code is shown as it is."""
    return str(ERASURE_TRACES.get(code, code))


def erasure_obstacle(code: str) -> str:
    """Say what must end before a person can be erased."""
    return str(ERASURE_OBSTACLES.get(code, code))


def change_source(code: str) -> str:
    """Say where a change of a contact came from; an unknown code is shown as it is."""
    return str(CHANGE_SOURCES.get(code, code))
