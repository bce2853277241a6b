"""What an incident says. The room that knows a kind of trouble registers its words here, in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from staffetta.notices.models import Incident


@dataclass(frozen=True, slots=True)
class Words:
    """One incident in words: what is broken, why, what to do, and the one button that leads there.

    Without `url` there is no button. `administrators_only`: the others read the notice without the button.
    `told_at`: addresses of pages that tell it in its place.
    """

    title: str
    cause: str
    remedy: str
    url: str = ""
    label: str = ""
    administrators_only: bool = True
    told_at: tuple[str, ...] = ()


Worder = Callable[[Incident], Words]
_worders: dict[str, Worder] = {}


def register(kind: str, worder: Worder) -> None:
    """Let `worder` word every incident of `kind` in the language that is active when it is called."""
    _worders[kind] = worder


def of(incident: Incident) -> Words:
    """Return an incident's words; a kind that nobody words is told by what was stored, so that nothing is hidden."""
    worder = _worders.get(incident.kind)
    if worder is not None:
        return worder(incident)
    title = _("%(thing)s is not working") % {"thing": incident.subject_name}
    return Words(title, incident.detail or incident.cause, _("Look at the system status."), url="", label="")
