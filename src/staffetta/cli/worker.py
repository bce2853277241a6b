"""`staffetta worker`: the lanes alone, for further processes and machines."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.output import fail
from staffetta.work.backups import leftovers
from staffetta.work.worker import UnknownLane, serve


def work(args: argparse.Namespace) -> int:
    names = {name.strip() for name in args.lanes.split(",") if name.strip()}
    leftovers.remove()
    try:
        return serve(names)
    except UnknownLane as unknown:
        fail(_("There is no lane called %(name)s.") % {"name": unknown})
