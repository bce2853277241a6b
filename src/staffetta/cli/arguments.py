"""What was typed on a command line, made storable; names of files stay as they are."""

import argparse

from staffetta.text import storable

FILES = frozenset({"rules", "key_file", "password_file"})
"""Arguments whose text is the name of a file, or “-”: it may hold bytes that are no text."""


def clean(args: argparse.Namespace) -> argparse.Namespace:
    """Clean every text in place: a byte that is no UTF-8 comes as half a surrogate pair, which nothing stores."""
    for name, given in vars(args).items():
        if isinstance(given, str) and name not in FILES:
            setattr(args, name, storable(given) or given.strip("\0"))
        elif isinstance(given, list):
            setattr(args, name, [storable(each) if isinstance(each, str) else each for each in given])
    return args
