"""Which value goes where: pure rules, asked alike by the rehearsal and the run.

An empty value at the provider says nothing, and so never replaces one here. The modes, for a value there that differs
from the one here (a new contact takes every value):

- *provider*: taken.
- *if_empty*: taken when there is none here.
- *only_new*: never taken for somebody who is here already.
- *platform*: taken unless somebody changed the value here since the last run; before the first run: only if empty.
- *newest*: whichever side changed since the last run; both changed: nobody can tell which came first, so a person is
  asked. Before the first run: only if empty.
- *ask*: as *newest*; before the first run a person is asked where both sides differ.

An identity (TELEGRAMID, external id) tells people apart here: whatever the mode, one that somebody has is never
replaced without asking.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from staffetta.connectors.messages import Customer
from staffetta.contacts.fields.person_zone import zones
from staffetta.contacts.fields.types import TypeFault, Value
from staffetta.sync.convert import convert
from staffetta.sync.models import Direction, Kind, Mode

IDENTITIES = ("telegram_id", "external_id")
"""The system fields no two contacts share."""
TELEGRAM_ID = re.compile(r"[1-9][0-9]{0,18}")
EMPTY: tuple[object, ...] = ("", None, [])


class Choice(Enum):
    KEEP = "keep"
    TAKE = "take"
    ASK = "ask"


class Last(NamedTuple):
    """Both sides as they stood after the last run. `agreed`: one value, though the provider's field holds it otherwise.

    «Anna Maria» written into the free-text name is read back as «Anna», half past ten in a date as midnight.
    """

    there: object
    here: object
    agreed: bool = False

    def stands(self, there: object, here: object) -> bool:
        """Say whether these are the two sides of one value."""
        return self.agreed and (self.there, self.here) == (there, here)

    def as_list(self) -> list[object]:
        """Return it as the link keeps it."""
        return [self.there, self.here, *([True] if self.agreed else [])]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the mapping, with the types on both sides; `longest` bounds a text here."""

    target: str
    kind: str = Kind.FIELD
    source: str = ""
    fixed: str = ""
    mode: str = Mode.PROVIDER
    there_type: str = "text"
    here_type: str = "text"
    choices: tuple[str, ...] = ()
    pairs: Mapping[str, str] = field(default_factory=dict)
    longest: int = 1000


class Unusable(ValueError):
    """A value of the provider cannot be what our field takes: `code` of TypeFault, `source` the customer field."""

    def __init__(self, code: str, source: str) -> None:
        super().__init__(code)
        self.code, self.source = code, source


@dataclass(slots=True)
class Outcome:
    """What becomes of one person's fields: `take` field -> value, `ask` field -> [here, there], `last` to be kept."""

    take: dict[str, Value] = field(default_factory=dict)
    ask: dict[str, list[object]] = field(default_factory=dict)
    last: dict[str, list[object]] = field(default_factory=dict)
    write: dict[str, object] = field(default_factory=dict)  # field -> the value of ours that goes to the provider


@lru_cache(maxsize=64)
def split_name(name: str) -> tuple[str, str]:
    """Split a free-text name at the first blank: «Maria De Luca» is Maria, De Luca."""
    first, _, last = " ".join(name.split()).partition(" ")
    return first, last


def raw_value(rule: Rule, customer: Customer) -> str:
    """Return what the provider says, as text; "" when it says nothing."""
    if rule.kind == Kind.FIXED:
        return rule.fixed
    if rule.kind == Kind.FIRST_NAME:
        return split_name(customer.name)[0]
    if rule.kind == Kind.LAST_NAME:
        return split_name(customer.name)[1]
    if rule.source == "name":
        return customer.name
    if rule.source == "number":
        return customer.id
    return customer.fields.get(rule.source, "")


def there(rule: Rule, customer: Customer) -> Value:
    """Return the provider's value as our field would hold it, "" for none; raises Unusable."""
    raw = raw_value(rule, customer)
    if not raw:
        return ""
    try:
        value = convert(raw, rule.there_type, rule.here_type, rule.choices, rule.pairs)
    except TypeFault as fault:
        raise Unusable(fault.code, rule.source or rule.kind) from None
    if rule.target == "time_zone" and value not in zones():
        raise Unusable("unknown_time_zone", rule.source or rule.kind)
    if rule.target == "telegram_id" and not TELEGRAM_ID.fullmatch(str(value)):
        raise Unusable("invalid_telegram_id", rule.source or rule.kind)
    if isinstance(value, str) and len(value) > rule.longest:
        raise Unusable("too_long", rule.source or rule.kind)
    return value


def decide(mode: str, there: object, here: object, last: Last | None, *, new: bool) -> Choice:
    """Say what becomes of one value (the rules above)."""
    if there in EMPTY or there == here or (last and last.stands(there, here)):
        return Choice.KEEP
    if new or mode == Mode.PROVIDER:
        return Choice.TAKE
    if mode == Mode.ONLY_NEW:
        return Choice.KEEP
    if mode == Mode.IF_EMPTY or last is None:
        return _first_time(mode, here)
    return _since(mode, there_changed=there != last.there, here_changed=here != last.here)


def _first_time(mode: str, here: object) -> Choice:
    if here in EMPTY:
        return Choice.TAKE
    return Choice.ASK if mode == Mode.ASK else Choice.KEEP


def _since(mode: str, *, there_changed: bool, here_changed: bool) -> Choice:
    if there_changed and not here_changed:
        return Choice.TAKE
    if there_changed and mode in (Mode.NEWEST, Mode.ASK):
        return Choice.ASK
    return Choice.KEEP


def goes_out(mode: str, direction: str, there: object, here: object, last: Last | None) -> bool:
    """Say whether our value goes to the provider. An empty value here says nothing, and so clears nothing there."""
    if direction == Direction.FROM or here in EMPTY or here == there or (last and last.stands(there, here)):
        return False
    if mode == Mode.ONLY_NEW:
        return False
    if there in EMPTY:
        return True
    if mode in (Mode.PROVIDER, Mode.IF_EMPTY):
        return False
    if mode == Mode.PLATFORM:
        return direction == Direction.TO or last is None or here != last.here
    return last is not None and here != last.here and there == last.there


def judge_fields(
    rules: tuple[Rule, ...],
    customer: Customer,
    here: Mapping[str, object],
    last: Mapping[str, list[object]],
    *,
    new: bool,
    direction: str = Direction.FROM,
) -> Outcome:
    """Say what becomes of one person's fields; raises Unusable when a value cannot be read: then nothing is taken."""
    outcome = Outcome()
    for rule in rules:
        theirs, ours, before = there(rule, customer), here.get(rule.target, ""), last_of(last.get(rule.target))
        if theirs == ours and not (before and before.agreed):  # most values of most people: nothing to decide
            outcome.last[rule.target] = [theirs, ours]
            continue
        both = _Both(theirs, ours, before)
        choice = Choice.KEEP
        if direction != Direction.TO:
            choice = decide(rule.mode, both.there, both.here, before, new=new)
        if choice is Choice.TAKE and rule.target in IDENTITIES and both.here not in EMPTY:
            choice = Choice.KEEP if before and before.there == both.there else Choice.ASK
        _note(rule, both, choice, direction, outcome)
    return outcome


def last_of(known: Sequence[object] | None) -> Last | None:
    """Return what the link kept; None for nothing."""
    return Last(known[0], known[1], len(known) > 2) if known else None


class _Both(NamedTuple):
    """One value on both sides, and as they were."""

    there: Value
    here: object
    last: Last | None


def _note(rule: Rule, both: _Both, choice: Choice, direction: str, outcome: Outcome) -> None:
    """Put down what becomes of one value; of what is not settled, the last state stays: the next run tries again."""
    name = rule.target
    if choice is Choice.TAKE:
        outcome.take[name] = both.there
        outcome.last[name] = [both.there, both.there]
        return
    open_still = True
    if choice is Choice.ASK:
        outcome.ask[name] = [both.here, both.there]
    elif rule.kind != Kind.FIXED and goes_out(rule.mode, direction, both.there, both.here, both.last):
        outcome.write[name] = both.here
    else:
        open_still = False
    if both.last and (open_still or both.last.stands(both.there, both.here)):
        outcome.last[name] = both.last.as_list()
    elif not open_still:
        outcome.last[name] = [both.there, both.here]
