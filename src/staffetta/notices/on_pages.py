"""Open incidents on top of every page."""

from django.utils.translation import gettext as _

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
    if may:
        return Banner("danger", words.title, words.cause, words.remedy, words.url, words.label, words.told_at)
    remedy = " ".join(filter(None, (words.remedy, _("An administrator can do it."))))
    return Banner("danger", words.title, words.cause, remedy, told_at=words.told_at)
