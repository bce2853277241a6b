"""The words of audience rules: what conditions are about, operators, what is wrong; and whole rules as a sentence."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from staffetta.contacts.audiences.rule_terms import About
from staffetta.contacts.audiences.rules import Condition, Fault, Group, Rule
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.models import ContactField, ContactList, Import, Purpose
from staffetta.contacts.wording import REJECT_REASONS

ABOUTS: Mapping[str, Promise] = {
    "created": gettext_lazy("Added to the contacts"),
    "consent": gettext_lazy("Opt-in"),
    "list": gettext_lazy("List"),
    "import": gettext_lazy("Import"),
    "channel": gettext_lazy("Sinch Engage channel"),
    "sent": gettext_lazy("Last message sent"),
    "reply": gettext_lazy("Last message received"),
}
MATCHES: Mapping[str, Promise] = {
    "all": gettext_lazy("All of these are true"),
    "any": gettext_lazy("At least one of these is true"),
    "none": gettext_lazy("None of these is true"),
}
OPERATORS: Mapping[str, Promise] = {
    "is": pgettext_lazy("rule", "is"),
    "is_not": pgettext_lazy("rule", "is not"),
    "contains": pgettext_lazy("rule", "contains"),
    "contains_not": pgettext_lazy("rule", "does not contain"),
    "starts_with": pgettext_lazy("rule", "starts with"),
    "empty": pgettext_lazy("rule", "is empty"),
    "filled": pgettext_lazy("rule", "is filled"),
    "equals": pgettext_lazy("rule", "is equal to"),
    "less": pgettext_lazy("rule", "is less than"),
    "more": pgettext_lazy("rule", "is more than"),
    "between": pgettext_lazy("rule", "is between"),
    "on": pgettext_lazy("rule", "is on"),
    "before": pgettext_lazy("rule", "is before"),
    "after": pgettext_lazy("rule", "is after"),
    "last_days": pgettext_lazy("rule", "in the last … days"),
    "before_days": pgettext_lazy("rule", "more than … days ago"),
    "next_days": pgettext_lazy("rule", "in the next … days"),
    "birthday_today": pgettext_lazy("rule", "has its anniversary today"),
    "birthday_month": pgettext_lazy("rule", "has its anniversary this month"),
    "yes": gettext_lazy("Yes"),
    "no": gettext_lazy("No"),
    "unset": gettext_lazy("Not set"),
    "any_of": pgettext_lazy("rule", "is one of"),
    "none_of": pgettext_lazy("rule", "is none of"),
    "in": pgettext_lazy("rule", "is in"),
    "not_in": pgettext_lazy("rule", "is not in"),
    "written": pgettext_lazy("rule", "has written to the person"),
    "not_written": pgettext_lazy("rule", "has never written to the person"),
    "customer": pgettext_lazy("rule", "has the person among its customers"),
    "not_customer": pgettext_lazy("rule", "does not have the person among its customers"),
    "never": pgettext_lazy("rule", "never"),
}
FAULTS: Mapping[str, Promise] = {
    "not_rules": gettext_lazy("This is no tree of rules."),
    "unknown_version": gettext_lazy("These rules are of a version that is not known here."),
    "too_many": gettext_lazy("At most 50 conditions."),
    "too_deep": gettext_lazy("Groups can be at most three deep."),
    "empty_group": gettext_lazy("Add at least one condition."),
    "not_a_rule": gettext_lazy("This is neither a condition nor a group."),
    "unknown_match": gettext_lazy("Choose: all, at least one, or none."),
    "unknown_about": gettext_lazy("Choose what the condition is about."),
    "unknown_field": gettext_lazy("The field «%(subject)s» is no longer there."),
    "unknown_operator": gettext_lazy("Choose how to compare."),
    "unknown_platform": gettext_lazy("Choose the messaging platform."),
    "unknown_purpose": gettext_lazy("Choose the purpose."),
    "unknown_list": gettext_lazy("The list is no longer there."),
    "unknown_import": gettext_lazy("The import is no longer there."),
    "unknown_channel": gettext_lazy("The channel %(subject)s is no longer there."),
    "unknown_choice": gettext_lazy("«%(subject)s» is not among the choices of the field."),
    "no_value": gettext_lazy("Write or choose a value."),
    "too_many_values": gettext_lazy("At most 100 values."),
    "not_days": gettext_lazy("Write a number of days, from 0 to 36500."),
    "wrong_order": gettext_lazy("The second value must not be smaller than the first."),
}


PLATFORM_NAMES = {"whatsapp": "WhatsApp", "telegram": "Telegram"}


def fault_text(fault: Fault) -> str:
    """Say what is wrong with a condition."""
    text = FAULTS.get(fault.code) or REJECT_REASONS.get(fault.code)
    return str(text) % {"subject": fault.subject} if text else fault.code


class Names:
    """The names of what rules name, looked up once."""

    def __init__(self) -> None:
        self.fields = {name: str(label) for name, label in SYSTEM_FIELDS.items()}
        self.fields |= {row.name: str(row) for row in ContactField.objects.all()}

    def of(self, about: About, value: object) -> str:
        """Return the name of a list or an import; a channel's id is its name here."""
        model = {About.LIST: ContactList, About.IMPORT: Import}.get(about)
        found = model.objects.filter(pk=value).first() if model else None  # type: ignore[attr-defined]
        return str(found or value)


def sentence(rule: Rule, names: Names | None = None) -> str:
    """Write rules as people say them, on one line."""
    names = names or Names()
    if isinstance(rule, Condition):
        return _condition(rule, names)
    parts = [_bracketed(inner, names) for inner in rule.rules]
    if rule.match == "none":
        return _("none of: %(rules)s") % {"rules": "; ".join(parts)}
    return (_(" or ") if rule.match == "any" else _(" and ")).join(parts)


def _bracketed(rule: Rule, names: Names) -> str:
    text = sentence(rule, names)
    return f"({text})" if isinstance(rule, Group) and len(rule.rules) + (rule.match == "none") > 1 else text


def _condition(rule: Condition, names: Names) -> str:
    parts = [_subject(rule, names), _compared(rule)]
    if rule.operator.endswith("_days"):
        return " ".join(parts)
    values = [_value(rule, value, names) for value in rule.values]
    return " ".join([*parts, (_(" and ") if rule.operator == "between" else ", ").join(values)]).strip()


def _subject(rule: Condition, names: Names) -> str:
    name = names.fields.get(rule.field, rule.field) if rule.field else str(ABOUTS[rule.about])
    more = PLATFORM_NAMES.get(rule.platform, "")
    purpose = f"({Purpose(rule.purpose).label.lower()})" if rule.purpose else ""
    return " ".join(filter(None, (name, more, purpose)))


def _compared(rule: Condition) -> str:
    days = rule.values[0] if rule.operator.endswith("_days") else 0
    told = {
        "last_days": ngettext("in the last %(days)s day", "in the last %(days)s days", days),
        "before_days": ngettext("more than %(days)s day ago", "more than %(days)s days ago", days),
        "next_days": ngettext("in the next %(days)s day", "in the next %(days)s days", days),
    }
    return told[rule.operator] % {"days": days} if rule.operator in told else str(OPERATORS[rule.operator])


def _value(rule: Condition, value: Any, names: Names) -> str:
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return f"«{names.of(rule.about, value)}»" if rule.about != About.FIELD else f"«{value}»"
