"""`staffetta …`: one module per noun, found here; each brings `register(subparsers)`.

Ends with 0 when done, 1 when refused or failed, 2 only for a wrong command line.
"""

import argparse
import importlib
import logging
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NoReturn

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.utils import translation
from django.utils.translation import gettext as _

import staffetta.cli
from staffetta.cli.output import Failure, complain
from staffetta.config.environment import WrongSetting
from staffetta.work import running, schema


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffetta.config.settings")
    try:
        django.setup()  # a ValueError is Django's word for a time zone nobody knows
    except (WrongSetting, ImproperlyConfigured, OSError, ValueError) as error:
        complain(str(error))
        return 1
    with translation.override(settings.LANGUAGE_CODE):
        args = parser().parse_args(arguments)
        return _obey(args)


def program() -> NoReturn:
    """Run one command and end the process with its exit status at once.

    At once, because the HTTP client's threads may still touch an interpreter that is being taken down: measured, one of
    25 processes that had just talked to the provider ended with 134 instead of its status.
    """
    try:
        status = main()
    except SystemExit as end:  # argparse: 0 for --help, 2 for a wrong command line
        status = end.code if isinstance(end.code, int) else 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    logging.shutdown()
    os._exit(status)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(prog="staffetta", description=_("A messaging platform connected to Sinch Engage."))
    nouns = top.add_subparsers(metavar=_("COMMAND"), required=True)
    for found in sorted(module.name for module in pkgutil.iter_modules(staffetta.cli.__path__)):
        module = importlib.import_module(f"staffetta.cli.{found}")
        if hasattr(module, "register"):
            module.register(nouns)
    return top


def _obey(args: argparse.Namespace) -> int:
    try:
        with _prepared(args):
            return int(args.run(args))
    except running.InUse:
        complain(_("A restore is under way in this data folder. Try again when it has ended."))
    except Failure as failure:
        complain(str(failure))
    except Error as error:
        complain(_("The database cannot be used: %(problem)s") % {"problem": str(error).strip()})
    except KeyboardInterrupt:
        complain(_("Interrupted."))
    except PermissionError as error:
        complain(_("%(file)s may not be used: %(reason)s") % {"file": error.filename, "reason": error.strerror})
    except BrokenPipeError:
        # The reader (head, less) has gone; nothing is left to be said, not even by the interpreter's last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


@contextmanager
def _prepared(args: argparse.Namespace) -> Iterator[None]:
    """Bring the database up to date, unless the command sees to it itself (`raw=True` among its defaults)."""
    if getattr(args, "raw", False):
        yield
        return
    with running.shared():
        schema.bring_up_to_date()
        yield


if __name__ == "__main__":
    program()
