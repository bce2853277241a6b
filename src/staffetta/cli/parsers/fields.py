"""`staffetta fields list`: the customer fields of a channel."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("fields", help=_("list customer fields"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    listed = verbs.add_parser("list", help=_("list the customer fields of a channel"))
    listed.add_argument("--channel", metavar="ID", required=True)
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("fields", "list_fields"))
