"""What goes back to the provider after a page was judged: names, fields, and states by explicit rules only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffetta.contacts.consent import counts
from staffetta.contacts.models import ConsentState, ConsentValue, Purpose
from staffetta.contacts.suppression import suppressed_among
from staffetta.contacts.types import TypeFault, Value
from staffetta.sync.convert import back
from staffetta.sync.judge import Verdict, values_here
from staffetta.sync.mapping import Last, Rule, Unusable, split_name
from staffetta.sync.mapping import there as read
from staffetta.sync.models import Direction, Kind, Meaning, SyncRun, SyncWrite, WriteState
from staffetta.sync.setup import NAME, NUMBER, Setup
from staffetta.sync.store import SAMPLES

NAME_PARTS = (Kind.FIRST_NAME, Kind.LAST_NAME)
OPT_OUT_STOP, OPT_IN_START = "opt_out_stop", "opt_in_start"
SUPPRESSED_BLOCK, FREE_UNBLOCK = "suppressed_block", "free_unblock"
DELETED_DELETE = "deleted_delete"
RULES: dict[str, Promise] = {
    OPT_OUT_STOP: _("Who opted out here is stopped on Sinch Engage"),
    OPT_IN_START: _("Who agreed here and is stopped on Sinch Engage is started again"),
    SUPPRESSED_BLOCK: _("Who is suppressed here is blocked on Sinch Engage"),
    FREE_UNBLOCK: _("Who is blocked on Sinch Engage and not suppressed here is unblocked"),
    DELETED_DELETE: _("Who is deleted here is deleted on Sinch Engage, for good"),
}


def plan_writes(verdicts: Sequence[Verdict], run: SyncRun, setup: Setup) -> None:
    """Keep one row for each change at the provider, to be written after the reading; of a rehearsal, samples."""
    if setup.configuration.direction == Direction.FROM:
        return
    writes = [*_fields(verdicts, setup), *_states(verdicts, setup)]
    kept = writes
    if run.rehearsal:
        kept = [write for write in writes if write.state != WriteState.FAILED][: max(SAMPLES - run.writes_planned, 0)]
    for write in kept:
        write.run = run
        if run.rehearsal:
            write.state = WriteState.PLANNED
    SyncWrite.objects.bulk_create(kept, batch_size=500, ignore_conflicts=True)
    SyncRun.objects.filter(pk=run.pk).update(writes_planned=F("writes_planned") + len(writes))


def _fields(verdicts: Iterable[Verdict], setup: Setup) -> Iterable[SyncWrite]:
    rules = {rule.target: rule for rule in setup.rules}
    for verdict in verdicts:
        if not verdict.write or verdict.contact is None:
            continue
        write = SyncWrite(customer_id=verdict.customer.id, contact=verdict.contact, deed="fields")
        try:
            _fill(write, verdict, rules)
        except (TypeFault, Unusable) as fault:
            write.state, write.problem = WriteState.FAILED, fault.code
        if write.name is not None or write.fields or write.problem:
            yield write


def _fill(write: SyncWrite, verdict: Verdict, rules: Mapping[str, Rule]) -> None:
    """Say what is written, and how both sides stand once it is; raises TypeFault or Unusable."""
    there, values = verdict.customer, verdict.write
    first, last = split_name(there.name)
    for target, value in values.items():
        rule = rules[target]
        if rule.kind == Kind.FIRST_NAME:
            first = str(value)
        elif rule.kind == Kind.LAST_NAME:
            last = str(value)
        elif rule.source == NAME:
            write.name = back(value, rule.here_type, "text", rule.pairs)
        elif rule.source != NUMBER:  # the address itself cannot be changed
            write.fields[rule.source] = back(value, rule.here_type, rule.there_type, rule.pairs)
    if any(rules[target].kind in NAME_PARTS for target in values):
        write.name = f"{first} {last}".strip()
    then = replace(
        there, name=there.name if write.name is None else write.name, fields={**there.fields, **write.fields}
    )
    for rule in rules.values():
        if rule.target in values or (rule.kind in NAME_PARTS and write.name is not None):
            write.last[rule.target] = _standing(rule, verdict, read(rule, then))


def _standing(rule: Rule, verdict: Verdict, then: Value) -> list[Any]:
    """Return what the link keeps of a field of which the provider will say `then`, by our own writing."""
    here = values_here(verdict.contact).get(rule.target, "") if verdict.contact else ""
    if rule.target in verdict.write or read(rule, verdict.customer) == here:
        return Last(then, here, agreed=then != here).as_list()
    return [then, *verdict.last.get(rule.target, ["", here])[1:]]


def _states(verdicts: Sequence[Verdict], setup: Setup) -> Iterable[SyncWrite]:
    rules = set(setup.configuration.state_rules)
    if DELETED_DELETE in rules:
        for verdict in verdicts:
            if verdict.reason == "deleted_here":
                yield SyncWrite(customer_id=verdict.customer.id, deed="delete")
    people = [verdict for verdict in verdicts if verdict.contact]
    if rules & {OPT_OUT_STOP, OPT_IN_START}:
        yield from _by_consent(people, rules, setup)
    if rules & {SUPPRESSED_BLOCK, FREE_UNBLOCK}:
        yield from _by_suppression(people, rules, setup)


def _means(verdict: Verdict, setup: Setup, meaning: str) -> bool:
    """Say whether the customer's own state gives them this here: a run has written it by now, a rehearsal has not."""
    there, configuration = verdict.customer, setup.configuration
    stopped = there.stopped and configuration.stopped_means == meaning
    return stopped or (there.blocked and configuration.blocked_means == meaning)


def _by_consent(people: Sequence[Verdict], rules: set[str], setup: Setup) -> Iterable[SyncWrite]:
    states = dict(
        ConsentState.objects.filter(
            counts(),
            contact__in=[verdict.contact.pk for verdict in people if verdict.contact],
            platform=setup.platform,
            purpose=Purpose.MARKETING,
        ).values_list("contact_id", "value")
    )
    for verdict in people:
        said = states.get(verdict.contact.pk) if verdict.contact else None
        if _means(verdict, setup, Meaning.OPT_OUT):
            said = ConsentValue.NO
        if OPT_OUT_STOP in rules and said == ConsentValue.NO and not verdict.customer.stopped:
            yield _state(verdict, "stop")
        elif OPT_IN_START in rules and said == ConsentValue.YES and verdict.customer.stopped:
            yield _state(verdict, "start")


def _by_suppression(people: Sequence[Verdict], rules: set[str], setup: Setup) -> Iterable[SyncWrite]:
    addresses = {id(verdict): _address(verdict) for verdict in people}
    suppressed = suppressed_among(setup.platform, filter(None, addresses.values()))
    for verdict in people:
        closed = addresses[id(verdict)] in suppressed or _means(verdict, setup, Meaning.SUPPRESS)
        if SUPPRESSED_BLOCK in rules and closed and not verdict.customer.blocked:
            yield _state(verdict, "block")
        elif FREE_UNBLOCK in rules and not closed and verdict.customer.blocked:
            yield _state(verdict, "unblock")


def _address(verdict: Verdict) -> str:
    contact = verdict.contact
    return (contact.phone or contact.telegram_id or "") if contact else ""


def _state(verdict: Verdict, deed: str) -> SyncWrite:
    stored = verdict.contact if verdict.contact and verdict.contact.pk else None
    return SyncWrite(customer_id=verdict.customer.id, contact=stored, deed=deed)
