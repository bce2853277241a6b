"""Whom we have among the customers of a page: a fixed number of statements, whatever its length."""

from collections.abc import Collection, Mapping, Sequence

from staffetta.connectors.messages import Customer
from staffetta.contacts.consents.suppression import erased_among
from staffetta.contacts.fields import value_index
from staffetta.contacts.fields.types import show
from staffetta.contacts.merging import former_addresses
from staffetta.contacts.models import Contact
from staffetta.contacts.phones.equivalents import canonical, equivalents
from staffetta.contacts.phones.phone import digits
from staffetta.sync.judge import SOMEBODY_NEW, Known, Linked, Wrong, claim, existing_phone_of, key_of
from staffetta.sync.mapping import IDENTITIES, Rule, Unusable, there
from staffetta.sync.models import SyncLink, SyncMet, SyncRun
from staffetta.sync.own_states import any_own, own_among
from staffetta.sync.setup import Setup, address_kind


def look_up(customers: Sequence[Customer], run: SyncRun, setup: Setup) -> Known:
    """Return contacts by key, links by customer, and who was met in this run."""
    ids = {customer.id for customer in customers if customer.id}
    keys = _keys(customers, setup)
    linked = SyncLink.objects.filter(configuration=setup.configuration, customer_id__among=ids)
    links = linked.values_list("customer_id", "contact_id", "last")  # objects would cost a tenth of a run's time
    by_key = contacts_by_key(keys, setup.configuration.key_contact)
    former = _former(keys - by_key.keys(), setup)
    if former:
        by_key |= contacts_by_key(set(former.values()) - by_key.keys(), setup.configuration.key_contact)
    keys |= set(former.values())
    met = _met(run, ids, keys)
    channel = setup.configuration.channel.provider_id
    mine = any_own(channel)
    return Known(
        by_key=by_key,
        former=former,
        links={who: Linked(contact, last) for who, contact, last in links},
        met={customer for customer, _key in met},
        keys={key for _customer, key in met},
        erased=erased_among(setup.platform, ids),
        addresses=_addresses(customers, setup),
        owners=_owners(customers, run, setup),
        any_own=mine,
        own=own_among(channel, customers, run.created_at) if mine else set(),
    )


def _met(run: SyncRun, ids: Collection[str], keys: Collection[str]) -> list[tuple[str, str]]:
    """Return customer and key of those of this run who are these, or have one of the keys."""
    met = SyncMet.objects.filter(run=run).values_list("customer_id", "key")
    # Two questions in one statement: with OR, SQLite reads all who were met so far (of a million: ten minutes).
    return list(met.filter(customer_id__among=ids).union(met.filter(key__among=keys), all=True))


def contacts_by_key(keys: Collection[str], kind: str) -> dict[str, list[Contact]]:
    """Return the contacts behind each key (`kind`: SyncConfiguration.key_contact); a key nobody has is absent."""
    found: dict[str, list[Contact]] = {}
    if kind == "phone":
        forms = {f"+{form}" for key in keys for form in equivalents(key)}
        for contact in Contact.objects.filter(phone__among=forms):
            found.setdefault(canonical(digits(contact.phone or "")), []).append(contact)
    elif kind == "telegram_id":
        for contact in Contact.objects.filter(telegram_id__among=keys):
            found.setdefault(contact.telegram_id or "", []).append(contact)
    elif kind == "external_id":
        for contact in Contact.objects.filter(external_id__among=keys):
            found.setdefault(contact.external_id or "", []).append(contact)
    else:
        for contact in value_index.holding(kind, keys):
            found.setdefault(show("", contact.values[kind]), []).append(contact)
    return found


def _former(keys: Collection[str], setup: Setup) -> dict[str, str]:
    """Return key -> the key it has become, of addresses that a merge dropped."""
    if setup.configuration.key_contact == "telegram_id":
        merged = former_addresses.owners_of_telegram(keys).items()
        return {key: contact.telegram_id for key, contact in merged if contact.telegram_id}
    if setup.configuration.key_contact != "phone":
        return {}
    owners = former_addresses.owners({f"+{form}" for key in keys for form in equivalents(key)})
    told = {canonical(digits(phone)): contact.phone for phone, contact in owners.items()}
    return {key: canonical(digits(phone)) for key, phone in told.items() if phone and key in keys}


def _keys(customers: Sequence[Customer], setup: Setup) -> set[str]:
    keys = set[str]()
    for customer in customers:
        try:
            keys.add(key_of(customer, setup))
        except Wrong:
            continue
    return keys


def _addresses(customers: Sequence[Customer], setup: Setup) -> dict[str, int]:
    """Return the addresses that somebody has; asked for only where people are matched by something else."""
    kind = address_kind(setup.platform)
    if not kind or kind == setup.configuration.key_contact:
        return {}
    wanted = set[str]()
    for customer in customers:
        try:
            wanted.add(existing_phone_of(customer.id) if kind == "phone" else customer.id)
        except Wrong:
            continue
    former = former_addresses.owners(wanted) if kind == "phone" else former_addresses.owners_of_telegram(wanted)
    found = {phone: contact.pk for phone, contact in former.items()}
    return found | dict(Contact.objects.filter(**{f"{kind}__among": wanted}).values_list(kind, "pk"))


def _owners(customers: Sequence[Customer], run: SyncRun, setup: Setup) -> dict[tuple[str, str], int]:
    """Return who has the identities these customers would take; of a rehearsal, earlier customers too."""
    found: dict[tuple[str, str], int] = {}
    for rule in setup.rules:
        if rule.target not in IDENTITIES:
            continue
        wanted = {value for customer in customers if (value := _read(rule, customer))}
        found |= owners_of({rule.target: wanted})
        if run.rehearsal:
            claims = {claim(rule.target, value): value for value in wanted}
            met = SyncMet.objects.filter(run=run, key__among=claims).values_list("key", flat=True)
            found |= {(rule.target, claims[key]): SOMEBODY_NEW for key in met}
    return found


def _read(rule: Rule, customer: Customer) -> str:
    try:
        return str(there(rule, customer))
    except Unusable:
        return ""


def owners_of(wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], int]:
    """Return (identity, value) -> the contact that has it, of the values wanted of each identity."""
    return {(name, value): pk for name, values in wanted.items() for value, pk in owned(name, values).items()}


def owned(name: str, values: Collection[str]) -> dict[str, int]:
    """Return value -> the contact that has this identity, or had it before a merge."""
    merged = former_addresses.owners_of_telegram(values) if name == "telegram_id" else {}
    former = {value: contact.pk for value, contact in merged.items()}
    return former | dict(Contact.objects.filter(**{f"{name}__among": values}).values_list(name, "pk"))
