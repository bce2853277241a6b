"""Reading Engage's answers whatever form they come in: arrays, objects keyed by id, `[]` for an empty object,
numbers as texts, ids as numbers, members missing. Nothing here raises but `Unreadable`. What is shown is made storable
here (`text`, `value`); what goes back to the provider is not changed (`exact`).
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from staffetta.text import storable, storable_json, unstorable
from staffetta.text import value as person_value

type Row = Mapping[str, object]

LONGEST_NAME = 200  # signs of a customer field's name
KEY = "\0key"  # the key of a row that came in an object keyed by id
VALUE = "\0value"  # the whole of a row that is no object but a text or a number
NOT_ROWS = frozenset({"code", "reason", "message", "error", "status", "success", "ok", "paging", "meta"})
DECODER = json.JSONDecoder()
LENIENT = json.JSONDecoder(parse_int=lambda digits: int(digits) if len(digits) < 400 else digits)
"""Half as fast; Python makes no number of more than 4,300 digits, and one such number must not hide a whole answer."""
LATEST = 253_402_300_799
"""The last second of the year 9999: what is behind it is no time."""
BLANKS = " \t\n\r"


class Unreadable(Exception):
    """The rows are not where the profile looks for them; the text says what was there instead (names only)."""


def find_rows(answer: object, names: Sequence[str], identity: Sequence[str]) -> list[Row]:
    """Return the rows of an answer: of the first named member that has some, else of the answer itself when it can
    hold rows. No member at all means no rows. Raises Unreadable when rows may lie somewhere else: reading that as
    empty would make everything vanish.
    """
    if isinstance(answer, list):
        return _rows(answer, identity)
    if not isinstance(answer, dict):
        raise Unreadable(f"the answer is {_kind(answer)}")
    present = [answer[name] for name in names if name and name in answer]
    for value in present:
        rows = _rows(value, identity)
        if rows:
            return rows
    rest = {name: value for name, value in answer.items() if name not in NOT_ROWS}
    if present or not rest:
        return []
    if "" in names and (_is_row(rest, identity) or all(_is_row(value, ()) for value in rest.values())):
        return _rows(rest, identity)
    elsewhere = sorted(name for name, value in rest.items() if isinstance(value, (dict, list)) and value)
    if elsewhere:
        raise Unreadable("rows not found; the answer has " + ", ".join(storable(name, 60) for name in elsewhere[:8]))
    return []


def _rows(value: object, identity: Sequence[str]) -> list[Row]:
    """Return the rows of an array, of an object keyed by id, or of an object that is a single row."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        value = parse_json(value)
    if isinstance(value, list):
        return [row for item in value for row in _row("", item)]
    if not isinstance(value, dict):
        return []
    if _is_row(value, identity):
        return [value]
    return [row for key, item in value.items() for row in _row(str(key), item)]


def _is_row(value: object, identity: Sequence[str]) -> bool:
    """Say whether an object is one row: it has an identity of its own, or, not asked for that, any plain member."""
    if not isinstance(value, dict):
        return False
    members = [value[name] for name in identity if name in value] if identity else list(value.values())
    return any(not isinstance(item, (dict, list)) for item in members)


def _row(key: str, item: object) -> Iterator[Row]:
    if isinstance(item, dict):
        yield {**item, KEY: key} if key else item
    elif isinstance(item, list):  # an object keyed by name that holds the languages, for example
        for inner in item:
            yield from _row(key, inner)
    elif item is not None and not isinstance(item, bool):
        yield {KEY: key, VALUE: item}


def parse_json(text: str) -> object:
    """Return what a JSON text says; None when it is none. A number too long for Python counts as none."""
    stripped = text.strip(BLANKS)
    try:
        value, end = DECODER.raw_decode(stripped)  # `json.loads` takes twice as long for what a send is answered
    except (json.JSONDecodeError, RecursionError):
        return None
    except ValueError:
        value, end = LENIENT.raw_decode(stripped)
    return value if end == len(stripped) else None


def member(row: Row, names: Sequence[str]) -> object:
    """Return the first member that is there and says something."""
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            return value
    return None


def text(value: object) -> str:
    """Return a value as text that is shown: numbers without a needless fraction, nothing and containers as ``""``."""
    return storable(value.strip()) if isinstance(value, str) else _of_number(value)


def known_of(value: object) -> str:
    """Return what is known of a person, as text."""
    return person_value(value) if isinstance(value, str) else _of_number(value)


def exact(value: object) -> str:
    """Return a value as text, byte for byte: a name or an id that goes back to the provider."""
    return (value if value.strip() else "") if isinstance(value, str) else _of_number(value)


def _of_number(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else ""


def identity_of(row: Row, names: Sequence[str]) -> str:
    """Return what a row is known by, exactly: its member, else its key in its object, else the row itself."""
    return exact(member(row, names)) or exact(row.get(KEY)) or exact(row.get(VALUE))


def truth(value: object, *, missing: bool = False) -> bool:
    """Read 0/1, "0"/"1", true/false, yes/no."""
    if isinstance(value, bool):
        return value
    word = text(value).lower()
    if not word:
        return missing
    return word not in ("0", "false", "no", "off", "inactive", "n", "f")


def seconds(value: object) -> int | None:
    """Read Unix seconds, also as text, also in milliseconds; None when it is no time."""
    try:
        number = float(text(value))
    except ValueError:
        return None
    if not 0 < number < LATEST * 1000:
        return None
    return int(number / 1000 if number > 1e11 else number)


def plain(row: Row) -> dict[str, object]:
    """Return the row as the provider sent it, without our own marks."""
    return {name: value for name, value in row.items() if name not in (KEY, VALUE)}


def values_of(value: object) -> dict[str, str]:
    """Return own values as texts: from an object, from `[]`, or from an array of name and value pairs.

    A value whose name cannot be kept is left out: nothing here can be mapped to it.
    """
    if isinstance(value, str):
        value = parse_json(value)
    if isinstance(value, list):
        pairs = [(identity_of(item, ("name", "key", "property")), item.get("value")) for item in value
                 if isinstance(item, dict)]  # fmt: skip
        return {name: _joined(given) for name, given in pairs if _is_storable(name)}
    if not isinstance(value, dict):
        return {}
    return {name: _joined(given) for name, given in value.items() if _is_storable(name)}


@lru_cache(maxsize=1024)
def _is_storable(name: str) -> bool:
    return unstorable(name, LONGEST_NAME) is None


def choices_of(value: object) -> tuple[str, ...]:
    """Return the choices of a field: from an array, an object (its values), or comma separated text."""
    if isinstance(value, str):
        parsed = parse_json(value) if value[:1] in ("[", "{") else None
        if parsed is None:
            return tuple(dict.fromkeys(filter(None, (person_value(piece) for piece in value.split(",")))))
        value = parsed
    items = [value[key] if value[key] not in (None, "") else key for key in value] if isinstance(value, dict) else value
    if not isinstance(items, list):
        return ()
    words = (identity_of(item, ("value", "name", "title", "label", "id")) if isinstance(item, dict) else text(item)
             for item in items)  # fmt: skip
    return tuple(dict.fromkeys(filter(None, map(person_value, words))))


def _joined(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, (known_of(item) for item in value)))
    if isinstance(value, dict) and value:
        return json.dumps(storable_json(value), ensure_ascii=False)
    return known_of(value)


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
