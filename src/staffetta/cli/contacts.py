"""`staffetta contacts …`: import a file, list the people."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _

from staffetta.cli import contact_erasure, contact_merges
from staffetta.cli.output import Subparsers, emit, fail, json_option, say, table
from staffetta.cli.waiting import wait_for
from staffetta.contacts import export, import_file, rejects, search, undo_import
from staffetta.contacts.audience import WRITTEN, Audience, UnknownAudience
from staffetta.contacts.consent import counts
from staffetta.contacts.map_columns import WrongMapping, guess_targets
from staffetta.contacts.models import Contact, ContactField, Import, ImportState, PhoneMode
from staffetta.contacts.read_csv import BadFile
from staffetta.contacts.wording import DELIMITER_NAMES, bad_file_text, file_problem, mapping_problem, reject_text

ENDED = (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("contacts", help=_("import and list contacts"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    _register_import(verbs)
    _register_history(verbs)
    contact_merges.add_verbs(verbs)
    contact_erasure.add_verbs(verbs)
    exported = verbs.add_parser("export", help=_("write the contacts to a file"))
    exported.add_argument("file", type=Path, metavar="FILE", help=_("its name ends in .csv or .xlsx"))
    exported.add_argument("--search", default="", metavar="TEXT", help=_("only those whose name or number holds this"))
    exported.add_argument("--audience", default="all", metavar=WRITTEN)
    exported.set_defaults(run=export_contacts)
    listed = verbs.add_parser("list", help=_("list the contacts, newest first"))
    listed.add_argument("--search", default="", metavar="TEXT", help=_("only those whose name or number holds this"))
    listed.add_argument("--limit", type=int, metavar="N", help=_("at most this many"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=list_contacts)


def _register_history(verbs: Subparsers) -> None:
    listed = verbs.add_parser("imports", help=_("list the imports, newest first"))
    listed.add_argument("--limit", type=int, metavar="N", default=50, help=_("at most this many"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=list_imports)
    for verb, deed, text in (
        ("cancel", import_file.cancel, _("cancel an import; what it had taken stays")),
        ("undo", undo_import.undo, _("take an import back")),
    ):
        parser = verbs.add_parser(verb, help=text)
        parser.add_argument("id", type=int, metavar="ID")
        json_option(parser, _("print the import as JSON"))
        parser.set_defaults(run=take_back, deed=deed)


def export_contacts(args: argparse.Namespace) -> int:
    """Write the file piece by piece: a million people need no more memory than ten."""
    kind = args.file.suffix.lower().removeprefix(".")
    if kind not in export.FORMATS:
        fail(_("The file's name must end in .csv or .xlsx."))
    try:
        people = search.find(Audience.parse(args.audience).queryset(), args.search)
    except UnknownAudience:
        fail(_("«%(text)s» is no audience: all, import:ID, list:ID or rule:ID.") % {"text": args.audience})
    if kind == "xlsx" and export.too_long_for_a_sheet(people):
        fail(_("A workbook holds at most 1,048,575 people: choose CSV, or fewer people."))
    with args.file.open("wb") as out:
        out.writelines(export.encoded(people.order_by("-pk"), kind))
    return 0


def list_imports(args: argparse.Namespace) -> int:
    rows = list(Import.objects.order_by("-pk")[: max(args.limit, 0)])
    headings = (_("Id"), _("File"), _("State"), _("Rows"))
    lines = [(row.pk, row.name, row.get_state_display(), row.total_rows or 0) for row in rows]
    emit(args, [described(row) for row in rows], lambda: table(headings, lines))
    return 0


def take_back(args: argparse.Namespace) -> int:
    """Cancel or undo an import; the workers do the rest."""
    source = Import.objects.filter(pk=args.id).first()
    if source is None:
        fail(_("There is no import %(id)s.") % {"id": args.id})
    if not args.deed(source, None):
        fail(_("Import %(id)s is past that: %(state)s.") % {"id": args.id, "state": source.get_state_display()})
    source.refresh_from_db()
    emit(args, described(source), source.get_state_display)
    return 0


def _register_import(verbs: Subparsers) -> None:
    parser = verbs.add_parser("import", help=_("import a CSV or XLSX file"))
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=TARGET",
        help=_("where a column goes: phone, first_name, last_name, telegram_id, or the name of a contact field"),
    )
    parser.add_argument(
        "--mode",
        action="append",
        default=[],
        metavar="TARGET=if_empty|only_new",
        help=_("what a column may change of contacts already here; without it the file wins"),
    )
    parser.add_argument("--consent", default="", metavar="COLUMN", help=_("the column with the Opt-in WhatsApp"))
    parser.add_argument("--wording", default="", metavar="TEXT", help=_("where and how that consent was given"))
    parser.add_argument("--recover-numbers", action="store_true", help=_("add a missing + or country code to numbers"))
    separators = {"semicolon": ";", "comma": ",", "tab": "\t"}
    parser.add_argument(
        "--separator",
        type=lambda word: separators.get(word, word),
        choices=list(DELIMITER_NAMES),
        metavar="|".join(separators),
        help=_("what stands between the columns, where it is not found out by itself"),
    )
    parser.add_argument("--wait", action="store_true", help=_("end when the import has ended"))
    json_option(parser, _("print the import as JSON"))
    parser.set_defaults(run=import_contacts)


def import_contacts(args: argparse.Namespace) -> int:
    """Take the file in. Rejected rows are no failure; a refused file or mapping is, and an import that broke off."""
    source = _accept(args)
    try:
        mapping = _mapping(args.map) or guess_targets(source.columns, _own_fields())
        consent_column = " ".join(args.consent.split())
        modes = dict(pair.rpartition("=")[::2] for pair in args.mode)
        phone_mode = _phone_mode(args)
        import_file.map_columns(source, mapping, consent_column, args.wording, phone_mode=phone_mode, modes=modes)
        import_file.start(source, None)
    except WrongMapping as wrong:
        import_file.discard(source, None)
        fail(mapping_problem(wrong))
    if args.wait:
        wait_for(lambda: _ended(source), ["import"])
    source.refresh_from_db()
    emit(args, described(source), lambda: _text(source))
    if source.state == ImportState.FAILED:
        fail(file_problem(source.problem, detail=source.problem_detail))
    return 0


def _phone_mode(args: argparse.Namespace) -> str:
    return PhoneMode.RECOVER if args.recover_numbers else PhoneMode.STRICT


def _accept(args: argparse.Namespace) -> Import:
    try:
        with args.file.open("rb") as file:
            return import_file.accept(file, args.file.name, None, args.separator or "")
    except BadFile as bad:
        fail(bad_file_text(bad))
    except OSError as error:
        fail(_("The file cannot be read: %(problem)s") % {"problem": error.strerror or error})


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        column, equals, target = pair.rpartition("=")
        if not equals or not column.strip() or not target.strip():
            fail(_("--map wants COLUMN=TARGET, not «%(given)s».") % {"given": pair})
        mapping[" ".join(column.split())] = target.strip()
    return mapping


def _own_fields() -> dict[str, str]:
    return dict(ContactField.objects.values_list("name", "label"))


def _ended(source: Import) -> bool:
    return Import.objects.filter(pk=source.pk, state__in=ENDED).exists()


def described(source: Import) -> dict[str, object]:
    """Return an import as programs read it; `reasons` counts the rejected rows by reason."""
    return {
        "id": source.pk,
        "name": source.name,
        "state": source.state,
        "rows": source.total_rows,
        "imported": source.imported,
        "created": source.created,
        "updated": source.updated,
        "unchanged": source.unchanged,
        "rejected": source.rejected,
        "reasons": dict(rejects.reasons(source)),
        "consents": source.consents,
        "undone": source.undone,
        "problem": source.problem,
    }


def _text(source: Import) -> str:
    if source.state not in ENDED:
        return _("Import %(id)s is waiting: %(rows)s rows.") % {"id": source.pk, "rows": source.total_rows}
    summary = _(
        "Import %(id)s: %(rows)s rows = %(created)s new + %(updated)s updated + %(unchanged)s unchanged "
        "+ %(rejected)s rejected"
    ) % {"id": source.pk, "rows": source.imported + source.rejected, **_counts(source)}
    reasons = [(f"  {reject_text(reason)}", number) for reason, number in rejects.reasons(source)]
    return "\n".join([summary, *([table(("", ""), reasons).strip("\n")] if reasons else [])])


def _counts(source: Import) -> dict[str, int]:
    return {name: getattr(source, name) for name in ("created", "updated", "unchanged", "rejected")}


def list_contacts(args: argparse.Namespace) -> int:
    """Print the contacts as they come from the database: a million needs no more memory than ten."""
    lines = _people(args)
    if not args.json:
        for person in lines:
            say("\t".join(str(person[name] or "") for name in ("id", "phone", "first_name", "last_name", "opt_in")))
        return 0
    say("[")
    before = ""
    for person in lines:
        say(before + json.dumps(person, ensure_ascii=False))
        before = ", "
    say("]")
    return 0


def _people(args: argparse.Namespace) -> Iterator[dict[str, object]]:
    whatsapp = Q(consent_states__platform="whatsapp", consent_states__purpose="marketing")
    said = FilteredRelation("consent_states", condition=whatsapp & counts("consent_states__"))
    people = search.find(Contact.objects.order_by("-pk"), args.search)
    told = people.annotate(said=said, opt_in=F("said__value"))[: args.limit]
    for person in told.iterator(chunk_size=2000):
        yield {
            "id": person.pk,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "phone": person.phone,
            "telegram_id": person.telegram_id,
            "language": person.language,
            "values": person.values,
            "opt_in": person.opt_in or "unset",
        }
