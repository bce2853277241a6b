"""`staffetta …`: what can be typed stands in `parsers`, one module per noun; what it does, beside this module.

Ends with 0 when done, 1 when refused or failed, 2 only for a wrong command line.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from staffetta.cli.arguments import clean, out_of_range
from staffetta.cli.parsers.translation import gettext as _

NOUNS = (
    "audiences", "backup", "blacklist", "channels", "communications", "contacts", "demo", "engage", "fields", "jobs",
    "opt_outs", "run", "sync", "templates", "tokens", "users", "worker",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _write_what_can_be_written()
    commands = parser()
    args = clean(commands.parse_args(arguments))
    if wrong := out_of_range(args):
        commands.error(_("%(number)s is no number that can be here.") % {"number": wrong})
    # Here and no earlier: Django, the models and the database's driver take longer than all help and parsing.
    from staffetta.cli.execute import execute

    return execute(args)


def _write_what_can_be_written() -> None:
    """Write «?» for a sign that the locale (Latin-1, C) has not, or that stands for an odd byte of a file's name."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


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
    if logging := sys.modules.get("logging"):
        logging.shutdown()
    os._exit(status)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(prog="staffetta", description=_("A messaging platform connected to Sinch Engage."))
    nouns = top.add_subparsers(metavar=_("COMMAND"), required=True)
    for noun in NOUNS:
        importlib.import_module(f"staffetta.cli.parsers.{noun}").register(nouns)
    return top


if __name__ == "__main__":
    program()
