"""Plan: one row of the ledger for every person of a communication, before the first send; values are frozen here.

Runs as a lane, a piece at a time: a piece commits its rows together with how far it came (`planned_to`), so that
planning may be killed anywhere and goes on behind the last row written. A lane and not a job, since a piece must be
short, there are any number of them, and nothing has to look for lost tasks. On SQLite people are composed outside the
transaction, so that other writers wait for the writing only; on PostgreSQL the next are composed while the server
writes those before (work/databases.together).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import batched
from typing import Any

from django.db import connection, transaction

from staffetta.channels.models import TemplateVariant
from staffetta.communications.compose import Composed, Composer, Missing
from staffetta.communications.header_file import header_file_trouble
from staffetta.communications.hold import Trouble, audience_of, audience_trouble, hold, trouble_of
from staffetta.communications.models import Communication, CommunicationState, Composition, TransactionalMessage
from staffetta.contacts.audiences.recipients import LeftOut, Recipient, recipients
from staffetta.contacts.fields.person_zone import zone_of
from staffetta.contacts.models import Contact, Purpose
from staffetta.deliveries.ledger import questions, states
from staffetta.deliveries.models import Delivery, DeliveryCount, DeliveryKind, DeliveryState
from staffetta.work import set_aside
from staffetta.work.clock import now, timed_uuid
from staffetta.work.database import statistics
from staffetta.work.database.databases import postgres, stamp, together
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items
from staffetta.work.wake import wake

PIECE = 1000
"""People of one statement: while PostgreSQL writes some the next ones are composed."""
MOVED, FEW = 0.05, 5
"""A scheduled start goes on by itself while its number of people moved by no more than this part, or so few."""
DUPLICATE_ADDRESS = "duplicate_address"
CANNOT_HANDLE = "cannot_handle"
logger = logging.getLogger(__name__)

Hook = Callable[[Communication], None]
before_plan: list[Hook] = []
"""What must be known before anybody is planned. A hook returns, or raises NotYet or CannotKnow."""


def register_before_plan(hook: Hook) -> None:
    """Ask `hook` before each piece of planning; the same hook twice counts once."""
    if hook not in before_plan:
        before_plan.append(hook)


class NotYet(Exception):
    """Planning has to wait: somebody is finding out what it must know."""


class CannotKnow(Exception):
    """What planning must know could not be found out; the communication is held until a person resumes it."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class PlannedElsewhere(Exception):
    """Another worker wrote this piece, or a person stopped the communication: what we made of it is dropped."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One person and what becomes of them: a composed message, or the reason why there is none."""

    recipient: Recipient
    composed: Composed | None
    reason: str


def work(context: LaneContext) -> bool:
    """Plan one piece of each communication that waits for it; True while there may be more."""
    more, items = False, Items("plan")
    waiting = Communication.objects.filter(state=CommunicationState.PLANNING).order_by("start_asked_at", "id")
    for communication_id, name in list(waiting.values_list("id", "name")):
        if context.stopping():
            return False
        step = partial(plan, communication_id)
        more = bool(items.handle(f"communication:{communication_id}", step, name=name)) or more
    return more


def plan(communication_id: int) -> bool:
    """Plan the next piece of a communication; False when it is planned whole, held, stopped, or has to wait."""
    communication = (
        Communication.objects.select_related("channel", "variant__template__channel")
        .filter(pk=communication_id, state=CommunicationState.PLANNING)
        .first()
    )
    if communication is None:
        return False
    if trouble := trouble_of(communication) or audience_trouble(communication):
        hold(communication.pk, trouble)
        return False
    try:
        for hook in before_plan:
            hook(communication)
        if not communication.planned_to and (trouble := header_file_trouble(communication)):
            raise CannotKnow(trouble)
        return write_piece(communication)
    except NotYet:
        return False
    except CannotKnow as error:
        hold(communication.pk, error.trouble)
        return False
    except PlannedElsewhere:
        return True


def plan_one(
    composition: TransactionalMessage | Communication,
    contact: Contact,
    address: str,
    composed: Composed,
    *,
    test: bool = False,
    useless_after: timedelta | None = None,
) -> Delivery:
    """Write one row of its own, a transactional message or a test send, within the caller's transaction.

    The caller has looked at consent, template and channel; `address` is as the provider wants it. Not sent yet after
    `useless_after`, it is not sent any more (None: as the transactional message says). The lanes are woken on commit.
    """
    kind = DeliveryKind.TEST if test else DeliveryKind.TRANSACTIONAL
    public_id = timed_uuid()
    row = {
        "public_id": public_id.hex,
        "contact_id": contact.pk,
        "contact_name": contact.full_name,
        "address": address,
        "parameters": composed.parameters(),
        "zone": "",
        "state": DeliveryState.WAITING,
        "reason": "",
    }
    frozen = _frozen(composition, kind) | {"expires_at": _expiry(composition, kind, useless_after)}
    with transaction.atomic():
        states.keep(frozen)
        states.insert([row], frozen)
        wake()
    return Delivery.objects.get(public_id=public_id)


def purpose_of(category: str) -> Purpose:
    """Return which consent a template of this category needs."""
    return Purpose.MARKETING if category.upper() == "MARKETING" else Purpose.SERVICE


def read(communication: Communication, after: int) -> list[Recipient]:
    """Return the next people of the audience behind the contact `after`, at most `at_once`; none at its end."""
    purpose = purpose_of(_variant(communication).category)
    return recipients(audience_of(communication), communication.platform, purpose, after, at_once())


def at_once() -> int:
    """Return how many people are planned in one transaction."""
    return PIECE * (4 if postgres() else 2)


def write_piece(communication: Communication) -> bool:
    """Write the rows of the next people, whatever `before_plan` says; False when everybody is planned.

    Raises PlannedElsewhere and CannotKnow.
    """
    people = read(communication, communication.planned_to)
    if not people:
        _compare_with_confirmed(communication)
        return _finish(communication)
    pieces = _composed(communication, people)
    if not postgres():
        pieces = list(pieces)
    frozen, zones = _frozen(communication, DeliveryKind.COMMUNICATION), set(communication.zones)
    with transaction.atomic():
        mine = Communication.objects.filter(pk=communication.pk)
        moved = mine.filter(state=CommunicationState.PLANNING, planned_to=communication.planned_to).update(
            planned_to=people[-1].contact_id
        )
        if not moved:
            raise PlannedElsewhere
        states.keep(frozen)
        with together(checked=True):
            for rows in pieces:
                states.insert(rows, frozen)
                zones |= {str(row["zone"]) for row in rows if row["zone"]}
        if zones != set(communication.zones):
            mine.update(zones=sorted(zones))
    planned = sum(DeliveryCount.objects.filter(communication=communication).values_list("number", flat=True))
    statistics.grown("deliveries", planned - len(people), planned)
    return True


def _composed(communication: Communication, people: Sequence[Recipient]) -> Iterable[list[dict[str, object]]]:
    """Return the rows of these people, some at a time."""
    taken = _addresses_taken(communication, [person.address for person in people if not person.reason])
    decided = judged(communication, people, taken)
    return ([_row(planned) for planned in some] for some in batched(decided, PIECE))


def _compare_with_confirmed(communication: Communication) -> None:
    """The rehearsal repeated: planning has just judged everybody. Raises CannotKnow when the numbers moved too far."""
    if communication.confirmed is None:
        return
    counted = DeliveryCount.objects.filter(communication=communication, state=DeliveryState.WAITING)
    waiting = sum(counted.values_list("number", flat=True))
    if abs(waiting - communication.confirmed) > max(FEW, communication.confirmed * MOVED):
        raise CannotKnow(Trouble.NUMBERS_MOVED)


def _finish(communication: Communication) -> bool:
    with transaction.atomic():
        Communication.objects.filter(
            pk=communication.pk, state=CommunicationState.PLANNING, planned_to=communication.planned_to
        ).update(state=CommunicationState.RUNNING, started_at=now(), updated_at=now())
        wake()
    return False


def judged(communication: Communication, people: Sequence[Recipient], taken: set[str]) -> Iterator[Planned]:
    """Decide about each person; `taken` are the addresses that have a message already, and grows along."""
    variant = _variant(communication)
    composer = Composer(
        variant.variables, variant.components, communication.mapping, communication.header_media, variant.category
    )
    for person in people:
        if person.reason != LeftOut.NO:
            yield Planned(person, None, person.reason.value)
        elif person.address in taken:
            yield Planned(person, None, DUPLICATE_ADDRESS)
        elif isinstance(composed := _composed_for(composer, person), Composed):
            taken.add(person.address)
            yield Planned(person, composed, "")
        else:
            yield Planned(person, None, composed.reason)


def _composed_for(composer: Composer, person: Recipient) -> Composed | Missing:
    """Compose one message; whoever it fails for is left out with that reason."""
    try:
        return set_aside.call("plan", f"contact:{person.contact_id}", lambda: composer.compose(person.values))
    except Exception as error:  # own_fault decides which of them go on up
        if not set_aside.own_fault(error):
            raise
        logger.exception("contact %s: no message could be composed", person.contact_id)
        return Missing(CANNOT_HANDLE, ())


def _addresses_taken(communication: Communication, addresses: Sequence[str]) -> set[str]:
    """Return which of the addresses have a row that may be sent: of two contacts with one number the first counts."""
    with connection.cursor() as cursor:
        return questions.addresses_taken(cursor, communication.pk, addresses)


def _row(planned: Planned) -> dict[str, object]:
    return {
        "public_id": timed_uuid().hex,
        "contact_id": planned.recipient.contact_id,
        "contact_name": planned.recipient.name[:400],
        "address": planned.recipient.address,
        "parameters": planned.composed.parameters() if planned.composed else {},
        "zone": zone_of_person(planned.recipient) if planned.composed else "",
        "state": DeliveryState.NOT_SENT if planned.reason else DeliveryState.WAITING,
        "reason": planned.reason,
    }


def zone_of_person(person: Recipient) -> str:
    """Return the zone whose hours hold for a person.

    Frozen for everybody: hours may be set, or the installation's quiet hours changed, after the planning.
    """
    return zone_of(person.values["time_zone"], person.values["phone"])


def _frozen(composition: Composition, kind: str) -> dict[str, object]:
    variant, present = _variant(composition), stamp(now())
    is_communication = isinstance(composition, Communication)
    return {
        "kind": kind,
        "communication_id": composition.pk if is_communication else None,
        "transactional_id": None if is_communication else composition.pk,
        "channel_id": composition.channel_id,
        "channel_provider_id": composition.channel.provider_id if composition.channel else "",
        "variant_id": variant.pk,
        "template_name": variant.template.name,
        "template_language": variant.language_raw or variant.language,
        "fingerprint": variant.fingerprint,
        "category": variant.category,
        "provider_code": "",
        "provider_reason": "",
        "provider_message_id": "",
        "attempt": 0,
        "not_before": present,
        "created_at": present,
        "settled_by": "",
        "expires_at": None,
        "looks": 0,
    }


def _expiry(composition: Composition, kind: str, useless_after: timedelta | None) -> Any:
    if kind != DeliveryKind.TRANSACTIONAL or not isinstance(composition, TransactionalMessage):
        return None
    if useless_after is None and composition.expires_in:
        useless_after = timedelta(minutes=composition.expires_in)
    return stamp(now() + useless_after) if useless_after else None


def _variant(composition: Composition) -> TemplateVariant:
    if composition.variant is None:
        raise ValueError("a composition without a template cannot be planned")
    return composition.variant
