"""Pages of the contacts and their imports."""

from staffetta.contacts.views.fields import delete_field, edit_field, fields, new_field
from staffetta.contacts.views.imports import (
    cancel,
    columns,
    discard,
    imports,
    preview,
    progress,
    rejects_file,
    show_import,
    start,
    undo,
    upload,
)
from staffetta.contacts.views.people import browse, change, delete, new, show
from staffetta.contacts.views.suppressions import lift, suppress, suppressions

__all__ = [
    "browse",
    "cancel",
    "change",
    "columns",
    "delete",
    "delete_field",
    "discard",
    "edit_field",
    "fields",
    "imports",
    "lift",
    "new",
    "new_field",
    "preview",
    "progress",
    "rejects_file",
    "show",
    "show_import",
    "start",
    "suppress",
    "suppressions",
    "undo",
    "upload",
]
