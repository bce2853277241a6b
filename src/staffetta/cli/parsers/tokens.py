"""`staffetta tokens …`: access tokens of other software."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("tokens", help=_("access tokens of other software"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    issued = verbs.add_parser("issue", help=_("make a token; it is shown once"))
    issued.add_argument("name", metavar=_("NAME"), help=_("the software that will use it"))
    issued.add_argument(
        "--may-opt-in-again",
        action="store_true",
        help=_("its calls may bring back, with a new consent, somebody who opted out"),
    )
    issued.add_argument("--days", type=int, metavar="N", help=_("days after which it ends; without it, never"))
    issued.add_argument(
        "--message",
        action="append",
        default=[],
        metavar=_("NAME"),
        help=_("only for this transactional message; several"),
    )
    json_option(issued, _("print the token as JSON"))
    issued.set_defaults(run=Action("tokens", "issue"))
    listed = verbs.add_parser("list", help=_("list the tokens, newest first"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("tokens", "list_all"))
    right = verbs.add_parser("right", help=_("switch whether a token may opt people in again"))
    right.add_argument("id", type=int, metavar="ID")
    right.add_argument("--may-opt-in-again", choices=("yes", "no"), required=True)
    json_option(right, _("print the token as JSON"))
    right.set_defaults(run=Action("tokens", "set_right"))
    revoked = verbs.add_parser("revoke", help=_("take a token's right away, at once and for ever"))
    revoked.add_argument("id", type=int, metavar="ID")
    json_option(revoked, _("print the token as JSON"))
    revoked.set_defaults(run=Action("tokens", "revoke"))
