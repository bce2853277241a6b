"""Erase a person: what is theirs is deleted, what must stay stays without name and address, and a certificate says so.

Of the addresses only a keyed digest stays, in the Blacklist: no import and no sync makes the person anew, and nothing
is sent to them, until somebody takes the entry out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import CASCADE
from django.utils.dateparse import parse_datetime

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts import hanging
from staffetta.contacts.consents.suppression import ERASED, addresses_of, masked, suppress
from staffetta.contacts.erasure.search_again import search_again
from staffetta.contacts.fields import value_index
from staffetta.contacts.imports.import_file import ABANDONED
from staffetta.contacts.merging.former_addresses import OF_PLATFORM
from staffetta.contacts.merging.merge_consent import PLATFORMS
from staffetta.contacts.models import Contact, ContactField, Import, ImportState
from staffetta.contacts.phones.phone import digits
from staffetta.contacts.record_models import Erasure, FormerAddress, Merge
from staffetta.work.backups import backups

NAMING = ("text", "phone", "url")
"""Types of an own field whose value may name one person."""
CODE_LENGTH = 8
"""Signs, a digit among them, from which on a value may do so."""

HELD_BEFORE = ABANDONED
"""A person may lie in a file so long before the contact is made of it."""


def erase(contact: Contact, reason: str, by: User | None) -> Erasure:
    """Erase a person and return the certificate; raises hanging.InTheWay and changes nothing.

    What is committed is searched once more, so that the certificate tells what was confirmed and not what was meant.
    """
    traces, done = _erase(contact, reason, by)
    done.searched = search_again(traces)
    done.save(update_fields=["searched"])
    return done


def _erase(contact: Contact, reason: str, by: User | None) -> tuple[hanging.Traces, Erasure]:
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        if Import.objects.filter(state__in=(ImportState.WAITING, ImportState.RUNNING, ImportState.UNDOING)).exists():
            raise hanging.InTheWay("import_running")
        traces = traces_of(contact)
        done = Erasure(contact_number=contact.pk, reason=reason.strip()[:300], by=by, by_name=str(by or ""))
        known = _known_addresses(contact)
        done.backups = _backups_holding(contact)
        deleted, emptied, kept = Counter[str](), Counter[str](), Counter[str]()
        for eraser in hanging.erasers():
            told = eraser(traces)
            deleted.update(told.deleted)
            emptied.update(told.emptied)
            kept.update(told.kept)
        # After the erasers: what waits for the person has ended as erased, not as suppressed.
        done.masked = _keep_out(known)
        kept["suppressions"] += len(known)
        deleted.update(_delete(contact))
        done.deleted, done.emptied, done.kept = _told(deleted), _told(emptied), _told(kept)
        done.save()
        audit.record(by, "contact_erased", None, contact=done.contact_number, certificate=str(done.public_id))
    return traces, done


def traces_of(contact: Contact) -> hanging.Traces:
    """Return by what the person is found where nothing points to the contact; those merged into it are the person."""
    merged = list(_merged_into(contact.pk))
    people = [_values(contact), *(merge.lost for merge in merged), *(merge.before for merge in merged)]
    addresses: set[str] = set()
    for person in people:
        for name in ("phone", "whatsapp_id", "telegram_id", "phone_raw"):
            if value := person.get(name):
                addresses |= {str(value), digits(str(value))}
    return hanging.Traces(
        contact.pk,
        addresses=tuple(sorted(addresses)),
        words=tuple(sorted({word for person in people for word in _words(contact.pk, person)})),
        merged=tuple(sorted({merge.lost_number for merge in merged})),
    )


def _merged_into(number: int) -> list[Merge]:
    """Whoever went into this contact, and whoever had gone into them before."""
    found, wanted = dict[int, Merge](), {number}
    while rows := list(Merge.objects.filter(kept_number__in=wanted, undone_at=None).exclude(pk__in=found)):
        found |= {row.pk: row for row in rows}
        wanted = {row.lost_number for row in rows}
    return list(found.values())


def _values(contact: Contact) -> dict[str, object]:
    names = ("phone", "whatsapp_id", "telegram_id", "phone_raw", "external_id", "values")
    return {name: getattr(contact, name) for name in names}


def _words(number: int, person: Mapping[str, object]) -> list[str]:
    """Cells that name this person and nobody else: the ids, e-mail addresses, and what only they have (a tax code)."""
    own = person.get("values")
    told = {name: value for name, value in own.items() if isinstance(value, str)} if isinstance(own, dict) else {}
    names = ContactField.objects.filter(name__in=told, type__in=NAMING).values_list("name", flat=True)
    alone = [told[name] for name in names if _names_one(told[name]) and not _held_by_others(number, name, told[name])]
    mails = [value for value in told.values() if "@" in value]
    known = (person.get("telegram_id"), person.get("external_id"), *mails, *alone)
    return [str(word).casefold() for word in known if word]


def _names_one(value: str) -> bool:
    return len(value) >= CODE_LENGTH and any(sign.isdigit() for sign in value)


def _held_by_others(number: int, name: str, value: str) -> bool:
    return value_index.holding(name, [value]).exclude(pk=number).exists()


def _backups_holding(contact: Contact) -> list[dict[str, object]]:
    """Return the known backups that hold the person, or the file the contact was made of."""
    made = [contact.created_at, *(moment for merge in _merged_into(contact.pk) if (moment := _made_at(merge.lost)))]
    known = backups.made_since(min(made) - HELD_BEFORE)
    return [{**asdict(backup), "made_at": backup.made_at.isoformat()} for backup in known]


def _made_at(lost: Mapping[str, object]) -> datetime | None:
    return parse_datetime(str(lost.get("created_at", "")))


def _known_addresses(contact: Contact) -> list[tuple[str, str]]:
    """Return every address of the person by platform, those merged into it included."""
    people = [contact, *(Contact(**_addresses(merge.lost)) for merge in _merged_into(contact.pk))]
    former = FormerAddress.objects.filter(contact=contact)
    people += [Contact(**{OF_PLATFORM[row.platform]: row.address}) for row in former]
    known = {(platform, each) for person in people for platform in PLATFORMS for each in addresses_of(person, platform)}
    return sorted(known)


def _keep_out(known: list[tuple[str, str]]) -> list[str]:
    """Keep every address as a digest; return the masked ones."""
    return sorted({suppress(platform, address, ERASED).masked for platform, address in known})


def _addresses(values: Mapping[str, object]) -> dict[str, object]:
    return {name: values[name] for name in ("phone", "whatsapp_id", "telegram_id") if values.get(name)}


def _delete(contact: Contact) -> dict[str, int]:
    counted = {"contacts.contact": 1, "values": sum(1 for value in contact.values.values() if value not in ("", []))}
    for model, link in hanging.relations():
        if link.remote_field and link.remote_field.on_delete is CASCADE:
            counted[model._meta.label_lower] = model._meta.base_manager.filter(**{link.name: contact.pk}).count()
    contact.delete()
    return counted


def _told(counted: Counter[str]) -> dict[str, int]:
    return {code: number for code, number in sorted(counted.items()) if number}


def masked_of(contact: Contact) -> list[str]:
    """Return what of the person's addresses the certificate will show."""
    return [masked(address) for platform in PLATFORMS for address in addresses_of(contact, platform)]
