"""What goes back to the provider after a page was judged: names, fields, and states by explicit rules only."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffetta.contacts.consents.consent import counts
from staffetta.contacts.consents.suppression import addresses_of, suppressed_among
from staffetta.contacts.fields.types import TypeFault, Value
from staffetta.contacts.models import ConsentState, ConsentValue, Purpose
from staffetta.sync.convert import back
from staffetta.sync.judge import Verdict, values_here
from staffetta.sync.mapping import Last, Rule, Unusable, split_name
from staffetta.sync.mapping import there as read
from staffetta.sync.models import Direction, Kind, Meaning, SyncRun, SyncWrite, WriteState
from staffetta.sync.own_states import without_own
from staffetta.sync.refusals import claim_of, claim_of_address, claimed
from staffetta.sync.setup import NAME, NUMBER, Setup
from staffetta.sync.store import SAMPLES

type Own = Set[tuple[str, str]]
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


def plan_writes(verdicts: Sequence[Verdict], run: SyncRun, setup: Setup, own: Own = frozenset()) -> None:
    """Keep one row for each change at the provider, to be written after the reading; of a rehearsal, samples.

    `own` are the states we set there: they mean nothing here, and are taken back when what they stood for has ended.
    """
    if setup.configuration.direction == Direction.FROM:
        return
    states = {(write.customer_id, write.deed): write for write in _states(verdicts, run, setup, own)}
    writes = [*_fields(verdicts, setup), *states.values()]
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


def _states(verdicts: Sequence[Verdict], run: SyncRun, setup: Setup, own: Own) -> Iterable[SyncWrite]:
    rules = set(setup.configuration.state_rules)
    if DELETED_DELETE in rules:
        for verdict in verdicts:
            if verdict.reason == "deleted_here":
                yield SyncWrite(customer_id=verdict.customer.id, deed="delete")
    people = [verdict for verdict in verdicts if verdict.contact]
    stopped_by_us = {customer for customer, state in own if state == "stopped"}
    blocked_by_us = {customer for customer, state in own if state == "blocked"}
    if rules & {OPT_OUT_STOP, OPT_IN_START} or stopped_by_us:
        yield from _by_consent(people, run, setup, own, stopped_by_us)
    if rules & {SUPPRESSED_BLOCK, FREE_UNBLOCK} or blocked_by_us:
        # Whoever we blocked is unblocked also if they are no contact any more, or cannot be read.
        blocked = [verdict for verdict in verdicts if verdict.contact or verdict.customer.id in blocked_by_us]
        yield from _by_suppression(blocked, run, setup, own, blocked_by_us)


def _means(verdict: Verdict, setup: Setup, meaning: str, own: Own) -> bool:
    """Say whether the customer's own state gives them this here: a run has written it by now, a rehearsal has not."""
    [there] = without_own([verdict.customer], own)
    configuration = setup.configuration
    stopped = there.stopped and configuration.stopped_means == meaning
    return stopped or (there.blocked and configuration.blocked_means == meaning)


def _by_consent(
    people: Sequence[Verdict], run: SyncRun, setup: Setup, own: Own, by_us: Collection[str]
) -> Iterable[SyncWrite]:
    rules, ids = setup.configuration.state_rules, {verdict.contact.pk for verdict in people if verdict.contact}
    # A run has written by now what another customer of the same person says, a rehearsal only keeps it in mind.
    refused = claimed(run, {claim_of(pk) for pk in ids}) if run.rehearsal else set[str]()
    states = dict(
        ConsentState.objects.filter(
            counts(),
            contact__in=ids,
            platform=setup.platform,
            purpose=Purpose.MARKETING,
        ).values_list("contact_id", "value")
    )
    for verdict in people:
        said = states.get(verdict.contact.pk) if verdict.contact else None
        if _means(verdict, setup, Meaning.OPT_OUT, own) or (
            verdict.contact and claim_of(verdict.contact.pk) in refused
        ):
            said = ConsentValue.NO
        if OPT_OUT_STOP in rules and said == ConsentValue.NO and not verdict.customer.stopped:
            yield _state(verdict, "stop")
        elif not verdict.customer.stopped or said == ConsentValue.NO:
            continue
        elif verdict.customer.id in by_us or (OPT_IN_START in rules and said == ConsentValue.YES):
            yield _state(verdict, "start")


def _by_suppression(
    people: Sequence[Verdict], run: SyncRun, setup: Setup, own: Own, by_us: Collection[str]
) -> Iterable[SyncWrite]:
    rules = setup.configuration.state_rules
    addresses = {id(verdict): _addresses(verdict, setup.platform) for verdict in people}
    all_of_them = {each for those in addresses.values() for each in those}
    suppressed = suppressed_among(setup.platform, all_of_them)
    if run.rehearsal:
        kept = claimed(run, {claim_of_address(each) for each in all_of_them})
        suppressed |= {each for each in all_of_them if claim_of_address(each) in kept}
    for verdict in people:
        closed = not suppressed.isdisjoint(addresses[id(verdict)]) or _means(verdict, setup, Meaning.SUPPRESS, own)
        if SUPPRESSED_BLOCK in rules and closed and not verdict.customer.blocked:
            yield _state(verdict, "block")
        elif verdict.customer.blocked and not closed and (verdict.customer.id in by_us or FREE_UNBLOCK in rules):
            yield _state(verdict, "unblock")


def _addresses(verdict: Verdict, platform: str) -> list[str]:
    """Return the addresses an entry of the Blacklist may hold of a customer: theirs there, and the contact's."""
    return [verdict.customer.id, *(addresses_of(verdict.contact, platform) if verdict.contact else ())]


def _state(verdict: Verdict, deed: str) -> SyncWrite:
    stored = verdict.contact if verdict.contact and verdict.contact.pk else None
    return SyncWrite(customer_id=verdict.customer.id, contact=stored, deed=deed)
