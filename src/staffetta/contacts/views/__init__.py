"""Pages of the contacts and their imports."""

from staffetta.contacts.views.audiences import (
    audience,
    count_audience,
    count_rules,
    delete_audience,
    duplicate_audience,
    edit_audience,
    new_audience,
)
from staffetta.contacts.views.duplicates import (
    dismiss_duplicates,
    duplicates,
    merge,
    merges,
    search_duplicates,
    undo_merge,
)
from staffetta.contacts.views.erasures import certificate_file, erase_contact, erasure, erasures
from staffetta.contacts.views.fields import delete_field, edit_field, fields, new_field
from staffetta.contacts.views.history import history
from staffetta.contacts.views.import_consent import import_consent
from staffetta.contacts.views.imports import (
    cancel,
    columns,
    discard,
    forget_mapping,
    imports,
    preview,
    progress,
    rejects_file,
    show_import,
    start,
    undo,
    upload,
)
from staffetta.contacts.views.lists import add_to_list, delete_list, export_file, leave_list, lists, make_list
from staffetta.contacts.views.people import browse, change, delete, new, show
from staffetta.contacts.views.suppressions import lift, suppress, suppressions

__all__ = [
    "add_to_list",
    "audience",
    "browse",
    "cancel",
    "certificate_file",
    "change",
    "columns",
    "count_audience",
    "count_rules",
    "delete",
    "delete_audience",
    "delete_field",
    "delete_list",
    "discard",
    "dismiss_duplicates",
    "duplicate_audience",
    "duplicates",
    "edit_audience",
    "edit_field",
    "erase_contact",
    "erasure",
    "erasures",
    "export_file",
    "fields",
    "forget_mapping",
    "history",
    "import_consent",
    "imports",
    "leave_list",
    "lift",
    "lists",
    "make_list",
    "merge",
    "merges",
    "new",
    "new_audience",
    "new_field",
    "preview",
    "progress",
    "rejects_file",
    "search_duplicates",
    "show",
    "show_import",
    "start",
    "suppress",
    "suppressions",
    "undo",
    "undo_merge",
    "upload",
]
