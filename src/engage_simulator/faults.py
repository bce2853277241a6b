"""What is set to go wrong: rules that say which requests they catch, and what happens to those.

A rule is `{"match": {…}, "action": {…}, "times": N}`. Every member of `match` that is given has to fit; `nth`, `every`
and `after` then choose among those requests by their number, counted per rule from 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from .calls import OPERATIONS, Call
from .template import Row

KINDS = {
    "latency": frozenset({"ms"}),
    "answer": frozenset({"status", "code", "reason", "body", "headers", "accepted"}),
    "rate_limit": frozenset({"retry_after"}),
    "html": frozenset({"status", "accepted"}),
    "garbage": frozenset({"status", "accepted"}),
    "truncate": frozenset({"accepted"}),
    "reset": frozenset({"accepted"}),
    "hang": frozenset({"accepted", "seconds"}),
}
MATCHES = frozenset({"method", "path", "operation", "channel", "recipient", "template", "nth", "every", "after"})


class BadFault(ValueError):
    """The rule makes no sense; the text says why."""


@dataclass
class Rule:
    """One rule with its counters: `seen` requests that fit, `hits` of them that were caught."""

    id: str
    match: Row
    action: Row
    times: int | None = None
    seen: int = 0
    hits: int = 0
    recipients: frozenset[str] = field(default_factory=frozenset)

    @property
    def kind(self) -> str:
        return str(self.action["kind"])

    @property
    def accepted(self) -> bool:
        """Whether the request is carried out before things go wrong."""
        return bool(self.action.get("accepted", False))

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def row(self) -> Row:
        return {
            "id": self.id,
            "match": self.match,
            "action": self.action,
            "times": self.times,
            "seen": self.seen,
            "hits": self.hits,
        }

    def catches(self, call: Call, channel: str) -> bool:
        """Count the request if it fits, and say whether it is caught."""
        if not self._fits(call, channel):
            return False
        self.seen += 1
        if self.spent or not self._chosen():
            return False
        self.hits += 1
        return True

    def _fits(self, call: Call, channel: str) -> bool:
        asked = {
            "method": call.method,
            "operation": call.operation,
            "channel": channel,
            "template": call.template,
        }
        if any(name in self.match and self.match[name] != value for name, value in asked.items()):
            return False
        if self.recipients and call.recipient not in self.recipients:
            return False
        return call.path.startswith(str(self.match.get("path", "")))

    def _chosen(self) -> bool:
        nth, every = self.match.get("nth"), int(self.match.get("every", 1))
        if nth is not None and self.seen not in (nth if isinstance(nth, list) else [nth]):
            return False
        return self.seen % every == 0 and self.seen > int(self.match.get("after", 0))


class Faults:
    """The rules in force, in the order they were added."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._numbers = count(1)

    def add(self, row: Row) -> Rule:
        """A new rule; BadFault says what is wrong with it."""
        rule = _read_rule(row, f"f{next(self._numbers)}")
        self.rules.append(rule)
        return rule

    def replace(self, rows: Iterable[Row]) -> None:
        self.rules, former = [], self.rules
        try:
            for row in rows:
                self.add(row)
        except BadFault:
            self.rules = former
            raise

    def remove(self, rule_id: str) -> bool:
        kept = [rule for rule in self.rules if rule.id != rule_id]
        found = len(kept) < len(self.rules)
        self.rules = kept
        return found

    def catch(self, call: Call, channel: str) -> tuple[float, Rule | None]:
        """Seconds to wait first (all latencies that catch it), and the first other rule that catches it."""
        seconds = 0.0
        for rule in self.rules:
            if not rule.catches(call, channel):
                continue
            if rule.kind != "latency":
                return seconds, rule
            seconds += float(rule.action.get("ms", 0)) / 1000
        return seconds, None


def _read_rule(row: Row, number: str) -> Rule:
    match, action = row.get("match") or {}, row.get("action")
    if not isinstance(match, dict) or not isinstance(action, dict):
        raise BadFault("a fault is an object with the objects match and action")
    kind = str(action.get("kind"))
    if kind not in KINDS:
        raise BadFault(f"action.kind must be one of {', '.join(KINDS)}")
    _refuse_unknown("action", set(action) - {"kind"} - KINDS[kind])
    _refuse_unknown("match", set(match) - MATCHES)
    if match.get("operation", "list_customers") not in OPERATIONS:
        raise BadFault(f"match.operation must be one of {', '.join(sorted(OPERATIONS))}")
    people = match.get("recipient", [])
    return Rule(
        id=str(row.get("id") or number),
        match=match,
        action=action,
        times=None if row.get("times") is None else int(row["times"]),
        recipients=frozenset(map(str, people if isinstance(people, list) else [people])),
    )


def _refuse_unknown(where: str, names: set[str]) -> None:
    if names:
        raise BadFault(f"unknown in {where}: {', '.join(sorted(names))}")
