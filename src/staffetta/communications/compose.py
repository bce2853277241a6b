"""Fill a template's variables for one person. Pure, and shared by preview, rehearsal, planning and the API.

The rules of a value are those of the messaging rules, 1.2: whitespace is folded to single spaces, an empty value is
missing, the filled header has at most 60 and the filled body at most 1024 characters, the end of a button's address is
percent-encoded and the whole address has at most 2000, the values of an authentication template are one-time codes.
What fills a header of image, video or document is the address of a file.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from staffetta.communications.mapping import Source, SourceKind, read_mapping
from staffetta.connectors.templates import LONGEST_ADDRESS, LONGEST_TEXT
from staffetta.text import value as cleaned

LONGEST_CODE = 15
MEDIA_KINDS = ("image", "video", "document")
MISSING_VALUE = "missing_value"
TOO_LONG = "too_long"
NOT_A_CODE = "not_a_code"
NOT_AN_ADDRESS = "not_an_address"

# Braces doubled as WhatsApp writes them, or single as some of Engage's lists do: whichever occurs.
DOUBLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
SINGLE = re.compile(r"\{(\w+)\}")
# What may stand in the end of an address as it is; a percent sign only as part of an escape already made.
ADDRESS_SAFE = "/?&=#+,;@!$'()*~"
CODE = re.compile(rf"[!-~]{{1,{LONGEST_CODE}}}")
"""A one-time code: visible ASCII signs, hence no emoji."""
ADDRESS = re.compile(r"://|^www\.|\.[a-z]{2,}/", re.IGNORECASE)
BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

Values = Mapping[str, object]
Reader = Callable[[Values, Values], str]


@dataclass(frozen=True, slots=True)
class Composed:
    """The values of one message, by component, ready to be frozen."""

    body: tuple[str, ...] = ()
    header: str = ""
    header_media: str = ""
    button: str = ""

    def parameters(self) -> dict[str, object]:
        """Return the form in which a delivery keeps them."""
        return {
            "body": list(self.body),
            "header": self.header,
            "header_media": self.header_media,
            "button": self.button,
        }


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no message, and the variables at fault.

    `reason` is missing_value, too_long, not_a_code or not_an_address.
    """

    reason: str
    keys: tuple[str, ...]


class Composer:
    """One template in one language with one mapping, prepared once and used for any number of people.

    `variables` and `components` are those of the variant; `header_media` is the fixed address of the header's file.
    `category` is the variant's. Raises WrongSource for a mapping that cannot be read. A variable without a source is
    missing for everybody.
    """

    def __init__(
        self,
        variables: Sequence[Mapping[str, str]],
        components: Sequence[Mapping[str, object]],
        mapping: Mapping[str, object],
        header_media: str = "",
        category: str = "",
    ) -> None:
        sources = read_mapping(mapping)
        self._body = [(row["key"], _reader(sources.get(row["key"]))) for row in variables if row["component"] == "body"]
        self._others = [
            (row["key"], _slot(row), _reader(sources.get(row["key"]), header_media if _is_media(row) else ""))
            for row in variables
            if row["component"] != "body"
        ]
        self._times = _occurrences(text_of(components, "BODY"), [key for key, _ in self._body])
        self._body_room = _room(components, "BODY")
        self._header_room = _room(components, "HEADER")
        self._button_room = LONGEST_ADDRESS - len(_without_placeholders(_address_of(components)))
        self._takes_codes = category.upper() == "AUTHENTICATION"

    def compose(self, values: Values, given: Values | None = None) -> Composed | Missing:
        """Fill the variables from a contact's `values` and from what the caller has `given`."""
        said = given or {}
        body = [read(values, said) for _, read in self._body]
        others = [read(values, said) for _, _, read in self._others]
        if not all(body) or not all(others):
            return self._missing(body, others)
        slots = {slot: value for (_, slot, _), value in zip(self._others, others, strict=True)}
        button = encoded(slots.get("button", ""))
        refused = self._too_long(body, slots, button) or self._wrong_kind(body, others, slots)
        return refused or Composed(tuple(body), slots.get("header", ""), slots.get("header_media", ""), button)

    def _too_long(self, body: list[str], slots: Mapping[str, str], button: str) -> Missing | None:
        if sum(len(value) * times for value, times in zip(body, self._times, strict=True)) > self._body_room:
            return Missing(TOO_LONG, tuple(key for key, _ in self._body))
        if len(slots.get("header", "")) > self._header_room:
            return Missing(TOO_LONG, ("header",))
        return Missing(TOO_LONG, ("button",)) if len(button) > self._button_room else None

    def _wrong_kind(self, body: list[str], others: list[str], slots: Mapping[str, str]) -> Missing | None:
        if (media := slots.get("header_media")) and not is_address(media):
            return Missing(NOT_AN_ADDRESS, ("header",))
        wrong = self._no_codes(body, others) if self._takes_codes else ()
        return Missing(NOT_A_CODE, wrong) if wrong else None

    def _missing(self, body: list[str], others: list[str]) -> Missing:
        return Missing(MISSING_VALUE, tuple(key for key, value in self._values(body, others) if not value))

    def _no_codes(self, body: list[str], others: list[str]) -> tuple[str, ...]:
        """Return the variables whose value is no one-time code (messaging-rules 1.2)."""
        return tuple(key for key, value in self._values(body, others) if not is_code(value))

    def _values(self, body: list[str], others: list[str]) -> Iterator[tuple[str, str]]:
        keys = [key for key, _ in self._body] + [key for key, _, _ in self._others]
        return zip(keys, body + others, strict=True)


def compose(
    variables: Sequence[Mapping[str, str]],
    mapping: Mapping[str, object],
    values: Values,
    *,
    components: Sequence[Mapping[str, object]] = (),
    header_media: str = "",
    category: str = "",
    given: Values | None = None,
) -> Composed | Missing:
    """Fill the variables for one person; for many, prepare a Composer."""
    return Composer(variables, components, mapping, header_media, category).compose(values, given)


def folded(value: object) -> str:
    """Return the value as WhatsApp takes it: no newline, tab, control sign or run of spaces, nothing at the ends.

    What holds no visible sign is empty.
    """
    return "" if value is None else " ".join(cleaned(str(value)).split())


def is_code(value: str) -> bool:
    """Say whether an authentication template takes the value."""
    return CODE.fullmatch(value) is not None and not ADDRESS.search(value)


def is_address(value: str) -> bool:
    """Say whether WhatsApp can fetch a file from there: http(s), a host, no blank, not too long."""
    try:
        parts = urlsplit(value)
        there = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
    return there and len(value) <= LONGEST_ADDRESS and not any(sign.isspace() for sign in value)


def encoded(value: str) -> str:
    """Return the end of an address percent-encoded; what is already encoded stays as it is."""
    return quote(BARE_PERCENT.sub("%25", value), safe=ADDRESS_SAFE + "%")


def filled(text: str, values: Sequence[str]) -> str:
    """Return a component's text with its numbered placeholders filled, as the person reads it."""
    pattern = DOUBLE if DOUBLE.search(text) else SINGLE
    numbered = {str(number): value for number, value in enumerate(values, start=1)}
    return pattern.sub(lambda found: numbered.get(found[1], found[0]), text)


def text_of(components: Sequence[Mapping[str, object]], kind: str) -> str:
    """Return the text of the component of one kind (BODY, HEADER, FOOTER), "" when there is none."""
    return next((str(part.get("text") or "") for part in components if str(part.get("type", "")).upper() == kind), "")


def said(components: Sequence[Mapping[str, object]], parameters: Mapping[str, object]) -> str:
    """Return the body as the person reads it: what a person's history at the provider is searched for."""
    body = parameters.get("body")
    return filled(text_of(components, "BODY"), [str(value) for value in body] if isinstance(body, list) else [])


def _reader(source: Source | None, fixed: str = "") -> Reader:
    """Return the function that reads one variable; made once, since planning calls it a million times."""
    if source is None or (fixed and source.kind == SourceKind.TEXT and not folded(source.name)):
        text = folded(fixed)
        return lambda _values, _given: text
    fallback, name = folded(source.fallback) or folded(fixed), source.name
    if source.kind == SourceKind.TEXT:
        text = folded(name) or fallback
        return lambda _values, _given: text
    if source.kind == SourceKind.VALUE:
        return lambda _values, given: folded(given.get(name)) or fallback
    return lambda values, _given: folded(values.get(name)) or fallback


def _is_media(variable: Mapping[str, str]) -> bool:
    return variable["component"] == "header" and variable.get("kind") in MEDIA_KINDS


def _slot(variable: Mapping[str, str]) -> str:
    if _is_media(variable):
        return "header_media"
    return "header" if variable["component"] == "header" else "button"


def _occurrences(text: str, keys: Sequence[str]) -> list[int]:
    """Return how often each placeholder stands in the text: a value written twice takes its room twice."""
    found = (DOUBLE if DOUBLE.search(text) else SINGLE).findall(text)
    return [max(1, found.count(key)) for key in keys]


def _room(components: Sequence[Mapping[str, object]], kind: str) -> int:
    """Return how many characters the values together may have: the limit less the fixed text."""
    return LONGEST_TEXT[kind] - len(_without_placeholders(text_of(components, kind)))


def _without_placeholders(text: str) -> str:
    return (DOUBLE if DOUBLE.search(text) else SINGLE).sub("", text)


def _address_of(components: Sequence[Mapping[str, object]]) -> str:
    """Return the address of the button that has a variable, "" when there is none."""
    for part in components:
        listed = part.get("buttons")
        for button in listed if isinstance(listed, list) else ():
            address = str(button.get("url") or "") if isinstance(button, Mapping) else ""
            if DOUBLE.search(address) or SINGLE.search(address):
                return address
    return ""
