"""Make, change and delete one contact by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.opted_out import outlive
from staffetta.contacts.fields.types import Value
from staffetta.contacts.models import ConsentValue, Contact
from staffetta.contacts.opt_outs.decide import to_decide
from staffetta.contacts.phones.phone import forms, parse_strict
from staffetta.contacts.record_models import ContactChange
from staffetta.text import identity, value
from staffetta.work.clock import now

TOLD = ("first_name", "last_name", "phone", "telegram_id", "language", "time_zone", "external_id")
EDITABLE = ("first_name", "last_name", "language", "time_zone")


class Taken(ValueError):
    """Another contact has this number, TELEGRAMID or external id; `field` is phone, telegram_id or external_id."""

    def __init__(self, name: str, other: Contact) -> None:
        super().__init__(name)
        self.field, self.other = name, other


class OptOutKept(ValueError):
    """The person opted out: only a Yes with the text it was given with changes that."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed. `opt_in` is a ConsentValue; `wording` says where and how the consent was given."""

    phone: str = ""
    telegram_id: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)  # of EDITABLE
    own: Mapping[str, Value] = field(default_factory=dict)  # parsed by their types; "" and [] empty a field
    external_id: str = ""
    opt_in: str = ""  # "" leaves consent alone
    wording: str = ""
    expires_at: datetime | None = None  # of a Yes: from then on it counts as not set


def save_contact(contact: Contact, entered: Entered, by: User | None) -> Contact:
    """Store a contact and a changed consent, or nothing and raise NotAPhone, Taken or OptOutKept."""
    with transaction.atomic():
        made = contact.pk is None
        before = told(contact)
        changed = _fill(contact, entered)
        _refuse_taken(contact)
        contact.updated_at = now()
        try:
            contact.save()
        except IntegrityError:
            _refuse_taken(contact)  # somebody else stored it this very moment
            raise
        _write_history(contact, before, made=made, by=by)
        if entered.opt_in and (entered.opt_in != consent.opt_in(contact) or _given_anew(entered)):
            recorded = consent.record(
                [contact.pk],
                "whatsapp",
                consent.BOTH,
                entered.opt_in,
                "hand",
                wording=entered.wording,
                by=by,
                expires_at=entered.expires_at,
            )
            if recorded.kept_out:
                raise OptOutKept(contact.pk)
            changed.append("opt_in")
        if made or changed:
            audit.record(by, "contact_made" if made else "contact_changed", contact, fields=changed)
    return contact


def _given_anew(entered: Entered) -> bool:
    """A Yes beside a Yes counts where it brings its own text and its own end."""
    return bool(entered.opt_in == ConsentValue.YES and entered.wording.strip() and entered.expires_at)


def told(contact: Contact) -> dict[str, Any]:
    """Return the values that the contact's history tells of."""
    return {**{name: getattr(contact, name) or "" for name in TOLD}, **contact.values}


def _write_history(contact: Contact, before: Mapping[str, Any], *, made: bool, by: User | None) -> None:
    """Keep what was changed by hand; an import and a sync keep that in their own rows."""
    if changes := changed(before, told(contact)):
        source = "made" if made else "hand"
        ContactChange.objects.create(contact=contact, source=source, changes=changes, by_name=str(by or ""))


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what differs, as the history keeps it: name -> [before, after]."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: [before.get(name), after.get(name)] for name in names}


def delete_contact(contact: Contact, by: User | None) -> None:
    """Delete a person with fields and consents; the record of what was sent stays, with the name it was sent to.

    An opt-out outlives the contact, and so does a reply that may be one: its addresses stay kept out, as digests, until
    a new explicit consent.
    """
    with transaction.atomic():
        outlive([contact.pk])
        audit.record(by, "contact_deleted", contact)
        contact.delete()


def opted_out_on(contact: Contact) -> list[str]:
    """Return the platforms on which the person opted out for any purpose, or may have."""
    states = consent.present(contact)
    said = {platform for (platform, _purpose), state in states.items() if consent.has_binding_no(state)}
    return sorted(said.union(to_decide().filter(contact=contact).values_list("platform", flat=True)))


def _fill(contact: Contact, entered: Entered) -> list[str]:
    """Put what was typed into the contact; return the names of what changed."""
    typed = value(entered.phone)
    told: dict[str, str | None] = {name: value(entered.texts.get(name, "")) for name in EDITABLE}
    unchanged = typed and typed in (contact.phone, contact.phone_raw)
    told["phone"] = contact.phone if unchanged else parse_strict(typed) if typed else None
    told["telegram_id"] = identity(entered.telegram_id) or None
    told["external_id"] = identity(entered.external_id) or None
    changed = [name for name, given in told.items() if getattr(contact, name) != given]
    for name in changed:
        setattr(contact, name, told[name])
    if "phone" in changed:
        contact.phone_raw, contact.whatsapp_id = typed[:60], ""
    own = {name: value(given) if isinstance(given, str) else given for name, given in entered.own.items()}
    values = {name: held for name, held in {**contact.values, **own}.items() if held not in ("", [])}
    changed += [name for name in own if values.get(name) != contact.values.get(name)]
    contact.values = values
    return changed


def _refuse_taken(contact: Contact) -> None:
    for name in ("phone", "telegram_id", "external_id"):
        if value := getattr(contact, name):
            told = forms(value) if name == "phone" else {value}
            other = Contact.objects.filter(**{f"{name}__in": told}).exclude(pk=contact.pk).first()
            if other:
                raise Taken(name, other)
