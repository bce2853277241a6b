"""Write judged rows: a fixed number of statements for a thousand rows, all in the caller's transaction.

New people are written without asking anything: none of these statements waits for the one before (databases.together).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.db.models import F

from staffetta.connectors.messages import Platform
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import ERASED, erased_among
from staffetta.contacts.imports.judge_rows import CREATED, REJECTED, UNCHANGED, UPDATED, Known, Verdict
from staffetta.contacts.imports.read_row import Person, Rejected
from staffetta.contacts.imports.record_refusals import (
    OVERRULED,
    REFUSED,
    UNNAMED,
    Refusals,
    has_refusals,
    in_other_forms,
    read_refusals,
    record_refusals,
    refused_before,
)
from staffetta.contacts.imports.rejects import is_corrected
from staffetta.contacts.lists.lists import add_ids, by_import
from staffetta.contacts.merging import former_addresses
from staffetta.contacts.models import ConsentValue, Contact, Import, ImportedContact, ImportReject, Suppression
from staffetta.contacts.phones.phone import forms
from staffetta.contacts.storage.insert_contacts import change_contacts, insert_contacts
from staffetta.contacts.storage.insert_rows import insert_rows
from staffetta.text import storable

PLATFORM = "whatsapp"
"""The consent column of a file is *Opt-in WhatsApp*."""
KEPT = "kept"
RARE = (REFUSED, UNNAMED, OVERRULED)


def look_up(rows: Iterable[Person | Rejected], source: Import) -> Known:
    """Return whom we have among the people of these rows, and who of them came with this file already."""
    people = [row for row in rows if isinstance(row, Person)]
    phones = {form for person in people if person.phone for form in forms(person.phone)}
    telegram_ids = {person.telegram_id for person in people if person.telegram_id}
    found = {contact.pk: contact for contact in Contact.objects.filter(phone__among=phones)} if phones else {}
    if telegram_ids:
        for contact in Contact.objects.filter(telegram_id__among=telegram_ids):
            found.setdefault(contact.pk, contact)
    external_ids = {person.external_id for person in people if person.external_id}
    owners = Contact.objects.filter(external_id__among=external_ids) if external_ids else ()
    by_external = {owner.external_id: found.setdefault(owner.pk, owner) for owner in owners if owner.external_id}
    by_phone = _by_phone(found.values())
    for form, former in former_addresses.owners(phones - by_phone.keys()).items():
        by_phone.setdefault(form, found.setdefault(former.pk, former))
    by_telegram = {contact.telegram_id: contact for contact in found.values() if contact.telegram_id}
    for address, former in former_addresses.owners_of_telegram(telegram_ids - by_telegram.keys()).items():
        by_telegram[address] = found.setdefault(former.pk, former)
    members = ImportedContact.objects.filter(source=source, contact_id__among=found)
    return Known(
        by_phone=by_phone,
        by_telegram=by_telegram,
        by_external=by_external,
        modes=source.modes,
        phone_heading=next((column for column, target in source.mapping.items() if target == "phone"), ""),
        erased=_erased(phones, telegram_ids),
        done=set(members.values_list("contact_id", flat=True)) if found else set(),
    )


def _erased(phones: set[str], telegram_ids: set[str]) -> set[str]:
    """Return the addresses of people who were erased here: no file makes them anew."""
    if not Suppression.objects.filter(cause=ERASED).exists():
        return set()
    return erased_among(Platform.WHATSAPP, phones) | erased_among(Platform.TELEGRAM, telegram_ids)


def _by_phone(contacts: Iterable[Contact]) -> dict[str, Contact]:
    """Return the contacts by every form of their number; who has exactly a form comes before who has another of it."""
    known = {contact.phone: contact for contact in contacts if contact.phone}
    for phone, contact in list(known.items()):
        for form in forms(phone):
            known.setdefault(form, contact)
    return known


def store(verdicts: Sequence[Verdict], source: Import, ids: Iterator[int]) -> Counter[str]:
    """Write contacts, consents, memberships and rejects; return how many rows had each outcome.

    `ids`: see new_ids; as many at least as there are rows.
    """
    _write_contacts(verdicts, ids)
    new = {verdict.contact.pk for verdict in verdicts if verdict.contact and verdict.outcome == CREATED}
    rejected = [verdict.row for verdict in verdicts if isinstance(verdict.row, Rejected)]
    refusals = read_refusals(rejected, source)
    _write_consents(verdicts, source, new, refusals)
    _write_members(verdicts, source)
    if source.into_list_id:
        people = [verdict.contact.pk for verdict in verdicts if verdict.contact]
        add_ids(source.into_list_id, people, by_import(source.pk), new=new)
    _write_rejects(rejected, source, refusals)
    return Counter(verdict.outcome for verdict in verdicts)


def count(counted: Counter[str], source: Import) -> None:
    """Raise the counters of an import by what was stored."""
    Import.objects.filter(pk=source.pk).update(
        **{name: F(name) + counted[name] for name in (CREATED, UPDATED, UNCHANGED, REJECTED)},
        consents=source.consents,
        reasons=source.reasons,
    )


def _write_contacts(verdicts: Sequence[Verdict], ids: Iterator[int]) -> None:
    insert_contacts([verdict.contact for verdict in verdicts if verdict.contact and verdict.outcome == CREATED], ids)
    change_contacts([verdict.contact for verdict in verdicts if verdict.contact and verdict.outcome == UPDATED])


def _write_members(verdicts: Sequence[Verdict], source: Import) -> None:
    """Keep who came with the file."""
    members = [
        (source.pk, verdict.contact.pk, verdict.outcome, verdict.row.record.row, verdict.before or None)
        for verdict in verdicts
        if verdict.contact
    ]
    insert_rows(ImportedContact, ("source_id", "contact_id", "outcome", "row", "before"), members)


def _write_rejects(rows: Sequence[Rejected], source: Import, refusals: Refusals) -> None:
    refused = {row: len(people) for row, people in refusals.by_row.items()}
    ImportReject.objects.bulk_create(
        ImportReject(
            source=source,
            row=row.record.row,
            reason=row.reason,
            column=row.column,
            cells=[storable(cell) for cell in row.record.cells],
            refused=refused.get(row.record.row),
        )
        for row in rows
    )
    source.reasons = dict(Counter(source.reasons) + Counter(row.reason for row in rows))


def _write_consents(verdicts: Sequence[Verdict], source: Import, new: Collection[int], refusals: Refusals) -> None:
    """Record what the file says of consent, the refusals first; a row that changes nothing but a consent is an update.

    A Yes in a file of rejected rows, corrected, lifts no No: it was one source with the file they were rejected from.
    """
    if not source.consent_column:
        return
    counted = Counter(record_refusals(refusals, source))
    told = _told(verdicts, source, refusals, counted)
    changed = set[int]()
    for value in (ConsentValue.YES, ConsentValue.NO):
        recorded = consent.record(
            told[value],
            PLATFORM,
            consent.BOTH,
            value,
            "import",
            wording=source.consent_wording,
            by=source.asked_by,
            new=new,
            lifts_no=not is_corrected(source),
        )
        changed |= recorded.changed
        counted[KEPT] += len(recorded.kept_out)
    for verdict in verdicts:
        if verdict.outcome == UNCHANGED and verdict.contact and verdict.contact.pk in changed:
            verdict.outcome = UPDATED
    source.consents = _added(source.consents, counted)


def _told(
    verdicts: Sequence[Verdict], source: Import, refusals: Refusals, counted: Counter[str]
) -> dict[str, list[int]]:
    """Return the contacts by what is to be written of them; of two statements of the file the stricter is left."""
    told: dict[str, list[int]] = {value: [] for value in ConsentValue.values}
    overruled = refused_before(verdicts, source) if refusals.by_row or has_refusals(source) else set[int]()
    refused, done, abroad = list[int](), refusals.people, set[str]()
    for verdict in verdicts:
        row, contact = verdict.row, verdict.contact
        if contact is None or isinstance(row, Rejected):
            continue
        if overruled and row.record.row in overruled:
            counted[OVERRULED if row.consent == ConsentValue.YES else row.consent] += 1
            refused += [contact.pk] if contact.pk not in done else []
            continue
        told[row.consent].append(contact.pk)
        if row.consent == ConsentValue.NO and row.phone:
            abroad.add(row.phone)
    for value, people in told.items():
        counted[value] += len(people)
    told[ConsentValue.NO] += refused
    told[ConsentValue.NO] += in_other_forms(abroad, told[ConsentValue.NO])
    return told


def _added(counters: Mapping[str, int], more: Counter[str]) -> dict[str, int]:
    """Return the counters raised; what most files have nothing of is absent while it is 0."""
    total = {name: counters.get(name, 0) + more[name] for name in (*ConsentValue.values, KEPT, *RARE)}
    return {name: number for name, number in total.items() if number or name not in RARE}
