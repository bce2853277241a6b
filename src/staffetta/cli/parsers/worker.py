"""`staffetta worker`: the lanes alone, for further processes and machines."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers
from staffetta.cli.parsers.translation import gettext as _


def register(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("worker", help=_("do the work in the background: sending, imports, jobs"))
    parser.add_argument("--lanes", default="", metavar="A,B", help=_("only these lanes, instead of all"))
    parser.set_defaults(run=Action("worker", "work"))
