"""`staffetta jobs`: the own worker of the task engine chosen with STAFFETTA_TASKS."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers
from staffetta.cli.parsers.translation import gettext as _


def register(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("jobs", help=_("run the worker of the task engine (RQ or Celery), where one is set"))
    parser.set_defaults(run=Action("jobs", "work"))
