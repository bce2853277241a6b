"""`staffetta blacklist …`: who is kept out of every send."""

import argparse
from pathlib import Path

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _

PLATFORMS = ("whatsapp", "telegram")


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("blacklist", help=_("numbers that get nothing, whatever their consent"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    listed = verbs.add_parser("list", help=_("list the entries, newest first"))
    listed.add_argument("--limit", type=int, metavar="N", default=1000, help=_("at most this many"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("blacklist", "list_entries"))
    added = verbs.add_parser("add", help=_("add numbers"))
    added.add_argument("addresses", nargs="*", metavar="NUMBER")
    added.add_argument("--file", type=Path, metavar="FILE", help=_("a text file with one number on each line"))
    added.add_argument("--reason", required=True, metavar="TEXT")
    added.add_argument("--days", type=int, metavar="N", help=_("for so many days instead of for ever"))
    _address_options(added)
    added.set_defaults(run=Action("blacklist", "add"))
    lifted = verbs.add_parser("lift", help=_("take a number out"))
    lifted.add_argument("address", metavar="NUMBER")
    _address_options(lifted)
    lifted.set_defaults(run=Action("blacklist", "lift"))


def _address_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--platform", choices=PLATFORMS, default=PLATFORMS[0])
    json_option(parser, _("print the result as JSON"))
