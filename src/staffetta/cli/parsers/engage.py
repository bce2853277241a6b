"""`staffetta engage probe`: what a real account answers, as a proposal for the profile. GET only, no values shown."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option, key_option
from staffetta.cli.parsers.translation import gettext as _


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("engage", help=_("look at the API of Sinch Engage itself"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    parser = verbs.add_parser("probe", help=_("ask an account which paths answer, and propose a profile"))
    key_option(parser)
    json_option(parser, _("print the answers as JSON"))
    parser.set_defaults(run=Action("engage", "run_probe"))
