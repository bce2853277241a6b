"""What the parser of the command line holds, for tests to walk through."""

import argparse
from collections.abc import Iterator

from staffetta.cli.parsers.action import Action


def parsers_of(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and all below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers_of(below)


def commands_of(parser: argparse.ArgumentParser) -> set[str]:
    """Return how each command is called: all that need no further noun or verb."""
    return {each.prog for each in parsers_of(parser) if not each._subparsers}


def actions_of(parser: argparse.ArgumentParser) -> dict[str, Action]:
    """Return what each command runs, by how it is called."""
    return {each.prog: run for each in parsers_of(parser) if (run := each.get_default("run"))}


def texts_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield every text of ours that help shows."""
    for each in parsers_of(parser):
        yield from filter(None, [each.description])
        for action in each._actions:
            if isinstance(action, argparse._HelpAction):
                continue
            yield from filter(None, [action.help])
            if isinstance(action, argparse._SubParsersAction):
                yield from (choice.help or "" for choice in action._choices_actions)
