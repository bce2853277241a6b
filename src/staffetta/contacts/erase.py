"""Erase a person: what is theirs is deleted, what must stay stays without name and address, and a certificate says so.

Of the addresses only a keyed digest stays, in the Blacklist: no import and no sync makes the person anew, and nothing
is sent to them, until somebody takes the entry out.
"""

from collections import Counter
from collections.abc import Mapping

from django.db import transaction
from django.db.models import CASCADE

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts import hanging
from staffetta.contacts.former_addresses import OF_PLATFORM
from staffetta.contacts.merge_consent import PLATFORMS
from staffetta.contacts.models import Contact, Import, ImportState
from staffetta.contacts.phone import digits
from staffetta.contacts.record_models import Erasure, FormerAddress, Merge
from staffetta.contacts.suppression import ERASED, addresses_of, masked, suppress


def erase(contact: Contact, reason: str, by: User | None) -> Erasure:
    """Erase a person and return the certificate; raises hanging.InTheWay and changes nothing."""
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        if Import.objects.filter(state__in=(ImportState.WAITING, ImportState.RUNNING, ImportState.UNDOING)).exists():
            raise hanging.InTheWay("import_running")
        traces = traces_of(contact)
        done = Erasure(contact_number=contact.pk, reason=reason.strip()[:300], by=by, by_name=str(by or ""))
        known = _known_addresses(contact)
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
        audit.record(by, "contact_erased", None, contact=contact.pk, certificate=str(done.public_id))
    return done


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
        words=tuple(sorted({word for person in people for word in _words(person)})),
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


def _words(person: Mapping[str, object]) -> list[str]:
    """Cells that name this person and nobody else: the ids, and e-mail addresses."""
    own = person.get("values")
    values = own.values() if isinstance(own, dict) else ()
    mails = [value for value in values if isinstance(value, str) and "@" in value]
    return [str(word).casefold() for word in (person.get("telegram_id"), person.get("external_id"), *mails) if word]


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
