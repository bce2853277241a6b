"""`staffetta audiences …`: lists, and audiences by rules."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from staffetta.cli.agree import agreed
from staffetta.cli.output import emit, fail, table
from staffetta.contacts.audiences import audiences
from staffetta.contacts.audiences.audience import Audience, UnknownAudience
from staffetta.contacts.audiences.rule_words import fault_text, sentence
from staffetta.contacts.audiences.rule_world import known
from staffetta.contacts.audiences.rules import Group, WrongRules, read
from staffetta.contacts.lists import count_people
from staffetta.contacts.lists.list_names import in_order, twin_of
from staffetta.contacts.models import AudienceRules, ContactList
from staffetta.text import title


def list_all(args: argparse.Namespace) -> int:
    rows = [_described(row) for row in in_order(AudienceRules.objects.all())]
    for members in in_order(ContactList.objects.annotate(people=Count("members"))):
        told = {"audience": str(Audience.of(members)), "name": members.name, "kind": "list", "people": members.people}
        rows.append(told)
    lines = [(row["audience"], row["name"], row.get("in_words") or row.get("people", "")) for row in rows]
    emit(args, rows, lambda: table((_("Audience"), _("Name"), _("Rules or people")), lines))
    return 0


def show(args: argparse.Namespace) -> int:
    audience = _found(args.audience)
    source = audience.source
    if isinstance(source, AudienceRules):
        told = _described(source)
        emit(args, told, lambda: f"{source}\n{told['in_words']}")
    else:
        emit(args, {"audience": str(audience), "name": audience.name, "kind": audience.kind}, audience.name)
    return 0


def count(args: argparse.Namespace) -> int:
    """Count, however long it takes: nobody waits for a page here."""
    audience = _found(args.audience)
    if audience.broken:
        fail(_("The rules of this audience name something that is no longer there."))
    number = audience.queryset().count()
    sample = [str(contact) for contact in count_people.sample_of(audience.queryset()) or []]
    emit(args, {"audience": str(audience), "people": number, "sample": sample}, str(number))
    return 0


def create(args: argparse.Namespace) -> int:
    name = title(args.name)
    if not 1 <= len(name) <= 200:
        fail(_("The name must have 1 to 200 characters."))
    if twin_of(AudienceRules, name):
        fail(_("There is an audience with this name already."))
    made = audiences.save(None, name, _read(args.rules), None)
    emit(args, _described(made), _("Audience rule:%(id)s is made: %(name)s") % {"id": made.pk, "name": made})
    return 0


def delete(args: argparse.Namespace) -> int:
    """Delete an audience by rules."""
    source = _found(args.audience).source
    if not isinstance(source, AudienceRules):
        fail(_("Only an audience by rules (rule:ID) is deleted here."))
    agreed(args, lambda: _shown(source.pk))
    told = _described(source)
    audiences.delete(source, None)
    emit(args, told, _("%(name)s is deleted.") % {"name": source.name})
    return 0


def _shown(pk: int) -> list[str]:
    """Return what would go, and what uses it."""
    row = AudienceRules.objects.filter(pk=pk).first()
    if row is None:
        return []
    used = ", ".join(f"{use.kind} «{use.name}»" for use in audiences.uses(row))
    uses = [_("It is used by: %(names)s.") % {"names": used}] if used else []
    return [
        _("The audience «%(name)s» would be deleted.") % {"name": row.name},
        str(_described(row)["in_words"]),
        *uses,
    ]


def _described(row: AudienceRules) -> dict[str, Any]:
    told = {"audience": str(Audience.of(row)), "name": row.name, "kind": "rule", "rules": row.rules}
    try:
        return told | {"broken": [], "in_words": sentence(read(row.rules, known(row.rules)))}
    except WrongRules as wrong:
        broken = [fault_text(fault) for fault in wrong.faults]
        return told | {"broken": broken, "in_words": " ".join(broken)}


def _found(text: str) -> Audience:
    try:
        return Audience.parse(text)
    except UnknownAudience:
        fail(_("«%(text)s» is no audience: all, import:ID, list:ID or rule:ID.") % {"text": text})


def _read(file: str) -> Group:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        tree = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        fail(_("The rules cannot be read: %(problem)s") % {"problem": error})
    try:
        return read(tree, known(tree))
    except WrongRules as wrong:
        lines = [f"{'.'.join(str(step) for step in fault.path) or '-'}: {fault_text(fault)}" for fault in wrong.faults]
        fail("\n".join(lines))
