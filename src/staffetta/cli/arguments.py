"""What was typed on a command line, made storable; names of files stay as they are."""

import argparse

from staffetta.text import storable

FILES = frozenset({"rules", "key_file", "password_file"})
"""Arguments whose text is the name of a file, or “-”: it may hold bytes that are no text."""

LARGEST = 2**63
"""No database counts further."""


def clean(args: argparse.Namespace) -> argparse.Namespace:
    """Clean every text in place: a byte that is no UTF-8 comes as half a surrogate pair, which nothing stores."""
    for name, given in vars(args).items():
        if isinstance(given, str) and name not in FILES:
            setattr(args, name, storable(given) or given.strip("\0"))
        elif isinstance(given, list):
            setattr(args, name, [storable(each) if isinstance(each, str) else each for each in given])
    return args


def out_of_range(args: argparse.Namespace) -> str:
    """Return a number that names no row, or counts less than none; "" where all may be."""
    given = [each for values in vars(args).values() for each in (values if isinstance(values, list) else [values])]
    numbers = [each for each in given if isinstance(each, int)]
    numbers = [number for number in numbers if not -LARGEST < number < LARGEST]
    if (limit := getattr(args, "limit", None)) is not None and limit < 0:
        numbers.append(limit)
    return str(numbers[0])[:40] if numbers else ""
