"""`staffetta contacts duplicates|merge|unmerge`: duplicate contacts from the command line."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.output import emit, fail, table
from staffetta.contacts.merging import search_twins
from staffetta.contacts.merging.merge import OTHER, NotTwo, fields_of, merge, refusal
from staffetta.contacts.merging.unmerge import CannotUndo, unmerge
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Merge, TwinSearch
from staffetta.contacts.wording import not_restored, undo_refusal


def list_duplicates(args: argparse.Namespace) -> int:
    if args.search:
        search_twins.ask(None)
    twins = list(search_twins.open_twins().select_related("first", "second").order_by("-pk")[: max(args.limit, 0)])
    searching = TwinSearch.objects.filter(finished_at=None).exists()
    pairs = [{"first": row.first_id, "second": row.second_id, "reason": row.reason} for row in twins]
    headings = (_("Contact"), _("Contact"), _("Reason"))
    lines = [(row.first_id, row.second_id, row.get_reason_display()) for row in twins]
    emit(args, {"searching": searching, "pairs": pairs}, lambda: table(headings, lines))
    return 0


def merge_contacts(args: argparse.Namespace) -> int:
    found = {row.pk: row for row in Contact.objects.filter(pk__in=[args.id, args.other])}
    if len(found) != 2:
        fail(refusal())
    known = fields_of(found[args.id], found[args.other])
    if unknown := [name for name in args.take if name not in known]:
        fail(_("Neither contact has a value in %(names)s.") % {"names": ", ".join(f"«{name}»" for name in unknown)})
    try:
        done = merge(found[args.id], found[args.other], dict.fromkeys(args.take, OTHER), None)
    except NotTwo:
        fail(refusal())
    emit(args, described(done), lambda: _("Merge %(id)s is done.") % {"id": done.pk})
    return 0


def undo_merge(args: argparse.Namespace) -> int:
    done = Merge.objects.filter(pk=args.id).first()
    if done is None:
        fail(_("There is no merge %(id)s.") % {"id": args.id})
    try:
        unmerge(done, None)
    except CannotUndo as refused:
        fail(undo_refusal(refused.code))
    done.refresh_from_db()
    texts = [_("Merge %(id)s is undone.") % {"id": done.pk}, *map(not_restored, done.undone)]
    emit(args, described(done), "\n".join(texts))
    return 0


def described(done: Merge) -> dict[str, object]:
    """Return a merge as programs read it; `not_restored` holds codes."""
    return {
        "id": done.pk,
        "contact": done.kept_number,
        "merged": done.lost_number,
        "at": done.at,
        "undone_at": done.undone_at,
        "not_restored": done.undone,
    }
