"""Engage's customer fields and customers into the values of the seam."""

import re
from functools import lru_cache

from staffetta.connectors.engage.payloads import (
    KEY,
    LONGEST_NAME,
    VALUE,
    Row,
    choices_of,
    exact,
    identity_of,
    known_of,
    member,
    seconds,
    text,
    truth,
    values_of,
)
from staffetta.connectors.engage.profile import Section
from staffetta.connectors.messages import Customer, ListedField, Platform
from staffetta.text import stand_in, storable
from staffetta.text import unstorable as why_unstorable

# The eight types the vendor documents, in the words seen or likely: a type's name is not established.
TYPES = {
    "number": "number", "numeric": "number", "integer": "number", "int": "number", "decimal": "number",
    "float": "number", "digits": "number",
    "word": "word", "string": "word",
    "text": "text", "freetext": "text", "textarea": "text",
    "singlechoice": "single_choice", "choice": "single_choice", "select": "single_choice", "radio": "single_choice",
    "dropdown": "single_choice", "enum": "single_choice", "single": "single_choice",
    "multiplechoice": "multiple_choice", "multichoice": "multiple_choice", "multiselect": "multiple_choice",
    "multiple": "multiple_choice", "checkbox": "multiple_choice", "multi": "multiple_choice",
    "location": "location", "geo": "location", "place": "location",
    "date": "date", "birthday": "date",
    "time": "time", "hour": "time",
}  # fmt: skip

# `messenger` codes (README.md, "Customers") and the plain words a channel list may use.
PLATFORMS = {
    "wb": Platform.WHATSAPP, "wa": Platform.WHATSAPP, "whatsapp": Platform.WHATSAPP,
    "whatsappbusiness": Platform.WHATSAPP, "waba": Platform.WHATSAPP,
    "tg": Platform.TELEGRAM, "telegram": Platform.TELEGRAM,
    "fb": Platform.FACEBOOK, "facebook": Platform.FACEBOOK, "facebookmessenger": Platform.FACEBOOK,
    "messenger": Platform.FACEBOOK,
    "ig": Platform.INSTAGRAM, "instagram": Platform.INSTAGRAM,
    "vi": Platform.VIBER, "viber": Platform.VIBER,
    "im": Platform.APPLE, "apple": Platform.APPLE, "imessage": Platform.APPLE, "applemessages": Platform.APPLE,
}  # fmt: skip

FIXED = (ListedField("number", "number", "word"), ListedField("name", "name", "text"))


@lru_cache(maxsize=256)
def platform_of(raw: str) -> Platform:
    """Return the platform of a `messenger` code or word; unknown ones stay unknown."""
    return PLATFORMS.get(re.sub(r"[^a-z]", "", raw.lower()), Platform.UNKNOWN)


def read_field(row: Row, section: Section) -> ListedField:
    """Return one customer field; `name` is empty when the row tells none."""
    name = exact(member(row, section["name"])) or exact(row.get(KEY)) or exact(row.get(VALUE))
    unstorable = why_unstorable(name, LONGEST_NAME) if name else None
    name = stand_in(name, LONGEST_NAME) if unstorable else name
    label = text(member(row, section["label"])) or (text(row.get(VALUE)) if row.get(KEY) else "")
    raw = text(member(row, section["type"]))
    choices = choices_of(member(row, section["choices"]))
    known = TYPES.get(re.sub(r"[^a-z]", "", raw.lower()), "unknown")
    return ListedField(name, label or storable(name), known, raw, choices, unstorable or "")


def read_customer(row: Row, section: Section) -> Customer:
    """Return one customer; `id` is empty when the row tells none."""
    customer_id = identity_of(row, section["id"])
    unstorable = None if not customer_id or _is_plain(customer_id) else why_unstorable(customer_id, LONGEST_NAME)
    return Customer(
        id=stand_in(customer_id, LONGEST_NAME) if unstorable else customer_id,
        name=known_of(member(row, section["name"])),
        platform=platform_of(text(member(row, section["platform"]))),
        stopped=truth(member(row, section["stopped"])),
        blocked=truth(member(row, section["blocked"])),
        created=seconds(member(row, section["created"])),
        fields=values_of(member(row, section["fields"])),
        unstorable=unstorable or "",
    )


def _is_plain(customer_id: str) -> bool:
    return customer_id.isdecimal() and len(customer_id) <= LONGEST_NAME
