"""Audiences by rules: made, changed, copied, deleted; what uses them, and what they use."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.audiences.rules import Group, conditions, stored
from staffetta.contacts.fields.field_uses import FieldUse
from staffetta.contacts.lists.list_names import in_order, twin_of
from staffetta.contacts.models import AudienceRules
from staffetta.text import title
from staffetta.work.clock import now

Finder = Callable[[AudienceRules], Sequence[FieldUse]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Let a room tell what uses an audience by rules; asked only when one is deleted."""
    if finder not in _finders:
        _finders.append(finder)


def uses(audience: AudienceRules) -> list[FieldUse]:
    """Return everything that uses an audience by rules."""
    return [use for finder in _finders for use in finder(audience)]


def save(audience: AudienceRules | None, name: str, rules: Group, by: User | None) -> AudienceRules:
    """Make an audience, or change `audience`. A communication that was started keeps the rules it had."""
    row = audience or AudienceRules(created_by=by)
    row.name, row.rules, row.updated_at = title(name, 200), stored(rules), now()
    with transaction.atomic():
        row.save()
        audit.record(by, "audience_changed" if audience else "audience_made", row)
    return row


def duplicate(audience: AudienceRules, by: User | None) -> AudienceRules:
    """Return a copy under a free name."""
    wanted = _("%(name)s (copy)") % {"name": audience.name[:150]}
    name, number = wanted, 1
    while twin_of(AudienceRules, name):
        number += 1
        name = f"{wanted} {number}"
    copy = AudienceRules(name=name, rules=audience.rules, created_by=by)
    with transaction.atomic():
        copy.save()
        audit.record(by, "audience_made", copy, of=audience.pk)
    return copy


def delete(audience: AudienceRules, by: User | None) -> None:
    """Delete an audience; the people stay, and a draft that used it cannot start."""
    with transaction.atomic():
        audit.record(by, "audience_deleted", audience)
        audience.delete()


def naming(about: str, named: object) -> list[FieldUse]:
    """Return the audiences whose rules name a field (by its name), a list or an import (by its id)."""
    key = "field" if about == "field" else "value"
    rows = in_order(AudienceRules.objects.all())
    return [
        FieldUse(_("audience"), row.name, reverse("contacts:audience", args=[row.pk]))
        for row in rows
        if any(node.get("about") == about and node.get(key) == named for node in conditions(row.rules))
    ]


def of_field(name: str) -> list[FieldUse]:
    """Return the audiences whose rules name a field."""
    return naming("field", name)
