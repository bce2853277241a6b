"""The circuit breakers: what fails too often stops by itself, says why with its numbers, and a person lets it go on.

* A **channel** that gets no answer, or no connection, ten times in a row pauses: its rows wait. After a rest that
  doubles one message tries it; a success closes the breaker, and so does nothing else but a person's "try again".
* A **template** refused twenty times in a row holds the communications that use it.
* A **communication** of which, after twenty, more than a fifth is refused for one reason is held.

One thing opens one incident. A communication refused whole is its template refused in a row: the template's incident is
the one told, since it also covers the other communications and the single messages that the same template would fail,
and ends by the first message that is taken. The communication is held all the same, with the template as its reason.

Numbers and reasons: retry_table.py. The counters are written with the records, in their transaction, and only when
they change: a run without failures costs nothing.
"""

from collections.abc import Sequence

from django.db.models import QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.hold import Trouble
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger.counts import counts_of
from staffetta.deliveries.ledger.marks import Answer
from staffetta.deliveries.ledger.retry_table import COMMUNICATION_SHARE, COMMUNICATION_TRIED, TABLE, Does
from staffetta.deliveries.ledger.streaks import INCIDENT
from staffetta.deliveries.models import TAKEN, Breaker, BreakerKind, DeliveryState
from staffetta.deliveries.sending.watch import hold_one, hold_running
from staffetta.notices import incidents
from staffetta.work.clock import now
from staffetta.work.wake import wake

EVERY = 2.0


def paused() -> QuerySet[Breaker]:
    """Return the breakers of channels that pause at this moment."""
    return Breaker.objects.filter(kind=BreakerKind.CHANNEL, retry_at__gt=now())


def hold_users(variant_id: int) -> None:
    """Hold the running communications of a template that is refused again and again; call before `judge`.

    One that was held a moment ago for its own refusals has the template for its reason from now on, and
    `close_what_went_on` closes its incident: what was in flight then showed that the template is refused in a row.
    """
    hold_running(Trouble.TEMPLATE_FAILING, variant=variant_id)
    own = Communication.objects.filter(state=CommunicationState.HELD, held_reason=Trouble.TOO_MANY_REFUSED)
    own.filter(variant=variant_id).update(held_reason=Trouble.TEMPLATE_FAILING)


def judge(answers: Sequence[Answer]) -> bool:
    """Hold the communications among `answers` of which too many are refused; call once they are recorded.

    One that its template holds already opens no incident of its own: `hold_users` comes first. Three queries for each
    communication with a refusal among the answers, none without one.
    """
    refused = (answer for answer in answers if _counts(answer.outcome) and answer.state == DeliveryState.FAILED)
    suspects = {answer.communication_id for answer in refused if answer.communication_id is not None}
    held = [_judge_one(communication_id) for communication_id in sorted(suspects)]
    return any(held)


def try_again(breaker: Breaker, by: User | None) -> bool:
    """A person's word: a paused channel is tried at once, a template's refusals are forgotten.

    False when nothing paused.
    """
    rows = Breaker.objects.filter(pk=breaker.pk, opened_at__isnull=False)
    if breaker.kind == BreakerKind.CHANNEL:
        done = rows.update(retry_at=now())
        target: Channel | TemplateVariant | None = Channel.objects.filter(pk=breaker.subject).first()
    else:
        done = rows.update(failures=0, opened_at=None, cause="")
        target = TemplateVariant.objects.filter(pk=breaker.subject).first()
        incidents.success(INCIDENT[BreakerKind(breaker.kind)], str(breaker.subject))
    if done:
        of_channel = breaker.kind == BreakerKind.CHANNEL
        audit.record(by, "channel_tried_again" if of_channel else "template_tried_again", target)
        wake()
    return bool(done)


def close_what_went_on() -> int:
    """Close the incidents of communications that a person resumed or stopped; return how many."""
    closed = _forget_removed()
    for row in Breaker.objects.filter(kind=BreakerKind.COMMUNICATION, opened_at__isnull=False):
        if _held_for(row.subject) != Trouble.TOO_MANY_REFUSED:
            Breaker.objects.filter(pk=row.pk).update(opened_at=None)
            closed += incidents.success(INCIDENT[BreakerKind.COMMUNICATION], str(row.subject))
    return closed


def _forget_removed() -> int:
    """Forget the channels that were disconnected: their number is never given again."""
    gone = Breaker.objects.filter(of_channel__gt=0).exclude(of_channel__in=Channel.objects.values("pk"))
    for row in gone:
        incidents.success(INCIDENT[BreakerKind(row.kind)], str(row.subject))
    return gone.delete()[0]


def _held_for(communication_id: int) -> str:
    """Return why it is held, "" when it is not."""
    held = Communication.objects.filter(pk=communication_id, state=CommunicationState.HELD)
    return held.values_list("held_reason", flat=True).first() or ""


def _counts(outcome: str) -> bool:
    rule = TABLE.get(outcome)
    return rule is not None and rule.communication is Does.COUNTS


def _judge_one(communication_id: int) -> bool:
    counted = {f"{state} {reason}": number for (state, reason), number in counts_of(communication_id).items()}
    rows = Breaker.objects.filter(kind=BreakerKind.COMMUNICATION, subject=communication_id)
    if _held_for(communication_id):
        # What was in flight when it was held is not held against it once a person lets it go on.
        rows.update_or_create(kind=BreakerKind.COMMUNICATION, subject=communication_id, defaults={"before": counted})
        return False
    known = rows.first()
    before = known.before if known else {}
    since = {place: number - before.get(place, 0) for place, number in counted.items()}
    tried = sum(number for place, number in since.items() if place.split(" ")[0] in (*TAKEN, DeliveryState.FAILED))
    failed = {place: number for place, number in since.items() if place.startswith(f"{DeliveryState.FAILED} ")}
    place, number = max(
        ((place, number) for place, number in failed.items() if _counts(place.split(" ")[1])),
        key=lambda each: each[1],
        default=("", 0),
    )
    if tried < COMMUNICATION_TRIED or number <= COMMUNICATION_SHARE * tried:
        return False
    return _open(communication_id, place.split(" ")[1], number, tried, counted)


def _open(communication_id: int, cause: str, failed: int, tried: int, counted: dict[str, int]) -> bool:
    """Hold it, and judge from here on."""
    values: dict[str, object] = {"before": counted}
    held = hold_one(communication_id, Trouble.TOO_MANY_REFUSED)
    if held:
        values |= {
            "failures": failed,
            "tried": tried,
            "cause": cause,
            "opened_at": now(),
        }
    rows = Breaker.objects.filter(kind=BreakerKind.COMMUNICATION, subject=communication_id)
    if not rows.update(**values):
        Breaker.objects.create(kind=BreakerKind.COMMUNICATION, subject=communication_id, **values)
    if held:
        name = Communication.objects.values_list("name", flat=True).get(pk=communication_id)
        incidents.failure(INCIDENT[BreakerKind.COMMUNICATION], str(communication_id), name, cause, f"{failed}/{tried}")
    return held
