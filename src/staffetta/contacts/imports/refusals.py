"""What a row says of a refusal, and whom it names, whatever else is wrong with the row. Pure.

A row that is not taken is read here once more, as generously as it can be: a No that cannot be missed is worth more
than a cell in the right form. The same generosity would be wrong for a Yes, or for making a contact.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from staffetta.contacts.fields.types import TELEGRAM_ID
from staffetta.contacts.files.read_csv import Record
from staffetta.contacts.imports.read_row import CONSENT_WORDS, EXTERNAL_LENGTH, Layout
from staffetta.contacts.models import ConsentValue
from staffetta.contacts.phones.phone import STRICT, PhoneReading, forms, possible_phones
from staffetta.contacts.storage.fold import fold

NO_WORDS = frozenset(
    {
        *("no", "nein", "false", "falso", "stop", "revocato", "revocata", "rifiuta", "rifiutato", "rifiutata"),
        *("negato", "disiscritto", "disiscritta", "unsubscribed", "revoked", "refused", "denied", "optout"),
    }
)
"""A consent cell that begins with one of these refuses, whatever follows: «NO (revocato)»."""
WORD = re.compile(r"\w+")
NO_NUMBER = re.compile(r"[^\d+(). -]+|(?=\+)")
"""What stands between two numbers of one cell."""
SHEET_END = re.compile(r"\.0+$")
"""What a spreadsheet leaves behind a number it took for a sum."""
FEWEST_DIGITS = 8
"""A shorter run of digits in a cell is an extension, an hour or a house number."""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a row names, by every identity that can be read of it."""

    phones: frozenset[str] = frozenset()  # E.164
    telegram_ids: frozenset[str] = frozenset()
    external_ids: frozenset[str] = frozenset()

    def identities(self) -> set[str]:
        """Return the identities as an import remembers them: +39…, @1234, #external id; one for all forms."""
        return {
            *(min(forms(phone)) for phone in self.phones),
            *(f"@{each}" for each in self.telegram_ids),
            *(f"#{each}" for each in self.external_ids),
        }


def refusal_of(record: Record, layout: Layout, prefix: str) -> Named | None:
    """Return whom a row names if it says No, None if it does not. `prefix` is of numbers without a country code."""
    extra = max(len(record.cells) - len(layout.columns), 0)
    if layout.consent is None or not any(says_no(cell) for cell in _consent_cells(record, layout.consent, extra)):
        return None
    phones, telegram_ids, external_ids = (
        list(_cells(record, layout, name, extra)) for name in ("phone", "telegram_id", "external_id")
    )
    return Named(
        frozenset(_first(numbers_in(cell, prefix) for cell in phones)),
        frozenset(_first(_telegram_ids(cell) for cell in telegram_ids)),
        frozenset({cell[:EXTERNAL_LENGTH] for cell in external_ids[:1] if cell}),
    )


def _consent_cells(record: Record, place: int, extra: int) -> Sequence[str]:
    """Return the cells that may hold the consent: one separator too many before it moves it to the right.

    A Yes at its own place is one; what stands behind it is another column then.
    """
    cells = record.cells[place : place + extra + 1]
    own = CONSENT_WORDS.get(plain(cells[0]).casefold()) if cells else None
    return cells[:1] if own == ConsentValue.YES else cells


def _cells(record: Record, layout: Layout, target: str, extra: int) -> Iterator[str]:
    if (place := layout.places.get(target)) is not None:
        yield from map(plain, record.cells[place : place + extra + 1])


def _first(readings: Iterator[set[str]]) -> set[str]:
    """Return the first reading that is one: the cell at its own place comes before one that may have moved there."""
    return next((reading for reading in readings if reading), set())


def says_no(cell: str) -> bool:
    """Say whether a consent cell refuses: the words of a No, or a text that begins with one."""
    text = plain(cell)
    if CONSENT_WORDS.get(text.casefold()) == ConsentValue.NO:
        return True
    words = WORD.findall(fold(text).replace("_", " "))
    return bool(words) and (words[0] in NO_WORDS or words[:2] == ["opt", "out"])


def numbers_in(cell: str, prefix: str) -> set[str]:
    """Return every number a cell holds, E.164: «+39 347 0000001 (home), 348 0000002» holds two.

    The parts are read before the whole: «3470000001/2» is no number with a digit more.
    """
    text = plain(cell)
    parts = NO_NUMBER.split(text)
    if len(parts) == 1 and (exact := possible_phones(text, STRICT)):
        return exact
    recovered = PhoneReading(prefix, recovers=True)
    found = {number for part in parts for number in _numbers_of_part(part, recovered)}
    return found or possible_phones(text, recovered)


def _numbers_of_part(part: str, how: PhoneReading) -> set[str]:
    """Return the number a part of a cell is, or those of its words that are numbers by themselves."""
    for words in ([part], part.split()):
        long_enough = [word for word in words if sum(sign.isdigit() for sign in word) >= FEWEST_DIGITS]
        texts = (SHEET_END.sub("", word.strip(" .-()")) for word in long_enough)
        if found := {number for text in texts for number in possible_phones(text, how)}:
            return found
    return set()


def plain(text: str) -> str:
    """Return a text without signs that only steer its looks, its digits, blanks and hyphens in their usual form."""
    if text.isascii():
        return text.strip()
    return "".join(_plain_sign(sign) for sign in unicodedata.normalize("NFKC", text)).strip()


def _plain_sign(sign: str) -> str:
    match unicodedata.category(sign):
        case "Cf" | "Cs":
            return ""
        case "Cc":
            return sign if sign.isspace() else ""
        case "Zs":
            return " "
        case "Pd":
            return "-"
        case "Nd":
            return str(unicodedata.digit(sign))
    return sign


def _telegram_ids(cell: str) -> set[str]:
    text = SHEET_END.sub("", cell)
    return {text} if TELEGRAM_ID.fullmatch(text) else set()
