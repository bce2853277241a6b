"""Types of the provider's customer fields and of our contact fields: one visible table, both ways. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from staffetta.contacts.fields.types import SEVERAL, TypeFault, Value, parse, show

FITTING: dict[str, tuple[str, ...]] = {
    "number": ("number", "integer", "text", "boolean"),
    "word": ("text", "choice", "url", "phone", "number", "integer", "boolean", "date", "datetime"),
    "text": ("text", "choice", "choices", "url", "phone", "number", "integer", "boolean", "date", "datetime"),
    "single_choice": ("choice", "text", "choices", "boolean"),
    "multiple_choice": ("choices", "text"),
    "location": ("text",),
    "date": ("date", "text", "datetime"),
    "time": ("text",),
    "unknown": ("text", "choice", "choices", "url", "phone", "number", "integer", "boolean", "date", "datetime"),
}
"""Our types each type of theirs can go to; the first is the natural one."""


def fits(there: str, here: str) -> bool:
    """Say whether a customer field of one type can go to a contact field of another."""
    return here in FITTING.get(there, FITTING["unknown"])


def convert(raw: str, there: str, here: str, choices: Sequence[str] = (), pairs: Mapping[str, str] = {}) -> Value:
    """Return their text as our value; raises TypeFault. `pairs` says which of our choices theirs is."""
    if there in ("single_choice", "multiple_choice") or pairs:
        raw = _paired(raw, there, pairs)
    if here == "datetime" and there == "date":
        return str(parse("datetime", f"{parse('date', raw)}T00:00:00+00:00"))
    return parse(here, raw, choices)


def back(value: object, here: str, there: str, pairs: Mapping[str, str] = {}) -> str:
    """Return our value as the provider's field takes it; raises TypeFault when it cannot hold it."""
    text = show(here, value)
    theirs = {ours: their for their, ours in pairs.items()}
    if isinstance(value, list):
        return ", ".join(theirs.get(str(item), str(item)) for item in value)
    text = theirs.get(text, text)
    if isinstance(value, bool) and there == "number":
        return "1" if value else "0"
    if there == "date":
        return str(parse("date", text))
    if there == "number":
        return format(Decimal(str(parse("number", text))), "f")
    if there == "word" and " " in text:
        raise TypeFault("not_a_word")
    return text


def unmatched(theirs: Sequence[str], ours: Sequence[str], pairs: Mapping[str, str]) -> list[str]:
    """Return their choices for which we have none."""
    known = {choice.casefold() for choice in ours}
    return [choice for choice in theirs if pairs.get(choice, choice).casefold() not in known]


def _paired(raw: str, there: str, pairs: Mapping[str, str]) -> str:
    if there != "multiple_choice":
        return pairs.get(raw, raw)
    return ", ".join(pairs.get(word.strip(), word.strip()) for word in SEVERAL.split(raw))
