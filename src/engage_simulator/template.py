"""A notification template as the provider sees it at the moment of a send.

Components have the form of Meta's Cloud API; the flat form (`header_type`, `header`, `body`, `footer`, `buttons`) is
understood too, since the provider's list is not established (engage-api, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\s*\w+\s*\}\}|\{\s*\w+\s*\}")
UNFIT = re.compile(r"[\n\t]| {5,}|^\s*$")
MEDIA_HEADERS = frozenset({"IMAGE", "VIDEO", "DOCUMENT", "GIF"})
CODE_BUTTONS = frozenset({"COPY_CODE", "OTP"})
BEYOND_THE_CALL = frozenset({"CAROUSEL", "LIMITED_TIME_OFFER"})
BEYOND_THE_CALL_BUTTONS = frozenset({"MPM", "SPM"})
LONGEST_BODY = 1024
LONGEST_HEADER = 60

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Values:
    """What one send brings along: the members `notification_*` of the call."""

    body: tuple[str, ...]
    header_media: str = ""
    header_variable: str = ""
    button_variable: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One language of a template, with what a send has to bring along worked out once."""

    raw: Row
    name: str
    language: str
    status: str
    header: str
    header_takes_variable: bool
    header_text: str
    button_takes_variable: bool
    beyond: str
    texts: tuple[str, ...]
    slots: tuple[int, ...]
    variables: int

    @property
    def approved(self) -> bool:
        return self.status.lower() == "approved"

    def render(self, values: Sequence[str]) -> str:
        """The body as the person reads it."""
        parts = [self.texts[0]]
        for slot, text in zip(self.slots, self.texts[1:], strict=True):
            parts += (values[slot], text)
        return "".join(parts)

    def complaint(self, values: Values) -> str:
        """Why these values cannot be sent with this template; empty when they can."""
        if self.beyond:
            return f"Template {self.name} needs a {self.beyond}, which this method cannot send"
        return self._body_complaint(values.body) or self._header_complaint(values) or self._button_complaint(values)

    def _body_complaint(self, values: Sequence[str]) -> str:
        if len(values) != self.variables:
            return f"Template {self.name} takes {self.variables} body variables, {len(values)} given"
        for position, value in enumerate(values, 1):
            if UNFIT.search(value):
                return f"Body variable {position} is empty or has line breaks, tabs or more than four spaces in a row"
        if len(self.render(values)) > LONGEST_BODY:
            return f"The text is longer than {LONGEST_BODY} characters"
        return ""

    def _header_complaint(self, values: Values) -> str:
        if self.header in MEDIA_HEADERS:
            if not values.header_media.startswith(("http://", "https://")):
                return f"Template {self.name} needs header media ({self.header.lower()})"
        elif values.header_media:
            return f"Template {self.name} has no header media"
        if bool(values.header_variable) != self.header_takes_variable:
            return f"Template {self.name} {'needs a' if self.header_takes_variable else 'has no'} header variable"
        if self.header_takes_variable and len(self.header_text) + len(values.header_variable) > LONGEST_HEADER:
            return f"The header is longer than {LONGEST_HEADER} characters"
        return ""

    def _button_complaint(self, values: Values) -> str:
        if bool(values.button_variable) == self.button_takes_variable:
            return ""
        return f"Template {self.name} {'needs a' if self.button_takes_variable else 'has no'} button variable"


def read_template(row: Row) -> Template:
    """The template in a row of the provider's list."""
    parts = {str(part.get("type", "")).upper(): part for part in _components(row)}
    header = parts.get("HEADER", {})
    header_format = str(header.get("format", "TEXT")).upper() if header else ""
    header_text = str(header.get("text", ""))
    buttons: list[Row] = list(parts.get("BUTTONS", {}).get("buttons", []))
    texts, slots, variables = _split(str(parts.get("BODY", {}).get("text", "")))
    return Template(
        raw=row,
        name=str(row["name"]),
        language=str(row.get("language", "")),
        status=str(row.get("status", "")),
        header=header_format,
        header_takes_variable=header_format == "TEXT" and PLACEHOLDER.search(header_text) is not None,
        header_text=PLACEHOLDER.sub("", header_text),
        button_takes_variable=any(map(_takes_variable, buttons)),
        beyond=_beyond(parts, header_format, buttons),
        texts=texts,
        slots=slots,
        variables=variables,
    )


def _components(row: Row) -> Iterable[Row]:
    if "components" in row:
        return list(row["components"])
    flat: list[Row] = [{"type": "BODY", "text": row.get("body", "")}]
    if row.get("header_type") or row.get("header"):
        flat.append({"type": "HEADER", "format": row.get("header_type") or "TEXT", "text": row.get("header", "")})
    if row.get("buttons"):
        flat.append({"type": "BUTTONS", "buttons": row["buttons"]})
    return flat


def _split(text: str) -> tuple[tuple[str, ...], tuple[int, ...], int]:
    """Fixed texts, the value that stands between each two of them, and how many values there are.

    Numbered placeholders go by their number, named ones by their first appearance.
    """
    names = [placeholder.strip("{} ") for placeholder in PLACEHOLDER.findall(text)]
    texts = tuple(PLACEHOLDER.split(text))
    if names and all(name.isdecimal() and int(name) for name in names):
        return texts, tuple(int(name) - 1 for name in names), max(map(int, names))
    order = list(dict.fromkeys(names))
    return texts, tuple(map(order.index, names)), len(order)


def _takes_variable(button: Row) -> bool:
    kind = str(button.get("type", "")).upper()
    return kind in CODE_BUTTONS or (kind == "URL" and PLACEHOLDER.search(str(button.get("url", ""))) is not None)


def _beyond(parts: dict[str, Row], header_format: str, buttons: list[Row]) -> str:
    """What the template needs and POST /chat/notification has no member for."""
    if header_format in {"LOCATION", "PRODUCT"}:
        return f"{header_format.lower()} header"
    for kind in BEYOND_THE_CALL & parts.keys():
        return kind.lower().replace("_", " ")
    if any(str(button.get("type", "")).upper() in BEYOND_THE_CALL_BUTTONS for button in buttons):
        return "product button"
    return "second button variable" if sum(map(_takes_variable, buttons)) > 1 else ""
