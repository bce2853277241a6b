"""Keep in the audit log who failed to log in."""

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.accounts.throttle import Attempt


def log_attempt(deed: str, attempt: Attempt) -> None:
    """Append one entry. A name that nobody has is left out: people type their password there by mistake."""
    person = User.objects.known_as(attempt.name)
    details = {"address": attempt.address} if person else {"name_typed": "unknown", "address": attempt.address}
    audit.record(None, deed, person, **details)
