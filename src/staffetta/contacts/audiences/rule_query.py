"""Audience rules as a condition on contacts. Pure: no input becomes SQL text, and nothing is asked of the database.

Every part is true or false and never null, or a `none of` would lose those who have no value. Memberships are EXISTS
and never IN: of a list of a million ids PostgreSQL makes no hash, and compares each person with all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable, F
from django.db.models.functions import Coalesce, StrIndex, Substr
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, IsNull, LessThan, LessThanOrEqual

from staffetta.contacts.audiences.rule_functions import HasAny, Lowered, Number, Plain, Told, Within, lowered
from staffetta.contacts.audiences.rule_terms import About
from staffetta.contacts.audiences.rules import Condition, Rule
from staffetta.contacts.consents.consent import counts
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.models import ConsentState, ContactActivity, ImportedContact, ListMember

ALWAYS, NEVER = Q(), Q(pk__in=[])

Customers = Callable[[str], list[QuerySet[Any]]]


@dataclass(frozen=True, slots=True)
class Present:
    """What a relative date is counted from: the day, in the platform's own time zone.

    `customers` tells who is a customer of a channel: querysets with a contact_id, from the rooms above.
    """

    today: date
    zone: tzinfo
    customers: Customers = lambda _channel: []

    def begins(self, day: date) -> datetime:
        """Return the moment a day begins."""
        return datetime.combine(day, time(), self.zone)


def query(rule: Rule, present: Present) -> Q:
    """Return the condition a contact must meet."""
    if isinstance(rule, Condition):
        return READERS[rule.about](rule, present)
    parts = [query(inner, present) for inner in rule.rules]
    if rule.match == "any":
        return reduce(or_, parts)
    # none of: each negated by itself, so that the database can leave people out one membership after the other.
    return reduce(and_, [~part for part in parts] if rule.match == "none" else parts)


def _field(rule: Condition, present: Present) -> Q:
    column = F(rule.field) if rule.field in SYSTEM_FIELDS else Told("values", rule.field)
    if rule.operator in ("empty", "filled"):
        filled = _filled(column, rule)
        return filled if rule.operator == "filled" else ~filled
    return OF_TYPE[rule.type](column, rule, present)


def _filled(column: Combinable, rule: Condition) -> Q:
    nothing = ("", "[]") if rule.type == "choices" else ("",)
    return Q(IsNull(column, False)) & ~_known(In(column, [Value(text) for text in nothing]))


def _known(lookup: Any) -> Q:
    """Make a comparison false where there is no value."""
    return Q(Coalesce(lookup, Value(False)))


def _text(column: Combinable, rule: Condition, _present: Present) -> Q:
    text = lowered(str(rule.values[0]))
    plain, wanted = Lowered(column, text), Value(text)
    name = rule.operator.removesuffix("_not")
    if name == "is":
        met = _known(Exact(Plain(plain), wanted))
    else:
        place = StrIndex(plain, wanted)
        met = _known(GreaterThan(place, 0) if name == "contains" else Exact(place, 1))
    return ~met if rule.operator.endswith("_not") else met


def _number(column: Combinable, rule: Condition, _present: Present) -> Q:
    told, values = Number(column), [float(value) for value in rule.values]
    if rule.operator == "between":
        return _known(GreaterThanOrEqual(told, values[0])) & Q(LessThanOrEqual(told, values[1]))
    lookup = {"equals": Exact, "less": LessThan, "more": GreaterThan}[rule.operator]
    return _known(lookup(told, values[0]))


def span(rule: Condition, today: date) -> tuple[date | None, date | None]:
    """Return the days from and to which a condition means, both within; None for no bound."""
    if rule.operator == "last_days":
        return today - timedelta(days=rule.values[0]), today
    if rule.operator == "before_days":
        return None, today - timedelta(days=rule.values[0] + 1)
    if rule.operator == "next_days":
        return today, today + timedelta(days=rule.values[0])
    first = rule.values[0]
    bounds = {"on": (first, first), "before": (None, first - ONE_DAY), "after": (first + ONE_DAY, None)}
    return bounds.get(rule.operator, rule.values)


ONE_DAY = timedelta(days=1)


def _date(column: Combinable, rule: Condition, present: Present) -> Q:
    if rule.operator.startswith("birthday"):
        return _birthday(column, rule, present.today)
    low, high = span(rule, present.today)
    plain = Plain(column)
    met = Q(IsNull(column, False))
    met &= Q(GreaterThanOrEqual(plain, Value(low.isoformat()))) if low else Q(GreaterThan(plain, Value("")))
    return met & Q(LessThanOrEqual(plain, Value(high.isoformat()))) if high else met


def _birthday(column: Combinable, rule: Condition, today: date) -> Q:
    if rule.operator == "birthday_month":
        return _known(Exact(Substr(column, 6, 2), Value(f"{today:%m}")))
    days = [f"{today:%m-%d}"]
    if days == ["02-28"] and (today + ONE_DAY).month == 3:
        days.append("02-29")  # of those born on a leap day, in a year without one
    return _known(In(Substr(column, 6, 5), [Value(day) for day in days]))


def _moment(column: Combinable, rule: Condition, present: Present) -> Q:
    low, high = span(rule, present.today)
    begin = present.begins(low) if low else None
    return Q(Within(column, begin, present.begins(high + ONE_DAY) if high else None))


def _boolean(column: Combinable, rule: Condition, _present: Present) -> Q:
    return _known(Exact(Plain(column), Value("true" if rule.operator == "yes" else "false")))


def _choice(column: Combinable, rule: Condition, _present: Present) -> Q:
    met = _known(In(Plain(column), [Value(text) for text in rule.values]))
    return ~met if rule.operator == "none_of" else met


def _choices(_column: Combinable, rule: Condition, _present: Present) -> Q:
    met = Q(HasAny("values", rule.field, rule.values))
    return ~met if rule.operator == "none_of" else met


OF_TYPE: Mapping[str, Callable[[Combinable, Condition, Present], Q]] = {
    "text": _text,
    "url": _text,
    "phone": _text,
    "number": _number,
    "integer": _number,
    "date": _date,
    "datetime": _moment,
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
}


def _created(rule: Condition, present: Present) -> Q:
    low, high = span(rule, present.today)
    met = Q(created_at__gte=present.begins(low)) if low else ALWAYS
    return met & Q(created_at__lt=present.begins(high + ONE_DAY)) if high else met


def _there(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(contact_id=OuterRef("pk"))))


def _consent(rule: Condition, _present: Present) -> Q:
    said = ConsentState.objects.filter(counts(), platform=rule.platform, purpose=rule.purpose)
    if rule.operator == "unset":
        return ~_there(said.filter(value__in=("yes", "no")))
    return _there(said.filter(value=rule.operator))


def _list(rule: Condition, _present: Present) -> Q:
    return _signed(rule, _there(ListMember.objects.filter(list_id=rule.values[0])))


def _import(rule: Condition, _present: Present) -> Q:
    return _signed(rule, _there(ImportedContact.objects.filter(source_id=rule.values[0])))


def _signed(rule: Condition, met: Q) -> Q:
    return ~met if rule.operator.startswith("not_") else met


def _channel(rule: Condition, present: Present) -> Q:
    if rule.operator.endswith("written"):
        sent = ContactActivity.objects.filter(channel=rule.values[0], last_sent_at__isnull=False)
        return _signed(rule, _there(sent))
    met = [_there(rows) for rows in present.customers(rule.values[0])]
    return _signed(rule, reduce(or_, met) if met else NEVER)


def _last(rule: Condition, present: Present) -> Q:
    column = "last_sent_at" if rule.about == About.SENT else "last_reply_at"
    rows = ContactActivity.objects.filter(**{f"{column}__isnull": False})
    if rule.platform:
        rows = rows.filter(platform=rule.platform)
    if rule.operator == "never":
        return ~_there(rows)
    since = present.begins(present.today - timedelta(days=rule.values[0]))
    recent = _there(rows.filter(**{f"{column}__gte": since}))
    return recent if rule.operator == "last_days" else _there(rows) & ~recent


READERS: Mapping[About, Callable[[Condition, Present], Q]] = {
    About.FIELD: _field,
    About.CREATED: _created,
    About.CONSENT: _consent,
    About.LIST: _list,
    About.IMPORT: _import,
    About.CHANNEL: _channel,
    About.SENT: _last,
    About.REPLY: _last,
}
