"""Failures in a row of a channel and of its templates: counted with the records, in one transaction.

A channel has one sender at a time, so what it knows is read once a session and written when it changes: a run without
failures costs nothing. What opens here is acted upon by breaker.py; the numbers are those of retry_table.py.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from staffetta.channels.models import Channel, TemplateVariant
from staffetta.deliveries.ledger.marks import Answer
from staffetta.deliveries.ledger.policy import ACCEPTED, RELEASED
from staffetta.deliveries.ledger.retry_table import CHANNEL_IN_A_ROW, CHANNEL_REST, TABLE, TEMPLATE_IN_A_ROW, Does
from staffetta.deliveries.models import Breaker, BreakerKind, DeliveryState
from staffetta.notices import incidents
from staffetta.work.clock import now
from staffetta.work.pace import Pace
from staffetta.work.retry import wait_before

INCIDENT = {
    BreakerKind.CHANNEL: "channel_silent",
    BreakerKind.TEMPLATE: "template_refused_often",
    BreakerKind.COMMUNICATION: "communication_refused_often",
}


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures in a row of a channel or a template, as the row of `Breaker` has them."""

    failures: int = 0
    cause: str = ""
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    openings: int = 0


QUIET = Streak()
Thing = tuple[BreakerKind, int]


class Streaks:
    """What the one sender of a channel knows of the failures in a row: read once, written when it changes."""

    def __init__(self, channel_id: int) -> None:
        self.channel_id = channel_id
        self.channel: Thing = (BreakerKind.CHANNEL, channel_id)
        self.level: float = 1.0
        self.slowed_at: datetime | None = None
        self.blocked: float = 0.0
        self.known: dict[Thing, Streak] = {}
        for row in Breaker.objects.filter(of_channel=channel_id):
            thing = (BreakerKind(row.kind), row.subject)
            streak = Streak(row.failures, row.cause, row.opened_at, row.retry_at, row.openings)
            if streak != QUIET:
                self.known[thing] = streak
            if thing == self.channel:
                self.level, self.slowed_at, self.blocked = row.pace_level, row.slowed_at, row.blocked
        self.stored = dict(self.known)
        self._stored_slowed_at = self.slowed_at

    @property
    def silent(self) -> int:
        """How many sends of the channel in a row had no answer, or no connection."""
        return self._of(self.channel).failures

    @property
    def on_trial(self) -> bool:
        """Whether the channel paused: one message at a time, until one gets through."""
        return self._of(self.channel).opened_at is not None

    @property
    def resting(self) -> bool:
        """Whether the channel pauses at this moment."""
        retry_at = self._of(self.channel).retry_at
        return retry_at is not None and retry_at > now()

    def go_on(self, pace: Pace) -> None:
        """Let a session's pace begin where the former sender of the channel was slowed down to."""
        if self.slowed_at is not None:
            ago = max(0.0, (now() - self.slowed_at).total_seconds())
            pace.go_on_from(self.level, self.blocked - ago, ago)

    def after(self, answers: Sequence[Answer], pace: Pace) -> "Streaks":
        """Return what is known once `answers` came back, in their order; itself as long as everything goes well.

        A copy, since the transaction that records them may fail and be tried again.
        """
        if not self.known and all(answer.outcome in (ACCEPTED, RELEASED) for answer in answers):
            return self
        later = copy(self)
        later.known, later.stored = dict(self.known), dict(self.stored)
        for answer in answers:
            if answer.outcome != RELEASED:
                later.count(answer)
        if any(answer.outcome == "too_fast" for answer in answers):
            later.level, later.slowed_at, later.blocked = pace.level, now(), pace.blocked
        return later

    @property
    def changed(self) -> list[Thing]:
        """What has to be written."""
        things = dict.fromkeys((*self.known, *self.stored))
        found = [thing for thing in things if self.stored.get(thing, QUIET) != self._of(thing)]
        if self.slowed_at != self._stored_slowed_at and self.channel not in found:
            found.append(self.channel)
        return found

    def write(self) -> list[Thing]:
        """Write what changed, incidents along; call within the transaction of the records. Return what opened."""
        opened = []
        for thing in self.changed:
            before, streak = self.stored.get(thing, QUIET), self._of(thing)
            self._save(thing, streak)
            if streak.opened_at and (before.opened_at is None or _holds_again(thing, before, streak)):
                opened.append(thing)
            if streak.opened_at and before.opened_at is None:
                _tell(thing, streak)
            elif streak.opened_at:
                incidents.go_on(INCIDENT[thing[0]], str(thing[1]), streak.cause, str(streak.failures))
            elif before.opened_at and streak.opened_at is None:
                incidents.success(INCIDENT[thing[0]], str(thing[1]))
            self.stored[thing] = streak
        self._stored_slowed_at = self.slowed_at
        return opened

    def _of(self, thing: Thing) -> Streak:
        return self.known.get(thing, QUIET)

    def count(self, answer: Answer) -> None:
        """Count one answer; one that was released says nothing."""
        rule = TABLE.get(answer.outcome)
        template: Thing | None = (BreakerKind.TEMPLATE, answer.variant_id) if answer.variant_id else None
        if rule is not None and rule.channel is Does.COUNTS:
            self._fail(self.channel, answer.outcome)
        elif answer.outcome == ACCEPTED or (rule is not None and rule.state is DeliveryState.FAILED):
            self._end(self.channel)  # a refusal is an answer: the channel works
        if template and answer.outcome == ACCEPTED:
            self._end(template)
        elif template and rule is not None and rule.template is Does.COUNTS:
            self._fail(template, answer.outcome)

    def _end(self, thing: Thing) -> None:
        self.known.pop(thing, None)

    def _fail(self, thing: Thing, cause: str) -> None:
        streak = replace(self._of(thing), failures=self._of(thing).failures + 1, cause=cause)
        kind, present = thing[0], now()
        if kind is BreakerKind.TEMPLATE:
            if streak.failures >= TEMPLATE_IN_A_ROW and streak.opened_at is None:
                streak = replace(streak, opened_at=present)
        elif streak.failures >= CHANNEL_IN_A_ROW and (streak.retry_at is None or streak.retry_at <= present):
            rest = wait_before(streak.openings + 1, 1.0, CHANNEL_REST.first, CHANNEL_REST.longest)
            streak = replace(
                streak,
                opened_at=streak.opened_at or present,
                retry_at=present + timedelta(seconds=rest),
                openings=streak.openings + 1,
            )
        self.known[thing] = streak

    def _save(self, thing: Thing, streak: Streak) -> None:
        kind, subject = thing
        values = {
            "failures": streak.failures,
            "cause": streak.cause,
            "opened_at": streak.opened_at,
            "retry_at": streak.retry_at,
            "openings": streak.openings,
            "of_channel": self.channel_id,
        }
        if thing == self.channel:
            values |= {"pace_level": self.level, "slowed_at": self.slowed_at, "blocked": self.blocked}
        Breaker.objects.update_or_create(kind=kind, subject=subject, defaults=values)


def _holds_again(thing: Thing, before: Streak, streak: Streak) -> bool:
    """A template that is refused as often once more, after a person let its communications go on."""
    kind, _ = thing
    return kind is BreakerKind.TEMPLATE and streak.failures // TEMPLATE_IN_A_ROW > before.failures // TEMPLATE_IN_A_ROW


def _tell(thing: Thing, streak: Streak) -> None:
    kind, subject = thing
    if kind is BreakerKind.CHANNEL:
        named: Channel | TemplateVariant | None = Channel.objects.filter(pk=subject).first()
    else:
        named = TemplateVariant.objects.select_related("template").filter(pk=subject).first()
    incidents.failure(INCIDENT[kind], str(subject), str(named or subject), streak.cause, str(streak.failures))
