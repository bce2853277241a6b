"""`staffetta users`: people, from the command line."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _

ROLES = ("administrator", "operator", "viewer")


def register(subparsers: Subparsers) -> None:
    users = subparsers.add_parser("users", help=_("people and their roles"))
    verbs = users.add_subparsers(metavar=_("ACTION"), required=True)
    create_parser = verbs.add_parser("create", help=_("make a user"))
    create_parser.add_argument("name", metavar=_("NAME"))
    create_parser.add_argument("--role", required=True, choices=ROLES)
    create_parser.add_argument("--email", default="", metavar=_("ADDRESS"))
    create_parser.add_argument(
        "--may-export",
        action="store_true",
        help=_("takes people's data away in files; new administrators may"),
    )
    create_parser.add_argument(
        "--password-file", metavar="F|-", help=_("file with the password, “-” for standard input; asked for without it")
    )
    json_option(create_parser, _("print the user as JSON"))
    create_parser.set_defaults(run=Action("users", "create"))
    list_parser = verbs.add_parser("list", help=_("list the users"))
    json_option(list_parser, _("print the users as JSON"))
    list_parser.set_defaults(run=Action("users", "list_all"))
