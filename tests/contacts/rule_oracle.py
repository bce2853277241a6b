"""Audience rules judged in plain Python, person by person: what the database's answer is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from staffetta.contacts.audiences.rule_terms import About
from staffetta.contacts.audiences.rules import Condition, Rule


@dataclass
class Somebody:
    """All there is to know about one contact."""

    pk: int
    system: Mapping[str, str | None] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    created: datetime | None = None
    consents: Mapping[tuple[str, str], str] = field(default_factory=dict)
    lists: frozenset[int] = frozenset()
    imports: frozenset[int] = frozenset()
    sent: Mapping[tuple[str, str], datetime] = field(default_factory=dict)  # (platform, channel)
    replies: Mapping[str, datetime] = field(default_factory=dict)


def fits(rule: Rule, who: Somebody, today: date, zone: tzinfo) -> bool:
    if not isinstance(rule, Condition):
        met = [fits(inner, who, today, zone) for inner in rule.rules]
        return {"all": all(met), "any": any(met), "none": not any(met)}[rule.match]
    return judge(rule, who, today, zone)


def judge(rule: Condition, who: Somebody, today: date, zone: tzinfo) -> bool:  # noqa: PLR0911  (one for each kind)
    if rule.about == About.FIELD:
        value = who.system[rule.field] if rule.field in who.system else who.own.get(rule.field)
        return of_field(rule, value, today, zone)
    if rule.about == About.CREATED:
        assert who.created
        return within(rule, who.created.astimezone(zone).date(), today)
    if rule.about == About.CONSENT:
        return who.consents.get((rule.platform, rule.purpose), "unset") == rule.operator
    if rule.about in (About.LIST, About.IMPORT):
        among = who.lists if rule.about == About.LIST else who.imports
        return (rule.values[0] in among) is (rule.operator == "in")
    if rule.about == About.CHANNEL:
        if rule.operator.endswith("customer"):
            return rule.operator == "not_customer"  # nobody is one in this world
        return any(channel == rule.values[0] for _, channel in who.sent) is (rule.operator == "written")
    if rule.about == About.SENT:
        return last(
            rule, [at for (platform, _), at in who.sent.items() if rule.platform in ("", platform)], today, zone
        )
    return last(rule, [at for platform, at in who.replies.items() if rule.platform in ("", platform)], today, zone)


def last(rule: Condition, moments: list[datetime], today: date, zone: tzinfo) -> bool:
    if rule.operator == "never":
        return not moments
    if not moments:
        return False
    recent = max(moments).astimezone(zone).date() >= today - timedelta(days=rule.values[0])
    return recent is (rule.operator == "last_days")


def of_field(rule: Condition, value: Any, today: date, zone: tzinfo) -> bool:  # noqa: PLR0911  (one for each type)
    there = value is not None and value not in ("", [])
    if rule.operator in ("empty", "filled"):
        return there is (rule.operator == "filled")
    if rule.type in ("text", "url", "phone"):
        return of_text(rule, None if value is None else str(value).lower(), str(rule.values[0]).lower())
    if rule.operator == "none_of":
        return not any(one in rule.values for one in (value if isinstance(value, list) else [value]))
    if not there:
        return False
    if rule.operator == "any_of":
        return any(one in rule.values for one in (value if isinstance(value, list) else [value]))
    if rule.type == "boolean":
        return bool(value is (rule.operator == "yes"))
    if rule.type in ("number", "integer"):
        return of_number(rule.operator, float(value), [float(one) for one in rule.values])
    if rule.type == "datetime":
        return within(rule, datetime.fromisoformat(value).astimezone(zone).date(), today)
    return of_date(rule, date.fromisoformat(value), today)


def of_text(rule: Condition, value: str | None, wanted: str) -> bool:
    negated = rule.operator.endswith("_not")
    if value is None:
        return negated
    found = {
        "is": value == wanted,
        "contains": wanted in value,
        "starts_with": value.startswith(wanted),
    }[rule.operator.removesuffix("_not")]
    return found is not negated


def of_number(operator: str, value: float, wanted: list[float]) -> bool:
    if operator == "between":
        return wanted[0] <= value <= wanted[1]
    return {"equals": value == wanted[0], "less": value < wanted[0], "more": value > wanted[0]}[operator]


def of_date(rule: Condition, value: date, today: date) -> bool:
    if rule.operator == "birthday_month":
        return value.month == today.month
    if rule.operator == "birthday_today":
        leap_day = (value.month, value.day) == (2, 29) and (today.month, today.day) == (2, 28)
        no_leap_year = (today + timedelta(days=1)).day == 1
        return (value.month, value.day) == (today.month, today.day) or (leap_day and no_leap_year)
    return within(rule, value, today)


def within(rule: Condition, day: date, today: date) -> bool:
    if rule.operator.endswith("_days"):
        distance = timedelta(days=rule.values[0])
        return {
            "last_days": today - distance <= day <= today,
            "before_days": day < today - distance,
            "next_days": today <= day <= today + distance,
        }[rule.operator]
    if rule.operator == "between":
        return bool(rule.values[0] <= day <= rule.values[1])
    first: date = rule.values[0]
    return {"on": day == first, "before": day < first, "after": day > first}[rule.operator]
