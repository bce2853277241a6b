"""What a command says: text for people or JSON for programs on standard output, errors on standard error."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from django.core.serializers.json import DjangoJSONEncoder


class Failure(Exception):
    """The command was refused or failed; the text says what and what to do. Ends with status 1."""


def fail(message: str) -> NoReturn:
    """End the command with status 1 and `message` on standard error."""
    raise Failure(message)


def emit(args: argparse.Namespace, data: object, text: str | Callable[[], str]) -> None:
    """Print `data` as JSON if `--json` was given, else `text`."""
    if getattr(args, "json", False):
        say(json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=not writes_all_signs(), indent=2))
    else:
        say(text if isinstance(text, str) else text())


def writes_all_signs() -> bool:
    """Say whether standard output takes every sign: in a Latin-1 locale it does not, and JSON is written in ASCII."""
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def say(text: str) -> None:
    """Print a line for people at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return aligned columns with headings, for reading."""
    lines = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(headings))]
    return "\n".join("  ".join(f"{c:<{w}}" for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)
