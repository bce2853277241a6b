"""The words for every code of this room: what is wrong with a file, a mapping, a row, and where a consent came from."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staffetta.contacts.map_columns import WrongMapping
from staffetta.contacts.read_csv import BadFile
from staffetta.contacts.values import SYSTEM_FIELDS

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
    "workbook_too_large": gettext_lazy(
        "This workbook unpacks to more than can be read. Save its first sheet as «CSV UTF-8» and choose that file here."
    ),
    "utf16_file": gettext_lazy("The file is written in UTF-16. Save it as «CSV UTF-8» and choose it again."),
    "unknown_encoding": gettext_lazy(
        "The file is written neither in UTF-8 nor in Windows-1252. Save it as «CSV UTF-8» and choose it again."
    ),
    "quoting": gettext_lazy(
        "The quotation marks around line %(line)s do not match, so its columns cannot be told apart. "
        "Correct the line and choose the file again."
    ),
    "line_too_long": gettext_lazy(
        "Line %(line)s is too long to be a row of a table; a quotation mark may be missing. "
        "Correct it and choose the file again."
    ),
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
    "unknown_column": gettext_lazy("The file has no column «%(subject)s»."),
    "unknown_target": gettext_lazy(
        "«%(subject)s» cannot be a field's name: small letters, digits, - and _ only, a letter or digit first."
    ),
    "consent_column_mapped": gettext_lazy("The column «%(subject)s» cannot be both Opt-in WhatsApp and a field."),
}

REJECT_REASONS: dict[str, Promise] = {
    "invalid_phone": gettext_lazy("Invalid number: it needs + and the country code, and must exist there"),
    "missing_phone": gettext_lazy("The number is missing"),
    "missing_telegram_id": gettext_lazy("The TELEGRAMID is missing"),
    "invalid_telegram_id": gettext_lazy("Invalid TELEGRAMID: digits only"),
    "external_id_taken": gettext_lazy("This external id belongs to another contact"),
    "required_empty": gettext_lazy("This field must be filled"),
    "not_a_number": gettext_lazy("Not a number"),
    "not_whole": gettext_lazy("Not a whole number"),
    "not_yes_or_no": gettext_lazy("Neither Yes nor No"),
    "not_a_date": gettext_lazy("Not a date: write 31/12/2026 or 2026-12-31"),
    "not_a_moment": gettext_lazy("Not a date with time: write 2026-12-31 18:30"),
    "not_a_choice": gettext_lazy("None of the choices of this field"),
    "not_an_address": gettext_lazy("Not an address: it begins with https:// or http://"),
    "not_a_phone": gettext_lazy("Invalid number: it needs + and the country code, and must exist there"),
    "unknown_time_zone": gettext_lazy("No time zone of this name: write for example Europe/Rome"),
    "telegram_id_taken": gettext_lazy("This TELEGRAMID belongs to another contact"),
    "doubled_in_file": gettext_lazy("Doubled in the file: an earlier row has the same number"),
    "too_long": gettext_lazy("Too long"),
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
    "import_undone": gettext_lazy("An import was undone"),
    "sync": gettext_lazy("Contact sync"),
    "stop_word": gettext_lazy("Wrote STOP"),
    "stopped": gettext_lazy("Stopped on Sinch Engage"),
    "blocked": gettext_lazy("Blocked on Sinch Engage"),
}

SUPPRESSION_CAUSES: dict[str, Promise | str] = {
    "hand": gettext_lazy("Entered by hand"),
    "opted_out": gettext_lazy("Opted out before the contact was deleted"),
    "stopped": gettext_lazy("Stopped on Sinch Engage"),
    "blocked": gettext_lazy("Blocked on Sinch Engage"),
}

DEEDS: dict[str, Promise] = {
    "import_started": gettext_lazy("Started the import"),
    "import_discarded": gettext_lazy("Threw away the uploaded file"),
    "list_made": gettext_lazy("Made the list"),
    "list_filled": gettext_lazy("Added people to the list"),
    "list_left": gettext_lazy("Took a person out of the list"),
    "list_deleted": gettext_lazy("Deleted the list"),
    "audience_made": gettext_lazy("Made the audience"),
    "audience_changed": gettext_lazy("Changed the audience"),
    "audience_deleted": gettext_lazy("Deleted the audience"),
    "contacts_exported": gettext_lazy("Exported contacts"),
    "import_cancelled": gettext_lazy("Cancelled the import"),
    "import_undone": gettext_lazy("Undid the import"),
    "contact_made": gettext_lazy("Created the contact"),
    "contact_changed": gettext_lazy("Changed the contact"),
    "contact_deleted": gettext_lazy("Deleted the contact"),
    "suppressed": gettext_lazy("Added to the Blacklist"),
    "suppression_lifted": gettext_lazy("Took out of the Blacklist"),
    "contact_field_made": gettext_lazy("Added the contact field"),
    "contact_field_changed": gettext_lazy("Changed the contact field"),
    "contact_field_deleted": gettext_lazy("Deleted the contact field"),
}
DEED_DETAILS: dict[str, Promise] = {
    "rows": gettext_lazy("rows"),
    "number": gettext_lazy("number"),
    "contact": gettext_lazy("contact"),
    "filter": gettext_lazy("filter"),
    "emptied": gettext_lazy("values emptied"),
    "consent_column": gettext_lazy("consent from column"),
}

DELIMITER_NAMES: dict[str, Promise] = {
    ";": gettext_lazy("Semicolon"),
    ",": gettext_lazy("Comma"),
    "\t": gettext_lazy("Tab"),
}
ENCODING_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "cp1252": "Windows-1252"}


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


def reject_text(reason: str, column: str = "") -> str:
    """Say why a row was not taken, naming the column where that helps."""
    text = str(REJECT_REASONS.get(reason, reason))
    if not column or reason in ("missing_phone", "doubled_in_file"):
        return text
    return _("%(reason)s (column «%(column)s»)") % {"reason": text, "column": column}


def consent_source(code: str) -> str:
    """Say where a consent came from; an unknown code is shown as it is."""
    return str(CONSENT_SOURCES.get(code, code))


def suppression_cause(code: str) -> str:
    """Say why an address is in the Blacklist; an unknown code is shown as it is."""
    return str(SUPPRESSION_CAUSES.get(code, code))
