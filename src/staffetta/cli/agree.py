"""A command that cannot be taken back shows what it would do, and does what was shown.

The same mechanism as on the pages (ui/seen.py): what was shown is bound by the fingerprint of its lines. `--seen`
names it; without it and without `--yes` the command asks, and looks once more before it acts.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from staffetta.cli.output import fail, say
from staffetta.ui.page_forms import WHO, fingerprint

YES = {"y", "yes", "s", "si", "sì"}


def agreed(args: argparse.Namespace, show: Callable[[], Sequence[str]]) -> None:
    """Return if what `show` tells is what the caller agreed to; ends the command otherwise.

    A line that begins with WHO is bound and not printed: the digest of the rows that a number counts.
    """
    if args.seen is None and args.yes:
        return
    lines = show()
    if args.seen is not None:
        if args.seen != fingerprint(lines):
            fail("\n".join([_("It changed meanwhile: nothing was done. Now it is:"), *_shown(lines)]))
        return
    if sys.stdin is None or not sys.stdin.isatty():
        fail("\n".join(_shown(lines)))
    say("\n".join(_words(lines)))
    if _answer() not in YES:
        fail(_("Nothing was done."))
    if fingerprint(lines) != fingerprint(again := show()):
        fail("\n".join([_("It changed meanwhile: nothing was done. Now it is:"), *_shown(again)]))


def _answer() -> str:
    try:
        return input(_("Do it? [y/N]") + " ").strip().casefold()
    except EOFError:
        return ""


def _shown(lines: Sequence[str]) -> list[str]:
    how = _("Repeat the command with --yes to do it, or with --seen %(seen)s to do it only while it is still so.")
    return [*_words(lines), how % {"seen": fingerprint(lines)}]


def _words(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not line.startswith(WHO)]
