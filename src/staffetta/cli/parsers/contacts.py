"""`staffetta contacts …`: import a file, list the people."""

import argparse
from pathlib import Path

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import AUDIENCE, Subparsers, agree_options, json_option
from staffetta.cli.parsers.translation import gettext as _

SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t"}
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-mixed": "utf-8-mixed",
    "windows-1252": "cp1252",
    "iso-8859-1": "cp1252",
    "iso-8859-15": "iso8859_15",
    "windows-1250": "cp1250",
    "iso-8859-2": "iso8859_2",
    "windows-1251": "cp1251",
    "windows-1253": "cp1253",
    "windows-1254": "cp1254",
    "windows-1257": "cp1257",
    "cp850": "cp850",
    "mac-roman": "mac_roman",
}
DECIMAL_SIGNS = {"comma": ",", "point": "."}


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("contacts", help=_("import and list contacts"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    _register_import(verbs)
    _register_history(verbs)
    _register_merges(verbs)
    _register_erasures(verbs)
    exported = verbs.add_parser("export", help=_("write the contacts to a file"))
    exported.add_argument("file", type=Path, metavar="FILE", help=_("its name ends in .csv or .xlsx"))
    exported.add_argument("--search", default="", metavar="TEXT", help=_("only those whose name or number holds this"))
    exported.add_argument("--audience", default="all", metavar=AUDIENCE)
    exported.set_defaults(run=Action("contacts", "export_contacts"))
    listed = verbs.add_parser("list", help=_("list the contacts, newest first"))
    listed.add_argument("--search", default="", metavar="TEXT", help=_("only those whose name or number holds this"))
    listed.add_argument("--limit", type=int, metavar="N", help=_("at most this many"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("contacts", "list_contacts"))


def _register_history(verbs: Subparsers) -> None:
    listed = verbs.add_parser("imports", help=_("list the imports, newest first"))
    listed.add_argument("--limit", type=int, metavar="N", default=50, help=_("at most this many"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("contacts", "list_imports"))
    for verb, action, text in (
        ("cancel", Action("contacts", "cancel_import"), _("cancel an import; what it had taken stays")),
        ("undo", Action("contacts", "undo_import"), _("take an import back")),
    ):
        parser = verbs.add_parser(verb, help=text)
        parser.add_argument("id", type=int, metavar="ID")
        json_option(parser, _("print the import as JSON"))
        parser.set_defaults(run=action)


def _register_import(verbs: Subparsers) -> None:
    parser = verbs.add_parser("import", help=_("import a CSV file or a workbook (XLSX, ODS, XLS)"))
    parser.add_argument("file", metavar="FILE", type=Path, help=_("a CSV file or a workbook, or - for standard input"))
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
    parser.add_argument("--phone-prefix", metavar="39", help=_("the country code of numbers without one"))
    parser.add_argument(
        "--recover-numbers",
        action="store_true",
        help=_("also read 00, a lost + and a doubled country code; what can be two numbers is rejected"),
    )
    _register_reading(parser)
    parser.add_argument("--wait", action="store_true", help=_("end when the import has ended"))
    json_option(parser, _("print the import as JSON"))
    parser.set_defaults(run=Action("contacts", "import_contacts"))


def _register_reading(parser: argparse.ArgumentParser) -> None:
    """How the file is read, where that is not found out by itself, or not rightly."""
    parser.add_argument(
        "--separator",
        type=lambda word: SEPARATORS.get(word, word),
        choices=list(SEPARATORS.values()),
        metavar="|".join(SEPARATORS),
        help=_("what stands between the columns, where it is not found out by itself"),
    )
    parser.add_argument("--sheet", metavar="NAME", help=_("the sheet of a workbook; else the first visible one"))
    parser.add_argument("--encoding", choices=list(ENCODINGS), metavar="NAME", help=_("how the letters are encoded"))
    parser.add_argument("--heading", choices=["yes", "no"], help=_("whether the first row holds the columns' names"))
    parser.add_argument("--decimal", choices=list(DECIMAL_SIGNS), help=_("the sign before the decimals"))
    parser.add_argument(
        "--dates", choices=["day-first", "month-first"], help=_("what comes first in dates like 03/04/2026")
    )
    parser.add_argument("--zone", metavar="ZONE", help=_("the time zone of times without their own"))


def _register_merges(verbs: Subparsers) -> None:
    listed = verbs.add_parser("duplicates", help=_("list contacts that are probably one person"))
    listed.add_argument("--search", action="store_true", help=_("let the workers search anew"))
    listed.add_argument("--limit", type=int, metavar="N", default=50, help=_("at most this many"))
    json_option(listed, _("print the pairs as JSON"))
    listed.set_defaults(run=Action("contact_merges", "list_duplicates"))
    merged = verbs.add_parser("merge", help=_("let one contact go into another"))
    merged.add_argument("id", type=int, metavar="ID", help=_("the contact that stays"))
    merged.add_argument("other", type=int, metavar="OTHER", help=_("the contact that goes into it"))
    merged.add_argument(
        "--take", action="append", default=[], metavar="FIELD", help=_("a field whose value is the other's")
    )
    json_option(merged, _("print the merge as JSON"))
    merged.set_defaults(run=Action("contact_merges", "merge_contacts"))
    undone = verbs.add_parser("unmerge", help=_("undo a merge"))
    undone.add_argument("id", type=int, metavar="ID", help=_("the number of the merge"))
    json_option(undone, _("print the merge as JSON"))
    undone.set_defaults(run=Action("contact_merges", "undo_merge"))


def _register_erasures(verbs: Subparsers) -> None:
    erased = verbs.add_parser("erase", help=_("erase a person, and print the certificate"))
    erased.add_argument("id", type=int, metavar="ID", help=_("the contact"))
    agree_options(erased)
    erased.add_argument("--reason", default="", metavar="TEXT", help=_("stands on the certificate: write no name"))
    json_option(erased, _("print the certificate as JSON"))
    erased.set_defaults(run=Action("contact_erasure", "erase_contact"))
    listed = verbs.add_parser("erasures", help=_("list the certificates of erasure"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("contact_erasure", "list_erasures"))
