"""`staffetta jobs`: the own worker of the task engine chosen with STAFFETTA_TASKS."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.output import fail
from staffetta.work import engine


def work(_args: argparse.Namespace) -> int:
    if engine.in_database():
        fail(_("Jobs are kept in the database: staffetta worker runs them. STAFFETTA_TASKS chooses another engine."))
    return engine.serve()
