"""Record the No of rows that an import does not take, and let it hold for the rest of the file.

The rule: of two statements in one file the stricter wins, in whichever order and however far apart they stand. A
refused person who is here gets their No at once. Whom the row names is also kept until the import ends
(`ImportRefusal`): who is made by a later row, or named by one that says Yes, has refused all the same.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from staffetta.contacts.consents import consent
from staffetta.contacts.imports.judge_rows import Verdict, addresses
from staffetta.contacts.imports.read_row import Layout, Person, Rejected
from staffetta.contacts.imports.refusals import Named, refusal_of
from staffetta.contacts.merging import former_addresses
from staffetta.contacts.models import ConsentState, ConsentValue, Contact, Import
from staffetta.contacts.phones.phone import digits, forms
from staffetta.contacts.step_models import ImportRefusal
from staffetta.contacts.storage.insert_rows import insert_rows

REFUSED, UNNAMED, OVERRULED = "refused", "unnamed", "overruled"
"""Counters of an import's `consents`, there where they are not 0."""


@dataclass(slots=True)
class Refusals:
    """What the rejected rows of a piece refuse: by row the people here whom it names, and all of those people."""

    by_row: dict[int, set[int]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    @property
    def people(self) -> set[int]:
        return {pk for people in self.by_row.values() for pk in people}


def read_refusals(rows: Sequence[Rejected], source: Import) -> Refusals:
    """Return what rejected rows refuse; writes nothing. Asks the database only where a row says No."""
    if not source.consent_column or not rows:
        return Refusals()
    layout = Layout.of(source.columns, source.mapping, source.consent_column)  # types do not matter here
    named = {row.record.row: refusal_of(row.record, layout, settings.PHONE_PREFIX) for row in rows}
    refusing = {row: told for row, told in named.items() if told is not None}
    if not refusing:
        return Refusals()
    people = people_named(refusing.values())
    return Refusals(
        {row: {pk for key in told.identities() for pk in people.get(key, ())} for row, told in refusing.items()},
        {key for told in refusing.values() for key in told.identities()},
    )


def people_named(named: Iterable[Named], settled: Collection[str] = ()) -> dict[str, set[int]]:
    """Return the contacts behind each identity (a key of `Named`): now, by the provider's id, or before a merge.

    `settled` are numbers whose contact is known already, and which nobody else can have as their number.
    """
    told = list(named)
    numbers = {form for one in told for phone in one.phones for form in forms(phone)}
    telegram_ids = {each for one in told for each in one.telegram_ids}
    external_ids = {each for one in told for each in one.external_ids}
    found: dict[str, set[int]] = {}
    for phone, pk in _by_number(numbers, numbers.difference(settled)):
        found.setdefault(min(forms(phone)), set()).add(pk)
    for name, sign, values in (("telegram_id", "@", telegram_ids), ("external_id", "#", external_ids)):
        if values:
            for value, pk in Contact.objects.filter(**{f"{name}__among": values}).values_list(name, "pk"):
                found.setdefault(f"{sign}{value}", set()).add(pk)
    for value, contact in former_addresses.owners_of_telegram(telegram_ids).items():
        found.setdefault(f"@{value}", set()).add(contact.pk)
    return found


def _by_number(numbers: Collection[str], open_ones: Collection[str]) -> Iterable[tuple[str, int]]:
    """Yield a number with each contact that has it. The same person in another form is another contact: both are."""
    if open_ones:
        for number, pk in Contact.objects.filter(phone__among=open_ones).values_list("phone", "pk"):
            yield str(number), pk
        for number, contact in former_addresses.owners(open_ones).items():
            yield number, contact.pk
    if not numbers:
        return
    known = Contact.objects.exclude(whatsapp_id="").filter(whatsapp_id__in=[digits(number) for number in numbers])
    for known_as, pk in known.values_list("whatsapp_id", "pk"):
        yield f"+{known_as}", pk


def record_refusals(refusals: Refusals, source: Import) -> dict[str, int]:
    """Write the No of everybody named, keep whom the rows name, and return what that adds to the counters."""
    if not refusals.by_row:
        return {}
    people = refusals.people
    overruled = _agreed_by_this_file(people, source)
    consent.record(
        people, "whatsapp", consent.BOTH, ConsentValue.NO, "import", wording=source.consent_wording, by=source.asked_by
    )
    keys = [(source.pk, key) for key in sorted(refusals.keys | {_of_contact(pk) for pk in people})]
    insert_rows(ImportRefusal, ("source_id", "key"), keys, "ON CONFLICT DO NOTHING")
    refused = sum(1 for named in refusals.by_row.values() if named)
    return {
        ConsentValue.NO: refused,
        ConsentValue.YES: -overruled,
        REFUSED: refused,
        UNNAMED: len(refusals.by_row) - refused,
        OVERRULED: overruled,
    }


def _agreed_by_this_file(people: Collection[int], source: Import) -> int:
    """Count whose Yes an earlier row of this very file brought: it no longer counts as one."""
    states = ConsentState.objects.filter(contact__in=people, platform="whatsapp", purpose="marketing")
    given = states.filter(value=ConsentValue.YES, source="import", at__gte=source.started_at or source.created_at)
    return given.count()


def refused_before(verdicts: Sequence[Verdict], source: Import) -> set[int]:
    """Return the rows (by number) whose person another row of the file, up to here, has refused for."""
    named = _keys_by_row(verdicts)
    wanted = {key for keys in named.values() for key in keys}
    known = set(ImportRefusal.objects.filter(source=source, key__among=wanted).values_list("key", flat=True))
    return {row for row, keys in named.items() if known & keys}


def refused_by(verdicts: Sequence[Verdict], refusals: Refusals) -> set[int]:
    """Return the rows (by number) whose person these refusals name; asks nothing."""
    known = refusals.keys | {_of_contact(pk) for pk in refusals.people}
    return {row for row, keys in _keys_by_row(verdicts).items() if known & keys}


def _keys_by_row(verdicts: Sequence[Verdict]) -> dict[int, set[str]]:
    return {
        verdict.row.record.row: {*addresses(verdict.row), _of_contact(verdict.contact.pk)}
        for verdict in verdicts
        if verdict.contact and isinstance(verdict.row, Person)
    }


def in_other_forms(phones: Iterable[str], but: Collection[int]) -> set[int]:
    """Return who else has one of these numbers in another form, besides those named: a refusal is theirs too.

    Only countries whose code begins with 5 have such forms (equivalents.py), so nearly always nobody is asked for.
    """
    abroad = frozenset(phone for phone in phones if phone.startswith("+5"))
    found = people_named([Named(abroad)]) if abroad else {}
    return {pk for people in found.values() for pk in people}.difference(but)


def has_refusals(source: Import) -> bool:
    """Say whether any row so far was refused with a No; without a question to the database."""
    return bool(source.consents.get(REFUSED) or source.consents.get(UNNAMED))


def forget_refusals(source: Import) -> None:
    """The import is over: what a later file says is a statement of its own."""
    ImportRefusal.objects.filter(source=source).delete()


def _of_contact(pk: int | None) -> str:
    return f"={pk}"
