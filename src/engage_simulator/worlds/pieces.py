"""Building blocks of templates, in the form of Meta's Cloud API."""

from __future__ import annotations

from engage_simulator.template import Row


def template(
    name: str,
    body: str,
    *,
    language: str = "it",
    status: str = "approved",
    category: str = "UTILITY",
    header: Row | None = None,
    footer: str = "",
    buttons: tuple[Row, ...] = (),
    **more: object,
) -> Row:
    """One language of a template; `more` are further members of the row (`quality_score`, `rejected_reason`)."""
    components: list[Row] = [header] if header else []
    components.append({"type": "BODY", "text": body})
    if footer:
        components.append({"type": "FOOTER", "text": footer})
    if buttons:
        components.append({"type": "BUTTONS", "buttons": list(buttons)})
    return {
        "name": name,
        "language": language,
        "status": status,
        "category": category,
        "components": components,
        **more,
    }


def text_header(text: str) -> Row:
    return {"type": "HEADER", "format": "TEXT", "text": text}


def media_header(kind: str) -> Row:
    """IMAGE, VIDEO, DOCUMENT or LOCATION."""
    return {"type": "HEADER", "format": kind}


def reply(text: str) -> Row:
    return {"type": "QUICK_REPLY", "text": text}


def link(text: str, url: str) -> Row:
    return {"type": "URL", "text": text, "url": url}


def call(text: str, number: str) -> Row:
    return {"type": "PHONE_NUMBER", "text": text, "phone_number": number}


def copy_code(example: str) -> Row:
    return {"type": "COPY_CODE", "example": [example]}
