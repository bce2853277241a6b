"""Items set aside are an incident of their lane for as long as there are any; what it says stands in reports."""

from staffetta.notices import incidents
from staffetta.work import set_aside

KIND = "set_aside"


def register() -> None:
    """Hear of every lane whose items set aside change."""
    set_aside.when_changed(tell)


def tell(lane: str) -> None:
    """Open the lane's incident, bring its number up to date, or close it."""
    number, latest = set_aside.counted().get(lane, 0), set_aside.latest(lane)
    if latest is None:
        incidents.success(KIND, lane)
        return
    incidents.failure(KIND, lane, lane, latest.reason, str(number))
