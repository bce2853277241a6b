"""Run what was typed: with the settings, the models and a database that is up to date."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.utils import translation
from django.utils.translation import gettext as _

from staffetta.cli.output import Failure, complain
from staffetta.config.environment import WrongSetting
from staffetta.config.loading import without_rubbish
from staffetta.config.private_files import keep_new_files_private
from staffetta.work import running
from staffetta.work.database import databases, schema

NAMED = 5
"""So many migrations or columns are named when the database is refused."""


def execute(args: argparse.Namespace) -> int:
    """Run the action of a command line that was understood; return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffetta.config.settings")
    keep_new_files_private()
    try:
        with without_rubbish():
            django.setup()  # a ValueError is Django's word for a time zone nobody knows
    except (WrongSetting, ImproperlyConfigured, OSError, ValueError) as error:
        complain(str(error))
        return 1
    with translation.override(settings.LANGUAGE_CODE):
        return run(args.run.load(), args)


def run(action: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run an action, and tell in words why it was refused or failed."""
    try:
        with _prepared(args):
            return action(args)
    except running.InUse:
        complain(_("A restore is under way in this data folder. Try again when it has ended."))
    except schema.WrongSchema as wrong:
        complain(wrong_schema(wrong))
    except Failure as failure:
        complain(str(failure))
    except Error as error:
        complain(unusable_database(error))
    except KeyboardInterrupt:
        complain(_("Interrupted."))
    except BrokenPipeError:
        # The reader (head, less) has gone; nothing is left to be said, not even by the interpreter's last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.filename is None:  # not about a file: a fault of ours, whose place must be told
            raise
        complain(_("%(file)s may not be used: %(reason)s") % {"file": error.filename, "reason": error.strerror})
    return 1


def unusable_database(error: Error) -> str:
    """Return what is in the way of using the database, and what to do, with its own words."""
    remedy = {
        databases.READ_ONLY: _(
            "It cannot be written: look at the permissions of the data folder, or the server's mode."
        ),
        databases.FULL: _("It gives no more connections: raise max_connections, or run fewer workers."),
        databases.DISK: _("The disk is full: make room where the database lies."),
        databases.AWAY: _("Look whether its server is running, and at STAFFETTA_DATABASE_URL."),
    }.get(databases.in_the_way(error), "")
    text = _("The database cannot be used: %(problem)s") % {"problem": str(error).strip()}
    return f"{text}\n{remedy}".strip()


def wrong_schema(wrong: schema.WrongSchema) -> str:
    """Return why this version does not use the database, and what to do."""
    names = ", ".join(wrong.names[:NAMED])
    if wrong.reason == schema.WrongSchema.NEWER:
        text = _(
            "This database belongs to a newer version of Staffetta, which this one does not know (%(names)s). Install "
            "the newer version again, or restore a backup that this version made. Nothing was changed."
        )
    else:
        text = _(
            "This database was made by a version of Staffetta that made it differently (%(names)s), and it cannot be "
            "carried over. Use the version that made it, or begin with an empty data folder or database. Nothing was "
            "changed."
        )
    return text % {"names": names}


@contextmanager
def _prepared(args: argparse.Namespace) -> Iterator[None]:
    """Bring the database up to date, unless the command sees to it itself (`raw=True` among its defaults)."""
    if getattr(args, "raw", False):
        yield
        return
    with running.shared():
        schema.bring_up_to_date()
        yield
