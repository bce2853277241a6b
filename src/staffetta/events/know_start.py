"""What a start must know of who stopped, and from which source: planning asks `known_for` before each piece.

A start waits for one reading of the conversations begun after it was asked for, and for the look-up of its people if
that fits into ten seconds, else for a reading of all customers younger than `STAFFETTA_OPT_OUT_MINUTES`. Nothing starts
on older knowledge, unless an administrator allowed that for the channel.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from math import ceil

from staffetta.channels.models import Channel
from staffetta.communications.hold import Trouble
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.planning.plan import CannotKnow, NotYet
from staffetta.events.look_up_people import DONE, MOST_CALLS, look_up_people
from staffetta.events.models import ReadMark, SourcesAllowed, StartKnowledge
from staffetta.events.read_customers import PAGE, limit, read_round
from staffetta.work.clock import now

LOOKUP, CUSTOMERS, OLDER = "lookup", "customers", "older"
END_OF_LIST = 2
"""Calls beyond the pages that find the end of the list."""


def known_for(communication: Communication) -> None:
    """Return when the opt-outs are known well enough; the source is kept with the communication.

    Raises NotYet while somebody reads them, CannotKnow when they cannot be read.
    """
    asked = communication.updated_at
    known = _known(communication)
    if known and known.source:
        return
    mark = ReadMark.objects.filter(channel=communication.channel_id).first() or ReadMark()
    allowed = SourcesAllowed.objects.filter(channel=communication.channel_id).first() or SourcesAllowed()
    _conversations(mark, allowed, asked)
    source, began = _source(mark, allowed, known, asked)
    StartKnowledge.objects.update_or_create(
        communication=communication, defaults={"asked_at": asked, "source": source, "began": began}
    )


def waiting() -> dict[int, list[Communication]]:
    """Return the communications that wait to know who stopped, by channel."""
    planning = Communication.objects.filter(state=CommunicationState.PLANNING).select_related(
        "channel", "variant__template__channel", "start_knowledge"
    )
    found: dict[int, list[Communication]] = {}
    for communication in planning.order_by("updated_at", "pk"):
        known = getattr(communication, "start_knowledge", None)
        settled = known and known.source and known.asked_at == communication.updated_at
        if communication.channel_id and communication.variant and not settled:
            found.setdefault(communication.channel_id, []).append(communication)
    return found


def look_up(channel: Channel, communications: Iterable[Communication], beat: Callable[[], None]) -> None:
    """Look up the people of each start that was not looked up yet; read all customers instead where that is less."""
    for communication in communications:
        asked, mark = communication.updated_at, ReadMark.objects.get(channel=channel)
        if _known(communication) or (mark.customers_at and mark.customers_at >= asked):
            continue
        cheaper, began = _calls_of_a_round(mark), now()
        found = look_up_people(channel, communication, cheaper, beat)
        if found.outcome != DONE and cheaper is not None:
            read_round(channel, beat)
        StartKnowledge.objects.update_or_create(
            communication=communication,
            defaults={
                "asked_at": asked,
                "lookup": found.outcome,
                "source": "",
                "began": began,
                "people": found.people,
                "unknown": found.unknown,
            },
        )


def needs_round(communications: Iterable[Communication]) -> bool:
    """Say whether one of these starts waits for a reading of all customers."""
    known = (_known(communication) for communication in communications)
    return any(row and row.lookup != DONE and not row.source for row in known)


def _known(communication: Communication) -> StartKnowledge | None:
    rows = StartKnowledge.objects.filter(communication=communication, asked_at=communication.updated_at)
    return rows.first()


def _calls_of_a_round(mark: ReadMark) -> int | None:
    """Return how many calls read all customers; None when that is not known, or more than a start waits for."""
    if mark.customers_number is None:
        return None
    calls = ceil(mark.customers_number / PAGE) + END_OF_LIST
    return calls if calls <= MOST_CALLS else None


def _conversations(mark: ReadMark, allowed: SourcesAllowed, asked: datetime) -> None:
    if mark.at and mark.at >= asked:
        return
    if mark.absent_at and mark.absent and mark.absent_at >= asked:
        if allowed.stopped_alone:
            return
        raise CannotKnow(Trouble.CONVERSATIONS_ABSENT)
    if mark.problem_at and mark.problem_at >= asked:
        raise CannotKnow(Trouble.OPT_OUTS_UNREAD)
    raise NotYet


def _source(
    mark: ReadMark, allowed: SourcesAllowed, known: StartKnowledge | None, asked: datetime
) -> tuple[str, datetime]:
    if mark.customers_at and mark.customers_at >= asked:
        return CUSTOMERS, mark.customers_at
    if known is None:
        raise NotYet
    if known.lookup == DONE:
        return LOOKUP, known.began or asked
    if mark.customers_at and mark.customers_at >= now() - limit():
        return CUSTOMERS, mark.customers_at
    if mark.customers_at and allowed.older:
        return OLDER, mark.customers_at
    if mark.customers_problem_at and mark.customers_problem_at >= asked:
        raise CannotKnow(Trouble.OPT_OUTS_UNREAD)
    raise NotYet
