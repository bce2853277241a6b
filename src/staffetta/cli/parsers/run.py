"""`staffetta run`: the whole platform under one command."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers
from staffetta.cli.parsers.translation import gettext as _


def register(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("run", help=_("run the platform: pages, background work and schedule"))
    parser.add_argument("--host", default="127.0.0.1", help=_("the address to listen on (default: this machine only)"))
    parser.add_argument("--port", type=int, default=8000, help=_("the port to listen on; 0 takes a free one"))
    parser.set_defaults(run=Action("run", "run_platform"), raw=True)
