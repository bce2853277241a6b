"""What rules may name here and now, and the people rules mean. Rooms above register who is a customer of a channel."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from staffetta.channels.models import Channel
from staffetta.contacts.audiences.rule_query import Present, query
from staffetta.contacts.audiences.rules import Known, KnownField, WrongRules, conditions, read
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.models import ContactField, ContactList, Import, ImportState
from staffetta.work.clock import now

CustomerFinder = Callable[[str], QuerySet[Any]]
_finders: list[CustomerFinder] = []


def register(finder: CustomerFinder) -> None:
    """Let a room tell who is a customer of a channel (its id at the provider): rows with a contact_id."""
    if finder not in _finders:
        _finders.append(finder)


def known(tree: object = None) -> Known:
    """Return what rules may name; of a tree, only what it names is looked up."""
    lists, imports = ContactList.objects.all(), Import.objects.exclude(state=ImportState.UPLOADED)
    if tree is not None:
        lists, imports = lists.filter(pk__in=_ids(tree, "list")), imports.filter(pk__in=_ids(tree, "import"))
    return Known(
        fields(),
        frozenset(lists.values_list("pk", flat=True)),
        frozenset(imports.values_list("pk", flat=True)),
        frozenset(Channel.objects.values_list("provider_id", flat=True)),
    )


def fields() -> dict[str, KnownField]:
    """Return the fields rules may name: those everybody has, and our own."""
    own = ContactField.objects.values_list("name", "type", "choices")
    system = {name: KnownField("text") for name in SYSTEM_FIELDS}
    return {name: KnownField(type, tuple(choices)) for name, type, choices in own} | system  # noqa: A001


def present(today: date | None = None) -> Present:
    """Return what relative dates are counted from: today in the platform's time zone, or the day of a start."""
    zone = timezone.get_default_timezone()
    day = today or now().astimezone(zone).date()
    return Present(day, zone, lambda channel: [finder(channel) for finder in _finders])


def condition(tree: Mapping[str, Any], today: date | None = None) -> Q:
    """Return what rules ask of a contact; raises WrongRules where they name what is no longer there."""
    return query(read(tree, known(tree)), present(today))


def is_broken(tree: Mapping[str, Any]) -> bool:
    """Say whether rules can no longer be used, since something they name is gone."""
    try:
        read(tree, known(tree))
    except WrongRules:
        return True
    return False


def _ids(tree: object, about: str) -> list[int]:
    named = [str(node.get("value", "")) for node in conditions(tree) if node.get("about") == about]
    return [int(text) for text in named if text.isascii() and text.isdecimal() and len(text) < 19]
