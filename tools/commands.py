"""Write docs/reference/command-line.md from the parser of the command line: `python -m tools.commands`."""
# ruff: noqa: SLF001  (argparse has no public way to say what a parser takes)

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from staffetta.cli import main as command_line

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "command-line.md"
HEAD = """# Command line

Everything the pages do, by command; `staffetta COMMAND --help` says the same. The commands work on the data folder
whether or not `staffetta run` is up: with `--wait` they wait for its lanes, or do the work themselves when none runs.

- With `--json` standard output is JSON and nothing else; lists are bare arrays. Errors are on standard error.
- Exit status: 0 done (rejected rows included), 1 refused or failed, 2 a wrong command line.
- What cannot be taken back shows what it would do and asks; in a script it ends with 1 and tells a digest. `--yes` does
  it, `--seen DIGEST` does it only while what was shown is still so (also whom a number counts).
- Keys and passwords are read from a file or standard input (`-`), never from an argument.
- TARGET of an import: `phone`, `first_name`, `last_name`, `telegram_id`, or the name of a contact field. KEY of a
  variable: a number of the body, `header`, `button`. SOURCE: `field:NAME` or `text:TEXT`,
  then optionally `|fallback:TEXT`.
- `budget` in `communications show --json`: what the daily budget means for those who wait (of a draft: for its
  audience): people `today`, `days`, `resumes_at` (null: nothing rests). null: no budget, or nobody waits.

| command | what it does |
|---|---|
"""


def page() -> str:
    """Return the whole page, in English."""
    with patch.dict(os.environ, STAFFETTA_LANGUAGE="en", STAFFETTA_LOCALE_DIR=""):
        return HEAD + "".join(f"| `{usage}` | {text} |\n" for usage, text in _commands(command_line.parser()))


def _commands(parser: argparse.ArgumentParser, text: str = "") -> Iterator[tuple[str, str]]:
    """Yield how each command is called, and its one line of help."""
    nouns = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for noun in nouns:
        helps = {choice.dest: choice.help or "" for choice in noun._choices_actions}
        for name, below in noun.choices.items():
            yield from _commands(below, helps[name])
    if not nouns:
        parts = [part for action in parser._actions if (part := _part(action))]
        yield " ".join([parser.prog, *parts]).replace("|", "\\|"), text


def _part(action: argparse.Action) -> str:
    """Return how one argument is given; "" for --help."""
    if isinstance(action, argparse._HelpAction):
        return ""
    value = _value(action)
    written = " ".join(filter(None, [*action.option_strings[:1], value]))
    several = " …" if isinstance(action, argparse._AppendAction) else ""
    needed = action.required or not action.option_strings
    return f"{written}{several}" if needed else f"[{written}{several}]"


def _value(action: argparse.Action) -> str:
    """Return what stands for the value of an argument; "" where it takes none."""
    if action.nargs == 0:
        return ""
    if action.metavar:
        return str(action.metavar)
    if action.choices:
        return "|".join(str(choice) for choice in action.choices)
    return action.dest.upper()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
