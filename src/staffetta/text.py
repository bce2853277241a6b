r"""The one place where text comes in: files, the provider's answers, forms, the API, the command line.

Every entrance passes its text through here, so that both databases can store it and people can compare it:

- `storable`: texts that are shown. Half a surrogate pair becomes U+FFFD, control signs go but tab and line ends, NFC.
- `value`: what is known of a person, names and titles. Also without format signs (bidi, zero width, soft hyphen, BOM),
  with plain blanks; joiners and emoji stay whole.
- `title`: names of things that people give. A value with single blanks.
- `identity`: what someone or something is known by. Also without any format sign, with plain hyphens and single blanks.
- `folded`: what is compared: an identity without case and compatibility forms. Never shown, never sent.
- `unstorable`: for what goes back to the provider byte for byte (names, ids, languages): why it cannot be kept.

Passwords and keys pass none of these. PostgreSQL refuses NUL, and both databases refuse half a surrogate pair; a
`\ud83d` alone is valid JSON all the same, and an undecodable byte of the command line is such a half, too.
"""

import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
    + "]+"
)
"""Control signs but tab, line feed and carriage return, and the code points that Unicode never assigns."""

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point (bidi, zero width, soft hyphen, BOM, fillers) and the annotation marks."""
BLANK = "\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
"""Blanks: Unicode's separators, and the Braille pattern without a dot."""
HYPHEN = "\u2010-\u2015\u2212\ufe58\ufe63\uff0d"

FORMAT = re.compile(f"[{IGNORABLE}]+")
HIDDEN = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007f]+)"  # the flags of England, Scotland, Wales end in invisible letters
    "|[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f]+"
)
"""Format signs that no spelling needs; joiners, variation selectors and fillers are not among them."""
ODD_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]")
BLANKS = re.compile(f"[{BLANK}]+")
HYPHENS = re.compile(f"[{HYPHEN}]")
VISIBLE = re.compile(f"[^{IGNORABLE}{BLANK}]")
SURROGATE = re.compile("[\ud800-\udfff]")
JOINERS = re.compile("[\u200c\u200d]")

JOINING = re.compile(
    "[\u0600-\u07ff\u0840-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1c4f\ua8e0-\ua8ff\ua980-\ua9df"
    "\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
"""Signs of the scripts whose spelling uses joiners: Arabic to Sinhala, Tibetan, Burmese, Khmer, Mongolian, …"""
EMOJI_PARTS = frozenset({"\ufe0f", "\u20e3", *map(chr, range(0x1F3FB, 0x1F400))})
"""What may follow an emoji before a joiner: its presentation, a key cap, a skin tone."""
FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of them are the flag of a country."""
DEEPEST = 100
"""Levels of a JSON document; SQLite's own functions refuse more than 1,000."""


class Unstorable(StrEnum):
    """Why a text cannot be kept byte for byte."""

    EMPTY = "name_without_visible_sign"
    NUL = "name_with_nul"
    HALF_SIGN = "name_with_half_sign"
    TOO_LONG = "name_too_long"


class NotStorable(ValueError):
    """A thing whose name cannot be kept; `reason` is one of Unstorable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def storable(text: str, bound: int | None = None) -> str:
    """Return the text as it is stored and shown, "" where no sign of it is visible, cut to `bound` code units.

    ZWJ and ZWNJ stay where a script or an emoji needs them. Blanks at the ends stay, too: a template's text has them.
    """
    if text.isascii() and text.isprintable():  # nearly all that comes in
        if text[:1] in ("", " ") and not text.strip():
            return ""
        return text if bound is None or len(text) <= bound else cut(text, bound)
    text = _normalised(text)
    if not VISIBLE.search(text):
        return ""
    return text if bound is None else cut(text, bound)


def value(text: str, bound: int | None = None) -> str:
    """Return what is known of a person as it is stored and shown: no hidden sign, plain blanks, none at the ends."""
    if not text.isprintable() or "\u2800" in text:  # all other signs taken out here count as not printable
        text = ODD_BLANK.sub(" ", HIDDEN.sub(r"\1", _normalised(text)))
    return storable(text.strip(), bound).rstrip()


def title(text: str, bound: int | None = None) -> str:
    """Return the name of a thing as it is stored and shown: a value with single blanks."""
    return value(BLANKS.sub(" ", value(text)), bound)


def identity(text: str, bound: int | None = None) -> str:
    """Return the text by which someone or something is known: one visible form, one value; "" without one."""
    if not (text.isascii() and text.isprintable()):
        text = FORMAT.sub("", HYPHENS.sub("-", _normalised(text)))
        text = unicodedata.normalize("NFC", text)
        text = BLANKS.sub(" ", text)
    text = text.strip()
    if "  " in text:
        text = BLANKS.sub(" ", text)
    return text if bound is None else cut(text, bound).rstrip()


def folded(text: str, bound: int | None = None) -> str:
    """Return what texts are compared by: their identity whatever the case and the form of its signs.

    Two texts that a reader cannot tell apart are equal here. Accents count.
    """
    if text.isascii():
        return identity(text.lower(), bound)
    known = ""
    text = identity(text)
    while text != known:  # a fold may free a blank or a mark that takes part in the next one: twice, in practice
        known, text = text, identity(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
    return text if bound is None else cut(text, bound).rstrip()


def unstorable(text: str, bound: int | None = None) -> Unstorable | None:
    """Return why a text that is to be kept byte for byte cannot be; None when it can."""
    if SURROGATE.search(text):
        return Unstorable.HALF_SIGN
    if "\0" in text:
        return Unstorable.NUL
    if not VISIBLE.search(CONTROL.sub("", text)):
        return Unstorable.EMPTY
    return Unstorable.TOO_LONG if bound is not None and code_units(text) > bound else None


def has_visible_sign(text: str) -> bool:
    """Say whether a reader sees anything of the text."""
    return VISIBLE.search(CONTROL.sub("", text)) is not None


def code_units(text: str) -> int:
    """Return the length as browsers and JSON count it, in UTF-16 code units: never less than the databases count."""
    return len(text) if text.isascii() else len(text) + sum(sign > "\uffff" for sign in text)


def cut(text: str, bound: int) -> str:
    """Return the beginning of the text that fits in `bound` code units, without half a letter or half an emoji."""
    if code_units(text) <= bound:
        return text
    length = units = 0
    for sign in text:
        units += 2 if sign > "\uffff" else 1
        if units > bound:
            break
        length += 1
    end = length
    while end and _continues(text, end):
        end -= 1
    kept = _without_stray_joiners(text[: end or length])
    return kept if VISIBLE.search(kept) else ""


def stand_in(text: str, bound: int) -> str:
    """Return a storable name for one that is not: what can be shown of it, and a digest that tells it from others."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{cut(identity(text), bound - 9)}~{digest}"


def storable_json(value: object, bound: int | None = None, depth: int = 0) -> object:
    """Return a JSON value whose names and texts are storable; of two names that become one the first stays.

    A member `payload` is kept byte for byte where that is possible: a button gives it back to the provider. Numbers
    that JSON does not know (NaN, infinities) become texts; what lies deeper than 100 levels becomes nothing.
    """
    if isinstance(value, str):
        return storable(value, bound)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        cleaned: dict[str, object] = {}
        for name, item in value.items() if depth < DEEPEST else ():
            kept = name == "payload" and isinstance(item, str) and unstorable(item, bound) is None
            cleaned.setdefault(storable(str(name), bound), item if kept else storable_json(item, bound, depth + 1))
        return cleaned
    if isinstance(value, (list, tuple)):
        return [storable_json(item, bound, depth + 1) for item in value] if depth < DEEPEST else []
    return value


def unstorable_json(value: object, path: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Return where in a JSON value half a surrogate pair or a NUL lies, name by name; None where there is none.

    For callers who are told instead of being corrected. The path itself is storable.
    """
    if isinstance(value, str):
        return path if not value.isprintable() and ("\0" in value or SURROGATE.search(value)) else None
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        step = (*path, storable(str(name)))
        if unstorable_json(name) is not None:
            return step
        if (found := unstorable_json(item, step)) is not None:
            return found
    return None


def _normalised(text: str) -> str:
    if not text.isprintable():
        if SURROGATE.search(text):  # two halves that belong together become their sign, single ones U+FFFD
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = _without_stray_joiners(CONTROL.sub("", text).replace("\ufeff", ""))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _without_stray_joiners(text: str) -> str:
    if not JOINERS.search(text):
        return text
    kept: list[str] = []
    for place, sign in enumerate(text):
        if sign not in "\u200c\u200d" or _joins(kept[-1] if kept else "", sign, text[place + 1 : place + 2]):
            kept.append(sign)
    return "".join(kept)


def _joins(before: str, joiner: str, after: str) -> bool:
    if before and JOINING.match(before):
        return True
    is_emoji = before in EMOJI_PARTS or (before != "" and unicodedata.category(before) == "So")
    return joiner == "\u200d" and is_emoji and after != "" and unicodedata.category(after) in ("So", "Sm")


def _continues(text: str, place: int) -> bool:
    """Say whether the sign at `place` belongs to the one before it: a mark, a joiner, a skin tone, a joined emoji."""
    sign, before = text[place], text[place - 1]
    return (
        unicodedata.category(sign).startswith("M")
        or sign in "\u200c\u200d"
        or sign in EMOJI_PARTS
        or "\U000e0020" <= sign <= "\U000e007f"
        or (before == "\u200d" and not JOINING.match(sign))
        or (sign in FLAG_LETTERS and before in FLAG_LETTERS and _flag_letters(text[:place]) % 2 == 1)
    )


def _flag_letters(text: str) -> int:
    return next((count for count, sign in enumerate(reversed(text)) if sign not in FLAG_LETTERS), len(text))
