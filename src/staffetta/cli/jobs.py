"""`staffetta jobs`: the own worker of the task engine chosen with STAFFETTA_TASKS."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.output import Subparsers, fail
from staffetta.work import engine


def register(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("jobs", help=_("run the worker of the task engine (RQ or Celery), where one is set"))
    parser.set_defaults(run=work)


def work(_args: argparse.Namespace) -> int:
    if engine.in_database():
        fail(_("Jobs are kept in the database: staffetta worker runs them. STAFFETTA_TASKS chooses another engine."))
    return engine.serve()
