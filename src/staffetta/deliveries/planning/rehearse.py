"""Rehearse: what a start would do now, judged person by person as planning will, with nothing written."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from staffetta.communications.hours import hours_of
from staffetta.communications.models import Communication
from staffetta.deliveries.ledger.zones import Closed, closed_among
from staffetta.deliveries.planning.plan import Planned, judged, read, zone_of_person
from staffetta.work.clock import now
from staffetta.work.database.row_digest import KeyDigest

SHOWN, LOOKED_AT = 100, 50_000
"""People shown of those left out, and people looked at for them: about two seconds at most."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a start would do: how many are in the audience, how many receive it, how many do not and why.

    `closed`: who of them would wait for their hours now. `who` is the digest of those who receive it.
    """

    audience: int
    receive: int
    reasons: dict[str, int]
    closed: Closed | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class FirstLeftOut:
    """The first people who would not receive it for one reason; `whole` when there are no others."""

    people: list[Planned]
    whole: bool


def summary(communication: Communication) -> Summary:
    """Count what a start would do now, by the same query and the same composing as planning."""
    reasons: Counter[str] = Counter()
    zones: Counter[str] = Counter()
    audience, receivers = 0, KeyDigest()
    hours = hours_of(communication.hours)
    for planned in _everybody(communication):
        audience += 1
        reasons[planned.reason] += 1
        if planned.composed:
            receivers.add(planned.recipient.contact_id)
        if hours and planned.composed:
            zones[zone_of_person(planned.recipient)] += 1
    receive = reasons.pop("", 0)
    closed = closed_among(hours, zones, now()) if hours else None
    return Summary(audience, receive, dict(reasons), closed, str(receivers))


def left_out(communication: Communication, reason: str) -> FirstLeftOut:
    """Return the first people who would not receive it for this reason, looking at no more than LOOKED_AT."""
    found = list[Planned]()
    for number, planned in enumerate(_everybody(communication)):
        if number == LOOKED_AT:
            return FirstLeftOut(found, whole=False)
        if planned.reason == reason:
            if len(found) == SHOWN:
                return FirstLeftOut(found, whole=False)
            found.append(planned)
    return FirstLeftOut(found, whole=True)


def _everybody(communication: Communication) -> Iterator[Planned]:
    after, seen = 0, set[str]()
    while piece := read(communication, after):
        yield from judged(communication, piece, seen)
        after = piece[-1].contact_id
