"""Who is stopped or blocked at the provider, recorded before and apart from the rest of a customer.

Whatever is wrong with a customer's other values, whichever of two customers of one person comes first: each contact
that any identity of theirs names gets the No, or their address comes into the Blacklist. Nothing here ever takes an
opt-out back. Whom no contact is found for yet is kept until the run ends (`SyncMet`) and looked for once more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import batched

from django.conf import settings
from django.db.models import F

from staffetta.connectors.messages import Customer, Platform
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import addresses_of, keep_out_for_good, not_kept_out
from staffetta.contacts.imports.record_refusals import people_named
from staffetta.contacts.imports.refusals import Named, numbers_in
from staffetta.contacts.models import ConsentValue, Contact
from staffetta.contacts.phones.equivalents import canonical
from staffetta.contacts.storage.insert_rows import insert_rows
from staffetta.sync.judge import Known, Verdict, Wrong, claim, key_of
from staffetta.sync.look_up import contacts_by_key
from staffetta.sync.mapping import IDENTITIES, Unusable, there
from staffetta.sync.models import Meaning, SyncConfiguration, SyncMet, SyncRun
from staffetta.sync.own_states import STATES, without_own
from staffetta.sync.setup import Setup

KEPT = "refused"
KEPT_KEY = f"\x01{KEPT}"
"""No key of a person; what is kept is found by it, along the index."""
MET = ("run_id", "customer_id", "key")
PIECE = 1000


def record(
    customers: Sequence[Customer], verdicts: Sequence[Verdict], known: Known, run: SyncRun, setup: Setup
) -> None:
    """Record what stopped and blocked of these customers mean here; a rehearsal only counts."""
    meanings = {state: meaning_of(setup.configuration, state) for state in STATES}
    states = [state for state, meaning in meanings.items() if meaning != Meaning.NOTHING]
    flagged = [each for each in customers if each.stopped or each.blocked]  # of a thousand, nearly nobody
    theirs = without_own(flagged, known.own)
    refusing = [each for each in theirs if _any(each, states) and each.id not in known.erased]
    if not refusing:
        return
    people, unborn = _people(refusing, verdicts, known, setup)
    counted = 0
    for state in states:
        those = [customer for customer in refusing if getattr(customer, state)]
        found = {pk for customer in those for pk in people[customer.id]}
        if meanings[state] == Meaning.SUPPRESS:
            counted += _suppress(those, found, state, run, setup)
            continue
        counted += _opt_out(found, state, run, setup)
        if not run.rehearsal:
            _keep([customer for customer in those if not people[customer.id]], state, run, setup)
    opting_out = [state for state in states if meanings[state] == Meaning.OPT_OUT]
    counted += sum(_any(customer, opting_out) for customer in refusing if customer.id in unborn)
    if counted:
        SyncRun.objects.filter(pk=run.pk).update(opt_outs=F("opt_outs") + counted)


def _any(customer: Customer, states: Iterable[str]) -> bool:
    return any(getattr(customer, state) for state in states)


def meaning_of(configuration: SyncConfiguration, state: str) -> str:
    """Return what stopped or blocked at the provider means here."""
    return configuration.stopped_means if state == "stopped" else configuration.blocked_means


def _people(
    refusing: Sequence[Customer], verdicts: Sequence[Verdict], known: Known, setup: Setup
) -> tuple[Mapping[str, set[int]], set[str]]:
    """Return the contacts behind each customer, by its id: by what matches them, by their last run, by any identity.

    And the customers a rehearsal would make contacts of.
    """
    named = {customer.id: named_by(customer, setup) for customer in refusing}
    made = {verdict.customer.id: verdict.contact for verdict in verdicts if verdict.customer.id in named}
    contacts = {who: contact for who, contact in made.items() if contact}
    settled = {phone: contact.pk for contact in contacts.values() if (phone := _settled(contact))}
    by_identity = people_named(named.values(), settled.keys())
    for phone, pk in settled.items():
        by_identity.setdefault(phone, set()).add(pk)
    people: dict[str, set[int]] = defaultdict(set)
    for customer in refusing:
        behind, link = people[customer.id], known.links.get(customer.id)
        contact = contacts.get(customer.id)
        if contact is None:  # else the key told who it is
            key = key_or_none(customer, setup)
            behind.update(each.pk for each in known.by_key.get(known.former.get(key, key), ()))
        behind.update(pk for each in named[customer.id].identities() for pk in by_identity.get(each, ()))
        behind.update(pk for pk in (contact and contact.pk, link and link.contact_id) if pk)
    return people, {who for who, contact in contacts.items() if not contact.pk}


def _settled(contact: Contact) -> str:
    """Return the number of a contact if nobody else can have it: it has one form, and is theirs."""
    return contact.phone if contact.pk and contact.phone and not contact.phone.startswith("+5") else ""


def key_or_none(customer: Customer, setup: Setup) -> str:
    """Return what a customer is matched by, "" where that cannot be read."""
    try:
        return key_of(customer, setup)
    except Wrong:
        return ""


def named_by(customer: Customer, setup: Setup) -> Named:
    """Return every identity a customer has: the address there, what matches people, and what is mapped to one."""
    phones, telegram_ids, external_ids = set[str](), set[str](), set[str]()
    if setup.platform == Platform.WHATSAPP:
        phones |= _numbers_of_id(customer.id)
    elif setup.platform == Platform.TELEGRAM:
        telegram_ids.add(customer.id)
    into: dict[str, set[str]] = {"telegram_id": telegram_ids, "external_id": external_ids}
    for rule in setup.rules:
        if rule.target in IDENTITIES:
            try:
                into[rule.target].add(str(there(rule, customer)))
            except Unusable:
                continue
    source, kind = setup.configuration.key_customer, setup.configuration.key_contact
    if source not in ("id", "number"):
        raw = (customer.name if source == "name" else customer.fields.get(source, "")).strip()
        if kind == "phone":
            phones |= numbers_in(raw, settings.PHONE_PREFIX)
        elif kind in into:
            into[kind].add(raw)
    elif kind in into:
        into[kind].add(customer.id)
    return Named(frozenset(phones), frozenset(telegram_ids - {""}), frozenset(external_ids - {""}))


def _numbers_of_id(customer_id: str) -> set[str]:
    number = f"+{customer_id.removeprefix('+')}"
    return {number} if customer_id.isdecimal() else {number, *numbers_in(number, "")}


def _opt_out(people: Collection[int], state: str, run: SyncRun, setup: Setup) -> int:
    if not run.rehearsal:
        return len(consent.record(people, setup.platform, consent.BOTH, ConsentValue.NO, state).changed)
    would = consent.would_change(people, setup.platform, consent.BOTH, ConsentValue.NO, state)
    return len(_first_time(run, [claim_of(pk) for pk in would]))


def _suppress(refusing: Sequence[Customer], people: Collection[int], state: str, run: SyncRun, setup: Setup) -> int:
    """Keep out the addresses of everybody found; of whom no contact is found, the address they have there."""
    rows = Contact.objects.filter(pk__in=people).only("phone", "whatsapp_id", "telegram_id")
    addresses = {address for contact in rows for address in addresses_of(contact, setup.platform)}
    addresses |= {address for customer in refusing if (address := _address_there(customer, setup.platform))}
    if not run.rehearsal:
        return keep_out_for_good(setup.platform, addresses, state)
    return len(_first_time(run, [claim_of_address(each) for each in not_kept_out(setup.platform, addresses)]))


def _address_there(customer: Customer, platform: str) -> str:
    if platform == Platform.WHATSAPP:
        return next(iter(numbers_in(f"+{customer.id.removeprefix('+')}", "")), "")
    return customer.id if platform == Platform.TELEGRAM and customer.id.isdecimal() else ""


def claim_of(contact_id: int) -> str:
    """Return how a rehearsal keeps in mind that a contact would have a No by now."""
    return claim(KEPT, f"contact\x01{contact_id}")


def claim_of_address(address: str) -> str:
    """Return how a rehearsal keeps in mind that an address would be kept out by now; one for all its forms."""
    return claim(KEPT, f"address\x01{canonical(address.removeprefix('+'))}")[:200]


def claimed(run: SyncRun, claims: Collection[str]) -> set[str]:
    """Return those of the claims that this rehearsal made."""
    met = SyncMet.objects.filter(run=run, customer_id__among=set(claims))
    return set(met.values_list("customer_id", flat=True))


def _first_time(run: SyncRun, claims: Collection[str]) -> set[str]:
    """Return the claims a rehearsal, which writes nothing, has not made yet, and make them."""
    fresh = set(claims) - claimed(run, claims)
    insert_rows(SyncMet, MET, [(run.pk, name, "") for name in sorted(fresh)], "ON CONFLICT DO NOTHING")
    return fresh


def _keep(customers: Iterable[Customer], state: str, run: SyncRun, setup: Setup) -> None:
    """Keep who refuses and is nobody here yet: another customer of this run may be the same person."""
    keys = {
        f"{KEPT}\x01{state}\x01{key}"[:200]
        for customer in customers
        for key in (*named_by(customer, setup).identities(), *_own_key(customer, setup))
    }
    insert_rows(SyncMet, MET, [(run.pk, key, KEPT_KEY) for key in sorted(keys)], "ON CONFLICT DO NOTHING")


def _own_key(customer: Customer, setup: Setup) -> list[str]:
    key = key_or_none(customer, setup)
    return [f"~{key}"] if key else []


def record_kept(run: SyncRun) -> None:
    """Look once more for whoever refused and was nobody here: a later page may have brought them."""
    kept = SyncMet.objects.filter(run=run, key=KEPT_KEY).order_by("pk")
    if run.rehearsal:
        return
    counted = 0
    for piece in batched(kept.values_list("customer_id", flat=True).iterator(chunk_size=PIECE), PIECE):
        by_state: dict[str, list[str]] = defaultdict(list)
        for row in piece:
            _kept, state, key = row.split("\x01", 2)
            by_state[state].append(key)
        for state, keys in by_state.items():
            people = _behind(keys, run.configuration)
            platform = str(run.configuration.channel.platform)
            counted += len(consent.record(people, platform, consent.BOTH, ConsentValue.NO, state).changed)
    if counted:
        SyncRun.objects.filter(pk=run.pk).update(opt_outs=F("opt_outs") + counted)


def _behind(keys: Iterable[str], configuration: SyncConfiguration) -> set[int]:
    by_sign: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        by_sign[key[0]].add(key[1:])
    named = Named(frozenset(f"+{each}" for each in by_sign["+"]), frozenset(by_sign["@"]), frozenset(by_sign["#"]))
    people = {pk for behind in people_named([named]).values() for pk in behind}
    by_key = contacts_by_key(by_sign["~"], configuration.key_contact)
    return people | {contact.pk for found in by_key.values() for contact in found}
