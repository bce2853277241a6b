"""What will happen to each row: new, updated, unchanged or rejected. The preview and the run ask the same function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from staffetta.contacts.imports.map_columns import IF_EMPTY
from staffetta.contacts.imports.read_row import Person, Rejected
from staffetta.contacts.models import Contact
from staffetta.contacts.phones.phone import forms
from staffetta.contacts.storage.fold import search_text
from staffetta.contacts.storage.insert_contacts import new_contact

CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"


@dataclass(slots=True)
class Known:
    """Whom we have already among the people of some rows, and who came earlier in the same file (`done`)."""

    by_phone: Mapping[str, Contact] = field(default_factory=dict)
    by_telegram: Mapping[str, Contact] = field(default_factory=dict)
    by_external: Mapping[str, Contact] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    modes: Mapping[str, str] = field(default_factory=dict)  # target -> IF_EMPTY or ONLY_NEW; else the file wins
    erased: frozenset[str] | set[str] = frozenset()  # addresses of people who were erased here
    phone_heading: str = ""
    addresses: set[str] = field(default_factory=set)  # of rows judged just before and not stored yet

    def most_new(self, rows: Iterable[Person | Rejected]) -> int:
        """Return how many of these rows may be people we do not have; no more than that will be."""
        return sum(1 for row in rows if isinstance(row, Person) and row.phone not in self.by_phone)


@dataclass(slots=True)
class Verdict:
    """A row with what becomes of it. `before` holds the old values of what an update changes."""

    outcome: str
    row: Person | Rejected
    contact: Contact | None = None
    before: dict[str, Any] = field(default_factory=dict)


def addresses(person: Person) -> set[str]:
    """Return the addresses a row names, told apart by their first sign: +39…, @1234, or #external id."""
    phone = min(forms(person.phone)) if person.phone else None
    told = (("", phone), ("@", person.telegram_id), ("#", person.external_id))
    return {sign + address for sign, address in told if address}


def judge(rows: Iterable[Person | Rejected], known: Known) -> list[Verdict]:
    """Judge rows in their order; the first row with an address counts, later ones are rejected."""
    return [Verdict(REJECTED, row) if isinstance(row, Rejected) else _judge(row, known) for row in rows]


def _judge(person: Person, known: Known) -> Verdict:
    by_phone = known.by_phone.get(person.phone or "")
    by_telegram = known.by_telegram.get(person.telegram_id or "")
    if person.phone_fault and by_phone is None:
        return Verdict(REJECTED, Rejected(person.record, person.phone_fault, known.phone_heading))
    named = addresses(person)
    if fault := _clash(person, named, by_phone, by_telegram, known):
        return _reject(person, fault)
    contact = by_phone or by_telegram
    known.addresses |= named
    if contact is None:
        if known.erased & {person.phone, person.telegram_id}:
            return _reject(person, "erased_person")
        return Verdict(CREATED, person, _new(person))
    known.done.add(contact.pk)
    own_number = contact.phone is not None and by_phone is contact  # in whatever form, or one it had before a merge
    own_telegram = contact.telegram_id is not None and by_telegram is contact
    before = _update(contact, person, known.modes, own_number=own_number, own_telegram=own_telegram)
    return Verdict(UPDATED if before else UNCHANGED, person, contact, before)


def _clash(person: Person, named: set[str], by_phone: Contact | None, by_telegram: Contact | None, known: Known) -> str:
    """Return why a row contradicts an earlier one or what we have, "" if it does not."""
    done = (contact and contact.pk in known.done for contact in (by_phone, by_telegram))
    if not known.addresses.isdisjoint(named) or any(done):
        return "doubled_in_file"
    if by_telegram and by_telegram is not by_phone and person.phone and (by_phone or by_telegram.phone):
        return "telegram_id_taken"
    owner = known.by_external.get(person.external_id or "")
    return "external_id_taken" if owner and owner is not (by_phone or by_telegram) else ""


def _reject(person: Person, reason: str) -> Verdict:
    return Verdict(REJECTED, Rejected(person.record, reason))


def _new(person: Person) -> Contact:
    contact = new_contact(
        {
            **person.texts,
            "phone": person.phone,
            "phone_raw": person.phone_raw[:60],
            "telegram_id": person.telegram_id,
            "external_id": person.external_id,
            "values": dict(person.own),
        }
    )
    contact.search = search_text(contact)
    return contact


def _update(
    contact: Contact, person: Person, modes: Mapping[str, str], *, own_number: bool, own_telegram: bool
) -> dict[str, Any]:
    """Put the filled cells into the contact as their modes allow; return what was there before where it differed."""
    told: dict[str, str] = {**person.texts}
    if person.phone and not own_number:
        told |= {"phone": person.phone, "phone_raw": person.phone_raw[:60]}
    if person.telegram_id and not own_telegram:
        told["telegram_id"] = person.telegram_id
    if person.external_id:
        told["external_id"] = person.external_id
    told = {name: text for name, text in told.items() if _may(modes, name, getattr(contact, name))}
    before = {name: getattr(contact, name) for name, text in told.items() if getattr(contact, name) != text}
    for name in before:
        setattr(contact, name, told[name])
    given = {name: value for name, value in person.own.items() if _may(modes, name, contact.values.get(name))}
    if own := {name: contact.values.get(name) for name, text in given.items() if contact.values.get(name) != text}:
        before["values"] = own
        contact.values = {**contact.values, **given}
    if before:
        contact.search = search_text(contact)
    return before


def _may(modes: Mapping[str, str], name: str, present: object) -> bool:
    """Say whether a file may change a value somebody has; what is typed of a number goes with the number."""
    mode = modes.get("phone" if name == "phone_raw" else name, "")
    return mode == "" or (mode == IF_EMPTY and present in (None, "", []))
