"""Audience rules: a JSON tree read into frozen values, or told what is wrong with it and where. Pure.

    {"version": 1, "match": "all", "rules": [
        {"about": "field", "field": "city", "is": "is", "value": "Torino"},
        {"match": "none", "rules": [{"about": "list", "is": "in", "value": 7}]}]}

The format is described in docs/reference/audiences.md, the operators in rule_terms.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from staffetta.contacts.audiences.rule_terms import About, Operator, Wants, operator
from staffetta.contacts.fields.types import TypeFault, Value, parse

VERSION = 1
MATCHES = ("all", "any", "none")
DEPTH = 3
CONDITIONS = 50
VALUES = 100
LONGEST_SPAN = 36_500
YEARS = (1800, 2999)
PLATFORMS = ("whatsapp", "telegram")
PURPOSES = ("marketing", "service")
GONE = frozenset(
    {"unknown_field", "unknown_list", "unknown_import", "unknown_channel", "unknown_operator", "unknown_choice"}
)
"""Faults that come to rules from outside: what they name was deleted, or a field got another type or other choices."""


@dataclass(frozen=True, slots=True)
class KnownField:
    """A field as rules see it."""

    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may name: fields by name, lists and imports by id, channels by their id at the provider."""

    fields: Mapping[str, KnownField] = field(default_factory=dict)
    lists: frozenset[int] = frozenset()
    imports: frozenset[int] = frozenset()
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `values` are typed: what types.py makes of texts, dates as dates, days and ids as ints."""

    about: About
    operator: str
    values: tuple[Any, ...] = ()
    field: str = ""
    type: str = ""
    platform: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rules together: all, any or none of them."""

    match: str
    rules: "tuple[Rule, ...]"


Rule = Condition | Group


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: `path` leads through the groups, () is the whole."""

    path: tuple[int, ...]
    code: str
    subject: str = ""


class WrongRules(ValueError):
    """The tree cannot be used; `faults` says why, in the order of the tree."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(f"{'.'.join(map(str, fault.path))}: {fault.code}" for fault in faults))
        self.faults = faults


def read(tree: object, known: Known) -> Group:
    """Return the rules a tree holds; raises WrongRules with everything that is wrong."""
    faults: list[Fault] = []
    if not isinstance(tree, Mapping) or tree.get("version", VERSION) != VERSION:
        raise WrongRules([Fault((), "not_rules" if not isinstance(tree, Mapping) else "unknown_version")])
    if not isinstance(tree.get("rules"), list):
        raise WrongRules([Fault((), "not_rules")])
    if sum(1 for _node in conditions(tree)) > CONDITIONS:
        raise WrongRules([Fault((), "too_many")])
    found = _group(tree, (), known, faults)
    if faults or found is None:
        raise WrongRules(faults)
    return found


def written(rule: Rule) -> dict[str, Any]:
    """Return the tree of a rule, in its one canonical form (without the version)."""
    if isinstance(rule, Group):
        return {"match": rule.match, "rules": [written(inner) for inner in rule.rules]}
    told: dict[str, Any] = {"about": str(rule.about), "is": rule.operator}
    told |= {name: value for name in ("field", "platform", "purpose") if (value := getattr(rule, name))}
    values = [value.isoformat() if isinstance(value, date) else value for value in rule.values]
    wants = _wants(rule)
    if wants == Wants.SEVERAL:
        return told | {"values": values}
    return told | dict(zip(("value", "to"), values, strict=False))


def stored(group: Group) -> dict[str, Any]:
    """Return the whole tree as it is kept."""
    return {"version": VERSION, **written(group)}


def conditions(node: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield the conditions of a tree, however wrong it is; nothing below the deepest group."""
    if not isinstance(node, Mapping) or depth > DEPTH:
        return
    if isinstance(node.get("rules"), list):
        for inner in node["rules"]:
            yield from conditions(inner, depth + 1)
    else:
        yield node


def _wants(rule: Condition) -> Wants:
    found = operator(rule.about, rule.type, rule.operator)
    return found.wants if found else Wants.NOTHING


def _group(node: Mapping[str, Any], path: tuple[int, ...], known: Known, faults: list[Fault]) -> Group | None:
    if node.get("match", "all") not in MATCHES:
        faults.append(Fault(path, "unknown_match"))
    elif len(path) >= DEPTH:
        faults.append(Fault(path, "too_deep"))
    elif not node["rules"]:
        faults.append(Fault(path, "empty_group"))
    else:
        found = [_rule(inner, (*path, n), known, faults) for n, inner in enumerate(node["rules"])]
        return Group(node.get("match", "all"), tuple(rule for rule in found if rule is not None))
    return None


def _rule(node: object, path: tuple[int, ...], known: Known, faults: list[Fault]) -> Rule | None:
    if not isinstance(node, Mapping):
        faults.append(Fault(path, "not_a_rule"))
        return None
    if isinstance(node.get("rules"), list):
        return _group(node, path, known, faults)
    try:
        return _condition(node, known)
    except _Wrong as wrong:
        faults.append(Fault(path, wrong.code, wrong.subject))
        return None


class _Wrong(Exception):
    """One condition cannot be used."""

    def __init__(self, code: str, subject: str = "") -> None:
        self.code, self.subject = code, subject


def _condition(node: Mapping[str, Any], known: Known) -> Condition:
    about = next((each for each in About if each == node.get("about")), None)
    if about is None:
        raise _Wrong("unknown_about")
    name = str(node.get("field", "")) if about == About.FIELD else ""
    own = known.fields.get(name, KnownField(""))
    if about == About.FIELD and not own.type:
        raise _Wrong("unknown_field", name)
    compared = operator(about, own.type, node.get("is"))
    if compared is None:
        raise _Wrong("unknown_operator")
    platform, purpose = _platform(node, about), _purpose(node, about)
    values = _values(node, compared, about, own, known)
    return Condition(about, compared.name, values, name, own.type, platform, purpose)


def _platform(node: Mapping[str, Any], about: About) -> str:
    if about not in (About.CONSENT, About.SENT, About.REPLY):
        return ""
    platform = str(node.get("platform", "whatsapp" if about == About.CONSENT else ""))
    if platform not in PLATFORMS and (platform or about == About.CONSENT):
        raise _Wrong("unknown_platform", platform)
    return platform


def _purpose(node: Mapping[str, Any], about: About) -> str:
    if about != About.CONSENT:
        return ""
    purpose = str(node.get("purpose", PURPOSES[0]))
    if purpose not in PURPOSES:
        raise _Wrong("unknown_purpose", purpose)
    return purpose


def _values(
    node: Mapping[str, Any], compared: Operator, about: About, own: KnownField, known: Known
) -> tuple[Any, ...]:
    if compared.wants == Wants.NOTHING:
        return ()
    if compared.wants == Wants.DAYS:
        return (_days(node.get("value")),)
    if compared.wants == Wants.SEVERAL:
        return _several(node.get("values"), own)
    if about in (About.LIST, About.IMPORT, About.CHANNEL):
        return (_named(node.get("value"), about, known),)
    first = _one(node.get("value"), about, own)
    if compared.wants == Wants.ONE:
        return (first,)
    second = _one(node.get("to"), about, own)
    if _order(second, own) < _order(first, own):
        raise _Wrong("wrong_order")
    return (first, second)


def _order(value: Any, own: KnownField) -> Any:
    return float(value) if own.type in ("number", "integer") else value


def _days(value: object) -> int:
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or int(text) > LONGEST_SPAN:
        raise _Wrong("not_days")
    return int(text)


def _several(value: object, own: KnownField) -> tuple[str, ...]:
    texts = tuple(dict.fromkeys(str(each) for each in value)) if isinstance(value, list) else ()
    if not texts:
        raise _Wrong("no_value")
    if len(texts) > VALUES:
        raise _Wrong("too_many_values")
    if gone := next((text for text in texts if text not in own.choices), None):
        raise _Wrong("unknown_choice", gone)
    return texts


def _named(value: object, about: About, known: Known) -> int | str:
    text = str(value).strip() if isinstance(value, int | str) else ""
    if not text:
        raise _Wrong("no_value")
    if about == About.CHANNEL:
        if text not in known.channels:
            raise _Wrong("unknown_channel", text)
        return text
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    if number not in (known.lists if about == About.LIST else known.imports):
        raise _Wrong(f"unknown_{about}", text)
    return number


def _one(value: object, about: About, own: KnownField) -> Value | date:
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not text or "\0" in text:
        raise _Wrong("no_value")
    if about == About.CREATED or own.type in ("date", "datetime"):
        return _day(text)
    try:
        # A text is compared as a text, whatever the field holds: a part of an address is no address.
        return parse(own.type if own.type in ("number", "integer") else "text", text)
    except TypeFault as fault:
        raise _Wrong(fault.code) from None


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(str(parse("date", text)))
    except TypeFault as fault:
        raise _Wrong(fault.code) from None
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise _Wrong("not_a_date")
    return found
