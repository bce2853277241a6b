"""`staffetta worker`: the lanes alone, for further processes and machines."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.output import Subparsers, fail
from staffetta.work.worker import UnknownLane, serve


def register(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("worker", help=_("do the work in the background: sending, imports, jobs"))
    parser.add_argument("--lanes", default="", metavar="A,B", help=_("only these lanes, instead of all"))
    parser.set_defaults(run=work)


def work(args: argparse.Namespace) -> int:
    names = {name.strip() for name in args.lanes.split(",") if name.strip()}
    try:
        return serve(names)
    except UnknownLane as unknown:
        fail(_("There is no lane called %(name)s.") % {"name": unknown})
