"""Read a body: JSON that can be stored on both databases, or a problem that says where it cannot."""

import json
import math
from typing import NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser
from ninja.types import DictStrAny

from staffetta.api.problems import Fault, Problem
from staffetta.text import storable_json, unstorable_json


class StorableParser(Parser):
    """Refuses half a surrogate pair and NUL, wherever they lie: a caller is told, nothing is guessed for it.

    The standard library's JSON reads `\\ud83d` alone, which no database stores. Other control signs are taken out.
    """

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        body = json.loads(request.body, parse_constant=_no_number, parse_float=_finite)
        if (where := unstorable_json(body)) is not None:
            raise _unstorable(where)
        cleaned: DictStrAny = storable_json(body)  # type: ignore[assignment]  # what is no object is refused behind
        return cleaned


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON, and 1e400, which would be sent as "inf"."""
    raise ValueError(text)


def _unstorable(where: tuple[str, ...]) -> Problem:
    pointer = "#" + "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in where)
    detail = _("This holds half a sign (a lone surrogate) or a NUL, which cannot be stored.")
    return Problem(
        "request_invalid",
        _("The request is not as the API wants it."),
        faults=[Fault(pointer, detail, "text_not_storable")],
    )
