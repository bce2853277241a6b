"""Read a body: JSON that can be stored on both databases, or a problem that says where it cannot."""

import json
import math

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser
from ninja.types import DictStrAny

from staffetta.api.problems import Fault, Problem, Text
from staffetta.text import storable_json, unstorable_json


class Written(float):
    """A number with a fraction or an exponent that keeps how the caller wrote it: `12.50` goes out as 12.50."""

    def __new__(cls, text: str) -> "Written":
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str


class StorableParser(Parser):
    """Refuses half a surrogate pair, NUL and what is no number, wherever they lie: nothing is guessed for a caller.

    The standard library's JSON reads `\\ud83d` alone, which no database stores, and NaN, Infinity and 1e400: they would
    be sent as "nan" and "inf". Other control signs are taken out.
    """

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        body = json.loads(request.body, parse_constant=Written, parse_float=Written)
        if (where := unstorable_json(body)) is not None:
            raise _unstorable(where)
        if (where := _not_finite(body)) is not None:
            raise _no_number(where)
        cleaned: DictStrAny = _as_written(storable_json(body))  # type: ignore[assignment]  # no object: refused behind
        return cleaned


def _as_written(body: object) -> object:
    """Return the body with the numbers among its values as they were written; a float has no trailing zeros."""
    values = body.get("values") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(values, dict):
        return body
    written = {name: value.text if isinstance(value, Written) else value for name, value in values.items()}
    return {**body, "values": written}


def _not_finite(value: object, path: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Return where NaN, an infinity or a number beyond every bound lies; None where there is none."""
    if isinstance(value, float):
        return None if math.isfinite(value) else path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    places = (_not_finite(item, (*path, str(name))) for name, item in items)
    return next((place for place in places if place is not None), None)


def _no_number(where: tuple[str, ...]) -> Problem:
    return _problem(
        where, _("This is no number that can be sent: NaN, an infinity, or too large."), "number_not_finite"
    )


def _unstorable(where: tuple[str, ...]) -> Problem:
    detail = _("This holds half a sign (a lone surrogate) or a NUL, which cannot be stored.")
    return _problem(where, detail, "text_not_storable")


def _problem(where: tuple[str, ...], detail: Text, code: str) -> Problem:
    pointer = "#" + "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in where)
    return Problem(
        "request_invalid", _("The request is not as the API wants it."), faults=[Fault(pointer, detail, code)]
    )
