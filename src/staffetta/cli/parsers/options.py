"""Options that several commands share."""

import argparse

from staffetta.cli.parsers.translation import gettext as _

type Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  (argparse has no public name)

AUDIENCE = "all|import:ID|list:ID|rule:ID"
"""How an audience is written."""


def json_option(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Give a command its `--json`."""
    parser.add_argument("--json", action="store_true", help=help_text)


def key_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the file its API Key is read from; a key is never an argument, which others could see."""
    parser.add_argument(
        "--key-file",
        "--api-key-file",
        metavar="F|-",
        default="-",
        help=_("file with the API Key, “-” (the default) for standard input"),
    )


def agree_options(parser: argparse.ArgumentParser) -> None:
    """Give a command that cannot be taken back what it wants before it acts (cli/agree.py)."""
    parser.add_argument("--yes", action="store_true", help=_("do it: without this, only say what would be done"))
    parser.add_argument("--seen", metavar="DIGEST", help=_("do it only while what was shown is still so"))
