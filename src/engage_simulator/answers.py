"""How the provider words its answers, and the shapes they may come in (engage-api, section 1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from .template import Row, Template

type Answer = tuple[int, bytes]
"""HTTP status and JSON body."""

DONE: Answer = (200, b'{"code":200,"reason":"OK"}')


def refusal(code: int, reason: str) -> Answer:
    """An error as the provider gives it: the status, and `{code, reason}`."""
    return code, json.dumps({"code": code, "reason": reason}).encode()


@dataclass(frozen=True)
class Shapes:
    """How lists look, to try a client's tolerance.

    `lists`: "array", or "object" keyed by id. `numbers`: "string" or "number" for what consists of digits.
    `page`: no page is longer than this, whatever was asked; 0 = as asked. `omit`: members left out of every row.
    `container`: "named", "other" (another accepted name), or "bare" (the rows are the answer).
    `templates`: "components" (Meta's form) or "flat".
    """

    lists: Literal["array", "object"] = "array"
    numbers: Literal["string", "number"] = "string"
    page: int = 0
    omit: tuple[str, ...] = ()
    container: Literal["named", "other", "bare"] = "named"
    templates: Literal["components", "flat"] = "components"

    def as_row(self) -> Row:
        return asdict(self) | {"omit": list(self.omit)}


CHOICES = {
    "lists": ("array", "object"),
    "numbers": ("string", "number"),
    "container": ("named", "other", "bare"),
    "templates": ("components", "flat"),
}
OTHER_NAMES = {"channels": "channel", "notification_templates": "templates", "properties": "fields"}


def read_shapes(row: Row) -> Shapes:
    """Shapes from their JSON; ValueError says what is wrong."""
    unknown = set(row) - {field.name for field in fields(Shapes)}
    if unknown:
        raise ValueError(f"unknown shape: {', '.join(sorted(unknown))}")
    for name, allowed in CHOICES.items():
        if row.get(name, allowed[0]) not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}")
    return Shapes(**{**row, "page": int(row.get("page") or 0), "omit": tuple(row.get("omit") or ())})


def listing(shapes: Shapes, container: str, rows: Sequence[Row]) -> Answer:
    """A list of rows in the shape that is set."""
    dressed: Any = [_dress(shapes, row) for row in rows]
    if shapes.lists == "object":
        keys = (str(row.get("id", position)) for position, row in enumerate(rows))
        dressed = dict(zip(keys, dressed, strict=True)) or []
    if shapes.container == "bare":
        return 200, json.dumps(dressed).encode()
    name = OTHER_NAMES.get(container, container) if shapes.container == "other" else container
    return 200, json.dumps({"code": 200, name: dressed}).encode()


def page[T](shapes: Shapes, rows: Sequence[T], *, limit: int, offset: int) -> Sequence[T]:
    """The rows asked for, or fewer when pages are set to be short."""
    length = min(limit, shapes.page) if shapes.page else limit
    return rows[offset : offset + length]


def template_row(shapes: Shapes, template: Template) -> Row:
    """A template as the list shows it."""
    return template.raw if shapes.templates == "components" else _flat(template.raw)


def _dress(shapes: Shapes, row: Row) -> Row:
    kept = {name: value for name, value in row.items() if name not in shapes.omit}
    return {name: _number(value) for name, value in kept.items()} if shapes.numbers == "number" else kept


def _number(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit() and (value == "0" or value[0] != "0"):
        return int(value)
    if isinstance(value, dict):
        return {name: _number(item) for name, item in value.items()}
    return [_number(item) for item in value] if isinstance(value, list) else value


def _flat(row: Row) -> Row:
    """Meta's components as the flat members other versions are thought to have."""
    if "components" not in row:
        return row
    parts = {str(part.get("type", "")).upper(): part for part in row["components"]}
    header = parts.get("HEADER", {})
    return {name: value for name, value in row.items() if name != "components"} | {
        "header_type": header.get("format", ""),
        "header": header.get("text", ""),
        "body": parts.get("BODY", {}).get("text", ""),
        "footer": parts.get("FOOTER", {}).get("text", ""),
        "buttons": parts.get("BUTTONS", {}).get("buttons", []),
    }
