"""Find a person in text: by the digits of a number however it is written, by ids and by e-mail addresses."""

import json
import re
from collections.abc import Callable, Iterator, Sequence

from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from staffetta.contacts.hanging import Traces
from staffetta.text import folded

TAIL = 9
"""Digits a number is known by however it was typed: the country code may be missing, blanks may stand between."""
SHORTEST = 7
SEPARATED = r"\D{0,3}"
"""What may stand between two digits of one number: blanks, a bracket, a hyphen."""
LONG_WORD = 5
"""Signs of an id that is looked for inside a longer text; a shorter one must be the whole cell."""
SCIENTIFIC = re.compile(r"\d[.,]\d+e\+\d{1,2}")


def named_by(traces: Traces) -> Callable[[str], bool]:
    """Return what says of a cell whether it holds the person's number, in any form, or an id."""
    numbers = [SEPARATED.join(number[-TAIL:]) + r"(?!\d)" for number in sorted({*numbers_of(traces)} - {*traces.words})]
    words = [rf"(?<!\w){re.escape(word)}(?!\w)" for word in _long_words(traces)]
    pattern = re.compile("|".join([*numbers, *words])) if numbers or words else None

    def named(cell: str) -> bool:
        text = folded(cell)
        if text in traces.words:
            return True
        return pattern is not None and pattern.search(_written_out(text)) is not None

    return named


def rows_naming(rows: "QuerySet[Model]", columns: Sequence[str], traces: Traces) -> Iterator[int]:
    """Yield the keys of the rows that hold the person in one of these columns of text or JSON.

    The database looks for the digits as they stand together and for the words; what it finds is looked at here.
    """
    wanted = [number[-TAIL:] for number in numbers_of(traces)]
    wanted += [form for word in _long_words(traces) for form in {word, json.dumps(word)[1:-1]}]
    if not wanted or not columns:
        return
    texts = {f"text_{column}": Cast(column, TextField()) for column in columns}
    condition = Q(pk__in=[])
    for alias in texts:
        for part in wanted:
            condition |= Q(**{f"{alias}__icontains": part})
    named = named_by(traces)
    for pk, *cells in rows.order_by().annotate(**texts).filter(condition).values_list("pk", *texts).iterator():
        if any(named(cell) for cell in cells if cell):
            yield pk


def numbers_of(traces: Traces) -> list[str]:
    return [number for number in traces.addresses if number.isdecimal() and len(number) >= SHORTEST]


def _long_words(traces: Traces) -> list[str]:
    return [word for word in traces.words if len(word) >= LONG_WORD]


def _written_out(text: str) -> str:
    """Return a number that a spreadsheet wrote as 3.93470000001E+11 with all its digits."""
    found = SCIENTIFIC.fullmatch(text)
    return f"{float(text.replace(',', '.')):.0f}" if found else text
