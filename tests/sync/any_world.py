"""Any world of customers and contacts, and any mapping between them; the provider is a dictionary that does as told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from staffetta.channels.models import Channel
from staffetta.connectors.messages import Customer
from staffetta.contacts.consents import consent
from staffetta.contacts.fields.types import TypeFault
from staffetta.contacts.models import Contact, ContactField
from staffetta.sync import write_back
from staffetta.sync.convert import FITTING, convert
from staffetta.sync.forms import ECHOES
from staffetta.sync.models import Kind, Meaning, Mode, RunState, SyncConfiguration, SyncMapping, SyncRun
from staffetta.sync.plan_writes import DELETED_DELETE, NAME_PARTS, RULES
from staffetta.sync.read_ahead import Pages
from staffetta.sync.read_pages import Place
from staffetta.sync.run import take
from staffetta.sync.setup import ready
from tests.sync.world import contact, number

CHOICES = ["S", "M", "Large size"]
PAIRS = {"piccola": "S", "media": "M", "mini": "S"}
THERE: dict[str, tuple[str, ...]] = {
    "number": ("1", "1,50", "2.0", "0"),
    "word": ("S", "true", "1", "1990-01-01", "https://example.com/a", "+393471234567"),
    "text": ("Reggio Emilia", "1,50", "sì", "17/05/1990", "s, M", "1990-05-17T10:30:00+02:00", "393471234567"),
    "single_choice": ("S", "m", "piccola", "mini"),
    "multiple_choice": ("s, M", "mini; piccola", "Large size"),
    "location": ("45.4,9.2",),
    "date": ("1990-01-01", "17/05/1990"),
    "time": ("10:30",),
}
"""What customers may say, by the type of the field; «unknown» is text."""
HERE: dict[str, tuple[object, ...]] = {
    "text": ("Roma", "1,50", "17/05/1990", "Reggio Emilia"),
    "number": ("1.5", "2"),
    "integer": (1, 7),
    "boolean": (True, False),
    "date": ("1990-01-01", "2001-12-31"),
    "datetime": ("1990-05-17T10:30:00+02:00", "1990-01-01T00:00:00+00:00"),
    "choice": ("S", "M", "Large size"),
    "choices": (["S"], ["M", "Large size"]),
    "url": ("https://example.com/a", "https://example.com/b"),
    "phone": ("+393471234567", "+393479999999"),
}
NAMES = ("", "Ugo", "Anna Rossi", "Maria De Luca", "  Anna   Maria  Rossi ")
FIRST_NAMES, LAST_NAMES = ("", "Ugo", "Anna Maria", "Anna"), ("", "Rossi", "De Luca")
IDENTITIES = {"external_id": ("A1", "A2", "B 7", ""), "telegram_id": ("101", "102", "boh", "")}
"""What customers may say of the fields no two contacts share; a contact has one of the first three, or none."""
FITTINGS = sorted((there, here) for there, ours in FITTING.items() for here in ours)
MODES = [mode.value for mode in Mode]


@dataclass
class World:
    """Customers, contacts by place, the rows of the mapping, what else a configuration says.

    `said`: place -> what the contact said, yes or no; `later`: what changes on both sides between two runs; `had`:
    place -> the identities the contact has.
    """

    customers: list[Customer]
    contacts: dict[int, tuple[str, str, list[object]]]
    rows: list[SyncMapping]
    types: list[str]
    more: dict[str, object]
    said: dict[int, str] = field(default_factory=dict)
    later: list[tuple[int, str, dict[str, str], str, list[object], bool]] = field(default_factory=list)
    had: dict[int, dict[str, str]] = field(default_factory=dict)

    def go_on(self, customers: list[Customer]) -> None:
        """Let people change at the provider, in `customers`, and here."""
        for place, name, told, first, values, forgets in self.later:
            for position, each in enumerate(customers):
                if each.id == number(place):
                    customers[position] = replace(each, name=name, fields=told)
            for person in Contact.objects.filter(phone=f"+{number(place)}"):
                person.first_name, person.values = first, _values(values)
                if forgets:
                    person.external_id = person.telegram_id = None
                person.save()

    def build(self, channel: Channel) -> SyncConfiguration:
        """Put it into the database."""
        for place, kind in enumerate(self.types):
            ContactField.objects.create(
                name=f"f{place}", label=f"F{place}", type=kind, choices=CHOICES if kind in ("choice", "choices") else []
            )
        for row in self.rows:
            if row.customer_field not in ("", "name", "number"):
                channel.customer_fields.create(name=row.customer_field, type=row.type_seen)
        made = SyncConfiguration.objects.create(channel=channel, name="Any", **self.more)
        for position, row in enumerate(self.rows):
            row.pk, row.configuration, row.position = None, made, position
            row.save()
        Contact.objects.bulk_create(
            contact(place, first, last, **_values(values)) for place, (first, last, values) in self.contacts.items()
        )
        for place, identities in self.had.items():
            Contact.objects.filter(phone=f"+{number(place)}").update(**identities)
        for place, value in self.said.items():
            found = Contact.objects.filter(phone=f"+{number(place)}").values_list("pk", flat=True)
            consent.record(list(found), "whatsapp", consent.BOTH, value, "hand")
        return made


def _values(values: Sequence[object]) -> dict[str, object]:
    return {f"f{place}": value for place, value in enumerate(values) if value != ""}


def _there(fittings: Sequence[tuple[str, str]], identities: Sequence[str]) -> st.SearchStrategy[dict[str, str]]:
    """What one customer says in each field: mostly what our field can hold, now and then nothing or nonsense."""
    own = {f"c{place}": [*_fitting(*each) * 6, "", "", "boh"] for place, each in enumerate(fittings)}
    told = own | {name: list(IDENTITIES[name]) for name in identities}
    return st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in told.items()})


def _fitting(there: str, here: str) -> list[str]:
    texts = (*THERE.get(there, THERE["text"]), *THERE["word"])
    return [text for text in texts if _converts(text, there, here)] or [""]


def _converts(text: str, there: str, here: str) -> bool:
    try:
        convert(text, there, here, CHOICES, PAIRS)
    except TypeFault:
        return False
    return True


def _here(fittings: Sequence[tuple[str, str]]) -> st.SearchStrategy[list[object]]:
    return st.tuples(*(st.sampled_from([*HERE[here], ""]) for _there, here in fittings)).map(list)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    fittings = draw(st.lists(st.sampled_from(FITTINGS), min_size=1, max_size=3))
    modes = st.sampled_from(MODES)
    rows = [
        SyncMapping(
            customer_field=f"c{place}", type_seen=there, contact_field=f"f{place}", mode=draw(modes),
            pairs=PAIRS if here in ("choice", "choices") and draw(st.booleans()) else {},
        )
        for place, (there, here) in enumerate(fittings)
    ]  # fmt: skip
    names = draw(st.sampled_from([NAME_PARTS, NAME_PARTS[:1], NAME_PARTS[1:], ()]))
    rows += [SyncMapping(kind=kind, contact_field=kind.value, mode=draw(modes)) for kind in names]
    if draw(st.booleans()):
        rows.append(SyncMapping(kind=Kind.FIXED, fixed="it", contact_field="language", mode=draw(modes)))
    identities = draw(st.lists(st.sampled_from(sorted(IDENTITIES)), unique=True))
    rows += [
        SyncMapping(customer_field=name, type_seen="text", contact_field=name, mode=draw(modes)) for name in identities
    ]
    texts, values = _there(fittings, identities), _here(fittings)
    places = st.integers(1, 3)
    people = st.lists(
        st.builds(
            lambda place, name, told, stopped, blocked: Customer(
                number(place) if place else "12", name, stopped=stopped, blocked=blocked,
                fields=told,
            ),
            st.sampled_from([1, 2, 3, 1, 2, 3, 4, 0]), st.sampled_from(NAMES), texts, st.booleans(), st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )  # fmt: skip
    here = st.dictionaries(
        places, st.tuples(st.sampled_from(FIRST_NAMES), st.sampled_from(LAST_NAMES), values), min_size=1, max_size=3
    )
    rules = draw(st.lists(st.sampled_from(sorted(RULES.keys() - {DELETED_DELETE})), unique=True))
    meanings = [meaning.value for meaning in Meaning]
    more: dict[str, object] = {
        "direction": draw(st.sampled_from(["both", "to_engage", "from_engage"])),
        "create_unknown": draw(st.sampled_from([True, True, False])),
        "stopped_means": draw(st.sampled_from(meanings)),
        "blocked_means": draw(st.sampled_from(meanings)),
        "state_rules": rules,
    }
    for rule, field_name, own in ECHOES:
        if rule in rules:  # else the form does not take it
            more[field_name] = draw(st.sampled_from([own.value, Meaning.NOTHING.value]))
    said = draw(st.dictionaries(places, st.sampled_from(["yes", "no"]), max_size=3))
    later = draw(
        st.lists(
            st.tuples(places, st.sampled_from(NAMES), texts, st.sampled_from(FIRST_NAMES), values, st.booleans()),
            min_size=1,
            max_size=3,
        )
    )
    types = [here_type for _there, here_type in fittings]
    return World(draw(people), draw(here), rows, types, more, said, later, _had(draw, identities))


def _had(draw: st.DrawFn, identities: Sequence[str]) -> dict[int, dict[str, str]]:
    """Whom the contacts are known as, nobody like another."""
    had: dict[int, dict[str, str]] = {}
    for name in identities:
        values = [value for value in IDENTITIES[name] if value not in ("boh", "")]
        for place, value in zip((1, 2, 3), draw(st.permutations([*values, "", ""])), strict=False):
            if value:
                had.setdefault(place, {})[name] = value
    return had


def run_over(made: SyncConfiguration, customers: list[Customer], *, rehearsal: bool = False) -> SyncRun:
    """Take the customers in pages of five, as the lane would, then write back; `customers` changes as it is told."""
    run = SyncRun.objects.create(configuration=made, rehearsal=rehearsal)
    setup = ready(made)
    read = list(customers)
    for start in range(0, len(read), 5):
        take(run, Pages(read[start : start + 5], Place(start + 5), 1), setup)
    while not rehearsal and (writes := write_back.claim(run)):
        for write in writes:
            customers[:] = [_told(each, write.deed, write.name, write.fields) if each.id == write.customer_id else each
                            for each in customers]  # fmt: skip
        write_back.record(run, [write_back.Answer(write) for write in writes])
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    run.refresh_from_db()
    return run


def _told(customer: Customer, deed: str, name: str | None, fields: dict[str, str]) -> Customer:
    if deed in ("stop", "start"):
        return replace(customer, stopped=deed == "stop")
    if deed in ("block", "unblock"):
        return replace(customer, blocked=deed == "block")
    return replace(customer, name=customer.name if name is None else name, fields={**customer.fields, **fields})
