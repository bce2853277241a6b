"""Open incidents on top of every page."""

from staffetta.notices import wording
from staffetta.notices.incidents import open_now
from staffetta.notices.models import Incident
from staffetta.ui.banners import Banner


def banners(person: object) -> list[Banner]:
    """Return one banner per open incident, the oldest first: trouble that came first explains the rest."""
    administrator = bool(getattr(person, "is_administrator", False))
    return [_banner(incident, administrator=administrator) for incident in open_now()]


def _banner(incident: Incident, *, administrator: bool) -> Banner:
    words = wording.of(incident)
    may = administrator or not words.administrators_only
    url, label = (words.url, words.label) if may else ("", "")
    return Banner("danger", words.title, words.cause, words.remedy, url=url, label=label, told_at=words.told_at)
