"""Does a refusal speak of a limit? A limit slows the channel and fails nobody, whichever member carries its number.

Numbers: messaging rules, section 5. They count alone only, never as a part of a longer number, and not where they are
somebody's id.
"""

import re
from collections.abc import Mapping

from staffetta.connectors.engage.payloads import text

TOO_MANY = "429"
WHATSAPP_LIMITS = ("130429", "131048", "131056")
IN_WORDS = re.compile(r"(?<![\d+])(?<!\d[.,/-])(?:130429|131048|131056)(?!\d)(?![.,/-]\d)", re.ASCII)
PEOPLE = frozenset({"id", "to", "number", "phone", "recipient", "recipient_id", "user", "user_id", "wa_id", "customer"})
DEEP, LONG = 6, 4_000  # levels of an answer, characters of a text: what lies beyond is not looked at


def names_limit(answer: object, recipient: str = "") -> bool:
    """Say whether a refusal names a limit: a code 429 in a member made for codes, a WhatsApp number anywhere."""
    return _names(answer, recipient, "", DEEP)


def _names(value: object, recipient: str, member: str, levels: int) -> bool:
    if levels == 0 or member in PEOPLE:
        return False
    if isinstance(value, Mapping):
        return any(_names(inner, recipient, str(name).lower(), levels - 1) for name, inner in value.items())
    if isinstance(value, list):
        return any(_names(inner, recipient, member, levels - 1) for inner in value)
    words = text(value)[:LONG]
    if _is_code(member) and words in (TOO_MANY, *WHATSAPP_LIMITS):
        return True
    return any(number != recipient for number in IN_WORDS.findall(words))


def _is_code(member: str) -> bool:
    return member.endswith("code") or member in ("status", "error")
