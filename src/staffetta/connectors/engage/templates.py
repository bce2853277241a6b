"""Engage's template rows into `ListedTemplate`: Meta's components, or flat members, whichever the row has."""

from collections.abc import Mapping, Sequence

from staffetta.connectors.engage.payloads import KEY, Row, exact, member, parse_json, plain, text
from staffetta.connectors.engage.profile import Section
from staffetta.connectors.messages import ListedTemplate
from staffetta.connectors.templates import flat_components, language_code, normalised, read_components
from staffetta.text import stand_in, storable, storable_json
from staffetta.text import unstorable as why_unstorable

LONGEST_TEMPLATE, LONGEST_LANGUAGE = 512, 20  # signs


def template_name(row: Row, section: Section) -> str:
    """Return the name; where it is missing, the key of the object the row came in, unless that is a mere id."""
    key = exact(row.get(KEY))
    return exact(member(row, section["name"])) or ("" if key.isdecimal() else key)


def read_template(row: Row, section: Section) -> ListedTemplate:
    """Return one language of a template. Never raises: what is not understood is kept raw and unsupported."""
    name, raw_language = template_name(row, section), _language(member(row, section["language"]))
    unstorable = why_unstorable(name, LONGEST_TEMPLATE) or (
        why_unstorable(raw_language, LONGEST_LANGUAGE) if raw_language else None
    )
    if unstorable:
        name = stand_in(name, LONGEST_TEMPLATE)
        raw_language = storable(raw_language, LONGEST_LANGUAGE)
    components = _components(row, section)
    category = text(member(row, section["category"])).upper()
    variables, unsupported = read_components(components, category)
    return ListedTemplate(
        name=name,
        language=storable(language_code(raw_language), LONGEST_LANGUAGE),
        language_raw=raw_language,
        unstorable=unstorable or "",
        status=(text(member(row, section["status"])) or section.status_when_missing).lower(),
        category=category,
        quality=_quality(member(row, section["quality"])),
        components=tuple(components),
        variables=variables,
        unsupported=unsupported,
        raw=_cleaned(plain(row)),
    )


def _cleaned(row: Row) -> dict[str, object]:
    cleaned = storable_json(row)
    return cleaned if isinstance(cleaned, dict) else {}


def _components(row: Row, section: Section) -> list[dict[str, object]]:
    value = storable_json(_unpacked(member(row, section["components"])))
    if isinstance(value, Mapping):
        found = [_keyed(str(key), item) for key, item in value.items() if item not in (None, "", [])]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        found = [normalised(item) for item in value if isinstance(item, Mapping)]
    else:
        found = []
    return found or _flat(row, section)


def _keyed(key: str, item: object) -> dict[str, object]:
    """Read ``{"body": {"text": …}}``, ``{"body": "…"}``, ``{"buttons": […]}`` and ``{"0": {"type": "BODY", …}}``."""
    kind = "" if key.isdecimal() else key
    if isinstance(item, Mapping):
        return normalised(item, kind)
    return normalised({"buttons": item} if isinstance(item, list) else {"text": _words(item)}, kind)


def _flat(row: Row, section: Section) -> list[dict[str, object]]:
    return flat_components(
        text(member(row, section["header_type"])),
        _words(member(row, section["header"])),
        _words(member(row, section["body"])),
        _words(member(row, section["footer"])),
        storable_json(_unpacked(member(row, section["buttons"]))),
    )


def _words(value: object) -> str:
    """Return a part's text as it stands, blanks included; an object carries it under `text`."""
    if isinstance(value, Mapping):
        value = value.get("text")
    return storable(value) if isinstance(value, str) else text(value)


def _language(value: object) -> str:
    return exact(value.get("code")) if isinstance(value, Mapping) else exact(value)


def _quality(value: object) -> str:
    return text(value.get("score")).upper() if isinstance(value, Mapping) else text(value).upper()


def _unpacked(value: object) -> object:
    """Return the JSON inside a text that holds JSON."""
    return parse_json(value) if isinstance(value, str) and value[:1] in ("[", "{") else value
