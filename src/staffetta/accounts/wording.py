"""What the audit log says: every room registers the words of its own deeds in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffetta.accounts.models import AuditEntry, Role
from staffetta.ui.templatetags.staffetta import grouped

Words = Mapping[str, str | Promise]

_deeds: dict[str, str | Promise] = {}
_details: dict[str, str | Promise] = {}
_readers: dict[str, Callable[[str], str]] = {}


def register(
    deeds: Words, details: Words | None = None, readers: Mapping[str, Callable[[str], str]] | None = None
) -> None:
    """Add words: `deeds` by the code given to `audit.record`, `details` by the name of a detail worth showing.

    `readers` write a detail that is kept as a code in the words of the reader's language.
    A deed without words is shown by its code; a detail without words is kept but not shown.
    """
    _deeds.update(deeds)
    _details.update(details or {})
    _readers.update(readers or {})


def deed(code: str) -> str:
    return str(_deeds.get(code, code))


def deeds() -> list[tuple[str, str]]:
    """Return every known deed as (code, words), in the order of the words."""
    return sorted(((code, str(words)) for code, words in _deeds.items()), key=lambda known: known[1])


def details(entry: AuditEntry) -> list[tuple[str, str]]:
    """Return what is worth showing of an entry, as (label, value)."""
    roles = dict(Role.choices)
    told = entry.details if isinstance(entry.details, dict) else {}
    return [(str(_details[name]), _shown(name, value, roles)) for name, value in told.items() if name in _details]


def _shown(name: str, value: object, roles: Words) -> str:
    if name in _readers:
        return _readers[name](str(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return grouped(value)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(roles.get(str(value), value))


OWN_DEEDS: Words = {
    "user_created": _("Created the user"),
    "user_changed": _("Changed the user"),
    "user_deactivated": _("Deactivated the user"),
    "user_activated": _("Reactivated the user"),
    "password_set": _("Set a new password for the user"),
    "password_changed": _("Changed their own password"),
    "logged_in": _("Logged in"),
    "logged_out": _("Logged out"),
    "sessions_ended": _("Ended sessions of"),
    "login_failed": _("Login failed"),
    "login_throttled": _("Login refused after too many failures"),
    "token_issued": _("Issued the access token"),
    "token_right_changed": _("Changed what the access token may do"),
    "token_revoked": _("Revoked the access token"),
}
OWN_DETAILS: Words = {
    "name_typed": _("user name"),
    "sessions": pgettext_lazy("sessions", "how many"),
    "address": _("from the address"),
    "role": _("role"),
    "last_four": _("ends with"),
    "may_opt_in_again": _("may opt people in again"),
    "may_export": _("may export"),
    "days_valid": _("days valid"),
    "only_messages": _("only for"),
}
OWN_READERS = {
    "name_typed": lambda _code: str(_("nobody has this name")),
    "may_export": lambda code: str(_("Yes") if code == "yes" else _("No")),
    "may_opt_in_again": lambda code: str(_("Yes") if code == "yes" else _("No")),
}
