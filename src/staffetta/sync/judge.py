"""What becomes of each customer of a page. Pure: rehearsal and run ask the same function, only storing differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from staffetta.connectors.messages import Customer
from staffetta.contacts.fields.types import TypeFault, Value, parse, show
from staffetta.contacts.models import Contact
from staffetta.contacts.phones.equivalents import canonical
from staffetta.contacts.phones.phone import NotAPhone, digits, parse_strict
from staffetta.contacts.storage.fold import search_text
from staffetta.contacts.storage.insert_contacts import new_contact
from staffetta.sync.mapping import IDENTITIES, TELEGRAM_ID, Outcome, Unusable, judge_fields
from staffetta.sync.models import Direction
from staffetta.sync.setup import SYSTEM_LENGTHS, Setup, address_kind, own_key
from staffetta.text import identity
from staffetta.text import value as person_value

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
SKIPPED, CONFLICTING, REJECTED = "skipped", "conflicting", "rejected"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED, CONFLICTING, REJECTED)
LONGEST_KEY = 100
SOMEBODY_NEW = -1


class Linked(NamedTuple):
    """What the last run left of a customer: whom they were here, and both sides as they stood (models.SyncLink)."""

    contact_id: int | None
    last: dict[str, list[Any]]


@dataclass(slots=True)
class Known:
    """What is known of a page's people before it is judged."""

    by_key: Mapping[str, list[Contact]] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)  # key of a number that a merge dropped -> the present key
    links: Mapping[str, Linked] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)  # customers of this run
    keys: set[str] = field(default_factory=set)  # keys of this run
    erased: set[str] = field(default_factory=set)  # customers who were erased here
    addresses: Mapping[str, int] = field(default_factory=dict)  # address -> the contact that has it
    owners: dict[tuple[str, str], int] = field(default_factory=dict)  # (identity, value) -> the contact that has it
    any_own: bool = False  # there are states on the channel that we set
    own: set[tuple[str, str]] = field(default_factory=set)  # (customer, stopped or blocked) that we set there

    def most_new(self, customers: Sequence[Customer]) -> int:
        """Return how many of these may be people we do not have; no more than that will be."""
        return max(0, len(customers) - len(self.by_key))


@dataclass(slots=True)
class Verdict:
    """A customer with what becomes of them. `changes` is field -> [before, after]."""

    outcome: str
    customer: Customer
    contact: Contact | None = None
    key: str = ""
    reason: str = ""
    source: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)
    conflicts: dict[str, list[Any]] = field(default_factory=dict)
    last: dict[str, list[Any]] = field(default_factory=dict)
    write: dict[str, Any] = field(default_factory=dict)


class Wrong(Exception):
    """A customer that is rejected: the reason (wording.py) and the customer field it is about."""

    def __init__(self, reason: str, source: str = "") -> None:
        super().__init__(reason)
        self.reason, self.source = reason, source


def key_of(customer: Customer, setup: Setup) -> str:
    """Return what a customer is matched by, equal for all forms of one number; raises Wrong."""
    if customer.unstorable:
        raise Wrong(customer.unstorable, "id")
    source = setup.configuration.key_customer
    raw = identity(customer.id if source in ("id", "number") else str(customer.fields.get(source, "")))
    if source == "name":
        raw = identity(customer.name)
    if not raw:
        raise Wrong("no_key", source)
    kind = setup.configuration.key_contact
    if kind == "phone":
        # Whoever is known needs no look at whether the number can exist: that costs a quarter of a run.
        plain = raw.isascii() and raw.isdecimal() and len(raw) <= 15
        return canonical(raw if plain else digits(existing_phone_of(raw)))
    if kind == "telegram_id" and not TELEGRAM_ID.fullmatch(raw):
        raise Wrong("invalid_telegram_id", source)
    if len(raw) > LONGEST_KEY:
        raise Wrong("too_long", source)
    return show("", typed_key(raw, setup)) if own_key(setup.configuration) else raw


def typed_key(text: str, setup: Setup) -> Value:
    """Return a key as our own field holds it: 007 and 7 are one number; raises Wrong."""
    name = setup.configuration.key_contact
    try:
        return parse(setup.types.get(name, "text"), text, setup.choices.get(name, ()))
    except TypeFault as fault:
        raise Wrong(fault.code, setup.configuration.key_customer) from None


def phone_of(raw: str) -> str:
    """Return an id of the provider, digits with the country code, as E.164; raises Wrong."""
    number, fault = _parsed(raw if raw.startswith("+") else f"+{raw}")
    if fault:
        raise Wrong(fault, "id")
    return number


def existing_phone_of(raw: str) -> str:
    """Return the number of somebody who is here already, also one that nobody new may come in with; raises Wrong."""
    return _parsed(raw if raw.startswith("+") else f"+{raw}")[0] or phone_of(raw)


@lru_cache(maxsize=4096)
def _parsed(raw: str) -> tuple[str, str]:
    """Return the number and what is wrong with it: a page asks for each two or three times, and it costs most."""
    try:
        return parse_strict(raw), ""
    except NotAPhone as wrong:
        return wrong.number, wrong.code


def judge(customers: Iterable[Customer], known: Known, setup: Setup) -> list[Verdict]:
    """Judge the customers that were not met before in this run, each once."""
    verdicts = []
    for customer in customers:
        if customer.id and customer.id not in known.met:
            known.met.add(customer.id)
            verdicts.append(_judged(customer, known, setup))
    return verdicts


def _judged(customer: Customer, known: Known, setup: Setup) -> Verdict:
    key = ""
    try:
        key = key_of(customer, setup)
        key = known.former.get(key, key)
        if key in known.keys:
            raise Wrong("doubled_key")
        verdict = _judge(customer, key, known, setup)
    except Wrong as wrong:
        verdict = Verdict(REJECTED, customer, reason=wrong.reason, source=wrong.source)
    except Unusable as fault:
        verdict = Verdict(REJECTED, customer, reason=fault.code, source=fault.source)
    # A rejected customer takes no key: the next one with it may be better.
    verdict.key = "" if verdict.outcome == REJECTED else key
    if verdict.key:
        known.keys.add(verdict.key)
    return verdict


def _judge(customer: Customer, key: str, known: Known, setup: Setup) -> Verdict:
    found = known.by_key.get(key, [])
    if len(found) > 1:
        raise Wrong("several_contacts")
    link = known.links.get(customer.id)
    if not found:
        return _unknown(customer, key, link, known, setup)
    contact = found[0]
    same_person = link is not None and link.contact_id in (None, contact.pk)
    last = link.last if link and same_person else {}
    outcome = judge_fields(
        setup.rules, customer, values_here(contact), last, new=False, direction=setup.configuration.direction
    )
    _claim(outcome, contact.pk, known, setup)
    changes = apply(contact, outcome.take)
    taken = UPDATED if changes else UNCHANGED
    return _verdict(CONFLICTING if outcome.ask else taken, customer, contact, outcome, changes)


def _unknown(customer: Customer, key: str, link: Linked | None, known: Known, setup: Setup) -> Verdict:
    configuration = setup.configuration
    if (link is not None and link.contact_id is None and link.last) or customer.id in known.erased:
        return Verdict(SKIPPED, customer, reason="deleted_here")
    if not configuration.create_unknown or configuration.direction == Direction.TO:
        return Verdict(SKIPPED, customer, reason="unknown_here")
    contact = _address(customer, key, known, setup)
    outcome = judge_fields(setup.rules, customer, {}, {}, new=True, direction=Direction.FROM)
    _claim(outcome, SOMEBODY_NEW, known, setup)
    changes = apply(contact, outcome.take)
    contact.search = search_text(contact)
    return _verdict(CREATED, customer, contact, outcome, changes)


def claim(name: str, value: str) -> str:
    """Return how a rehearsal, which writes nothing, keeps in mind that an identity is taken."""
    return f"{name}\x01{value}"  # no key of a person holds such a sign


def _claim(outcome: Outcome, owner: int, known: Known, setup: Setup) -> None:
    """Take the identities for this contact; raises Wrong when another one has one of them, before any is taken."""
    taken = [(name, str(outcome.take[name])) for name in IDENTITIES if name in outcome.take]
    for name, value in taken:
        holder = known.owners.get((name, value))
        if holder is not None and (holder != owner or owner == SOMEBODY_NEW):
            raise Wrong(f"{name}_taken", next(rule.source for rule in setup.rules if rule.target == name))
    known.owners.update(dict.fromkeys(taken, owner))


def _address(customer: Customer, key: str, known: Known, setup: Setup) -> Contact:
    """Return a new contact with the address the customer has on this platform."""
    contact = new_contact({})
    kind = address_kind(setup.platform)
    address = phone_of(customer.id) if kind == "phone" else customer.id
    if setup.configuration.key_contact == kind == "phone" and canonical(digits(address)) != key:
        raise Wrong("invalid_phone", "id")  # it would not be found again under what it is matched by
    if kind == "telegram_id" and not TELEGRAM_ID.fullmatch(customer.id):
        raise Wrong("invalid_telegram_id", "id")
    if kind and address in known.addresses:
        raise Wrong("address_taken", "id")
    if kind == "phone":
        contact.phone, contact.phone_raw = address, person_value(customer.id, 60)
    elif kind:
        contact.telegram_id = address
    elif setup.configuration.key_contact == "telegram_id":
        contact.telegram_id = key
    if own_key(setup.configuration):
        contact.values = {setup.configuration.key_contact: typed_key(key, setup)}
    elif setup.configuration.key_contact == "external_id":
        contact.external_id = key
    return contact


def _verdict(
    kind: str, customer: Customer, contact: Contact, outcome: Outcome, changes: dict[str, list[Any]]
) -> Verdict:
    return Verdict(
        kind,
        customer,
        contact,
        changes=changes,
        conflicts=outcome.ask,
        last=outcome.last,
        write=outcome.write,
    )


def values_here(contact: Contact) -> dict[str, object]:
    """Return a contact's values by field name, as rules compare them."""
    return {**contact.values, **{name: getattr(contact, name) or "" for name in SYSTEM_LENGTHS}}


def apply(contact: Contact, values: Mapping[str, object]) -> dict[str, list[Any]]:
    """Put values into a contact (not stored); return field -> [before, after] of what that changed."""
    changes: dict[str, list[Any]] = {}
    for name, value in values.items():
        before = getattr(contact, name) or "" if name in SYSTEM_LENGTHS else contact.values.get(name, "")
        if before == value:
            continue
        changes[name] = [before, value]
        if name in SYSTEM_LENGTHS:
            setattr(contact, name, value or None if name in IDENTITIES else value)
        elif value in ("", None, []):
            contact.values = {other: held for other, held in contact.values.items() if other != name}
        else:
            contact.values = {**contact.values, name: value}
    if contact.pk and changes.keys() & {"first_name", "last_name", "telegram_id"}:
        contact.search = search_text(contact)
    return changes
