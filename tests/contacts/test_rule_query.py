"""Rules asked of the database mean what they mean in plain Python; the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.utils.timezone import get_default_timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffetta.contacts.audiences.rule_query import query
from staffetta.contacts.audiences.rule_terms import About, Operator, Wants, operators
from staffetta.contacts.audiences.rule_world import present
from staffetta.contacts.audiences.rules import Condition, Group, Known, KnownField, Rule, read, stored
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.models import (
    ConsentState,
    Contact,
    ContactActivity,
    ContactList,
    Import,
    ImportedContact,
    ListMember,
)
from staffetta.work.clock import now
from tests.contacts.rule_oracle import Somebody, fits

pytestmark = pytest.mark.django_db

TODAYS = (date(2026, 11, 25), date(2026, 2, 28), date(2028, 2, 28), date(2026, 3, 29))
CHOICES = ("rosso", "Verde", "blu scuro", "è")
OWN = {
    "citta": "text",
    "a__b": "text",
    "12": "text",
    "sito": "url",
    "cell": "phone",
    "saldo": "number",
    "punti": "integer",
    "socio": "boolean",
    "nascita": "date",
    "visita": "datetime",
    "colore": "choice",
    "gusti": "choices",
}
FIELDS = {name: KnownField(kind, CHOICES if kind.startswith("choice") else ()) for name, kind in OWN.items()}
FIELDS |= {name: KnownField("text") for name in SYSTEM_FIELDS}
KNOWN = Known(FIELDS, frozenset({1, 2}), frozenset({1}), frozenset({"24001", "24002"}))

SIGNS = st.sampled_from([*"aAbBzZ0 ", *"%_\\'\"$[]{}*", *"àÀèÈßçÇ", "日", "🙂"])
WORDS = st.sampled_from(["Torino", "TORINO", "tor", "50%_", "È qui", "true", "12", "null", "[]"])
TEXTS = WORDS | st.text(SIGNS, min_size=1, max_size=4).map(str.strip).filter(bool)
NUMBERS = st.sampled_from(["0", "-1", "3.5", "10", "12345678901234567890.25", "0.000001"])
INTEGERS = st.integers(-3, 12) | st.sampled_from([2**63, -(10**20)])
NEAR = st.builds(lambda today, days: today + timedelta(days=days), st.sampled_from(TODAYS), st.integers(-40, 40))
DATES = NEAR | st.dates(date(1930, 1, 1), date(2035, 12, 31)) | st.just(date(2000, 2, 29))
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))])
MOMENTS = st.builds(
    lambda day, hour, second, micro, zone: datetime(day.year, day.month, day.day, hour, 59, second, micro, zone),
    *(DATES, st.integers(0, 23), st.sampled_from([0, 59]), st.sampled_from([0, 999999]), ZONES),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "url": TEXTS,
    "phone": TEXTS,
    "number": NUMBERS,
    "integer": INTEGERS,
    "boolean": st.booleans(),
    "date": DATES.map(date.isoformat),
    "datetime": MOMENTS.map(datetime.isoformat),
    "choice": st.sampled_from(CHOICES),
    "choices": st.lists(st.sampled_from(CHOICES), unique=True, max_size=3),
}
PLATFORMS = st.sampled_from(["whatsapp", "telegram"])


def values(type: str, operator: Operator, about: About) -> st.SearchStrategy[tuple[Any, ...]]:  # noqa: A002, PLR0911
    if operator.wants == Wants.NOTHING:
        return st.just(())
    if operator.wants == Wants.DAYS:
        return st.tuples(st.sampled_from([0, 1, 7, 30, 36_500]))
    if operator.wants == Wants.SEVERAL:
        return st.lists(st.sampled_from(CHOICES), unique=True, min_size=1, max_size=3).map(tuple)
    if about in (About.LIST, About.IMPORT):
        return st.tuples(st.sampled_from([1, 2]) if about == About.LIST else st.just(1))
    if about == About.CHANNEL:
        return st.tuples(st.sampled_from(["24001", "24002"]))
    days = about == About.CREATED or type in ("date", "datetime")
    one = DATES if days else VALUES[type]
    key = (lambda value: value) if days else float
    if operator.wants == Wants.TWO:
        return st.tuples(one, one).map(lambda pair: tuple(sorted(pair, key=key)))
    return st.tuples(one)


@st.composite
def some_condition(draw: st.DrawFn) -> Condition:
    about = draw(st.sampled_from([*About, *[About.FIELD] * 8]))
    name = draw(st.sampled_from([*OWN, *OWN, "first_name", "phone", "external_id"])) if about == About.FIELD else ""
    type = FIELDS[name].type if name else ""  # noqa: A001
    operator = draw(st.sampled_from(operators(about, type)))
    platform = draw(PLATFORMS) if about in (About.CONSENT, About.SENT, About.REPLY) else ""
    if about in (About.SENT, About.REPLY):
        platform = draw(st.sampled_from(["", platform]))
    purpose = draw(st.sampled_from(["marketing", "service"])) if about == About.CONSENT else ""
    return Condition(about, operator.name, draw(values(type, operator, about)), name, type, platform, purpose)


def some_group(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Group]:
    rules = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.builds(Group, st.sampled_from(["all", "any", "none"]), rules)


RULES = some_group(some_condition() | some_group(some_condition() | some_group(some_condition())))


@st.composite
def somebody(draw: st.DrawFn, pk: int) -> Somebody:
    own = {name: draw(VALUES[kind]) for name, kind in OWN.items() if draw(st.booleans())}
    own |= {name: None for name in OWN if name not in own and draw(st.integers(0, 9)) == 0}
    return Somebody(
        pk,
        {"first_name": draw(st.just("") | TEXTS), "phone": draw(st.sampled_from([None, f"+39{pk}"]))}
        | {"external_id": draw(st.sampled_from([None, f"Ä{pk}"]))},
        own,
        draw(MOMENTS),
        draw(st.dictionaries(st.tuples(PLATFORMS, st.sampled_from(["marketing", "service"])), CONSENTS, max_size=2)),
        frozenset(draw(st.sets(st.sampled_from([1, 2])))),
        frozenset(draw(st.sets(st.just(1)))),
        draw(st.dictionaries(st.tuples(PLATFORMS, st.sampled_from(["24001", "24002"])), MOMENTS, max_size=2)),
        draw(st.dictionaries(PLATFORMS, MOMENTS, max_size=2)),
    )


CONSENTS = st.sampled_from(["yes", "no", "unset"])
PEOPLE = st.integers(1, 4).flatmap(lambda number: st.tuples(*(somebody(pk) for pk in range(1, number + 1))))


def keep(people: Sequence[Somebody]) -> None:
    """Write the people into the database."""
    Contact.objects.all().delete()
    for pk in (1, 2):
        ContactList.objects.get_or_create(pk=pk, defaults={"name": f"L{pk}"})
    Import.objects.get_or_create(pk=1, defaults={"name": "i.csv"})
    for who in people:
        assert who.created
        Contact.objects.create(pk=who.pk, values=who.own, created_at=who.created, **who.system)
        for (platform, purpose), value in who.consents.items():
            said = {"platform": platform, "purpose": purpose, "source": "hand"}
            # One that is over counts as not set: half of those not set here are of that kind.
            over = {"value": "yes", "expires_at": now() - timedelta(days=1)} if who.pk % 2 else {"value": "unset"}
            told = over if value == "unset" else {"value": value, "expires_at": now() + timedelta(days=1)}
            ConsentState.objects.create(contact_id=who.pk, **said, **told)
        for pk in who.lists:
            ListMember.objects.create(list_id=pk, contact_id=who.pk)
        for pk in who.imports:
            ImportedContact.objects.create(source_id=pk, contact_id=who.pk, outcome="created", row=who.pk)
        for (platform, channel), at in who.sent.items():
            ContactActivity.objects.create(contact_id=who.pk, platform=platform, channel=channel, last_sent_at=at)
        for platform, at in who.replies.items():
            ContactActivity.objects.create(contact_id=who.pk, platform=platform, last_reply_at=at)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(PEOPLE, st.lists(RULES, min_size=3, max_size=8), st.sampled_from(TODAYS))
def test_the_database_finds_whom_plain_python_finds(
    people: Sequence[Somebody], rules: list[Group], today: date
) -> None:
    keep(people)
    zone = get_default_timezone()
    for rule in rules:
        found = set(Contact.objects.filter(query(rule, present(today))).values_list("pk", flat=True))
        assert found == {who.pk for who in people if fits(rule, who, today, zone)}


@settings(max_examples=100, deadline=None)
@given(RULES)
def test_rules_written_and_read_again_are_the_same(rule: Group) -> None:
    tree = stored(rule)
    again = read(tree, KNOWN)
    assert stored(again) == tree
    assert stored(read(stored(again), KNOWN)) == tree


def test_every_operator_of_every_kind_runs_alone() -> None:
    """Each is asked of the database once for sure, whatever the generator drew."""
    keep([])
    kinds = [(About.FIELD, name) for name in OWN] + [(about, "") for about in About if about != About.FIELD]
    for about, name in kinds:
        for operator in operators(about, OWN.get(name, "")):
            values_ = _example(about, OWN.get(name, ""), operator)
            rule = Condition(about, operator.name, values_, name, OWN.get(name, ""), "whatsapp", "marketing")
            assert not Contact.objects.filter(query(rule, present())).exists()


def _example(about: About, type: str, operator: Operator) -> tuple[Any, ...]:  # noqa: A002
    if operator.wants == Wants.NOTHING:
        return ()
    if operator.wants in (Wants.DAYS, Wants.SEVERAL):
        return (7,) if operator.wants == Wants.DAYS else ("rosso",)
    days = about == About.CREATED or type in ("date", "datetime")
    one: Any = date(2026, 1, 1) if days else "24001" if about == About.CHANNEL else 1 if not type else "1"
    return (one, one) if operator.wants == Wants.TWO else (one,)
