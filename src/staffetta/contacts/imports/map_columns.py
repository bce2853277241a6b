"""Which column goes where: guessed from its heading, chosen by a person, checked before it is used."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.utils.text import slugify

from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.storage.fold import fold

HEADINGS = {
    "phone": "phone, telefono, tel, cellulare, cell, mobile, mobile phone, mobile number, phone number, numero, "
    "numero di telefono, numero telefono, numero cellulare, numero di cellulare, number, whatsapp, numero whatsapp, "
    "whatsapp number, telefono cellulare, telefono whatsapp",
    "first_name": "first name, firstname, given name, nome, nome proprio",
    "last_name": "last name, lastname, surname, family name, cognome",
    "telegram_id": "telegramid, telegram id, telegram, id telegram, chat id",
    "language": "language, lingua, lang",
    "time_zone": "time zone, timezone, fuso orario, fuso",
    "external_id": "external id, id esterno, codice cliente, customer id, crm id",
}
CONSENT_HEADINGS = (
    "opt-in whatsapp, optin whatsapp, opt in whatsapp, whatsapp opt-in, whatsapp optin, opt-in, optin, opt in, "
    "consenso, consenso whatsapp, consent, whatsapp consent"
)
IF_EMPTY, ONLY_NEW = "if_empty", "only_new"
"""What a column may do to a value that is there: fill it if it is empty, or leave it; else it replaces it."""
FIELD_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class WrongMapping(ValueError):
    """A mapping that cannot be used. `code` is worded in wording.py, with `subject` named."""

    def __init__(self, code: str, subject: str = "") -> None:
        super().__init__(code)
        self.code, self.subject = code, subject


def _by_heading(words: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in words.split(","))


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", fold(heading)).split())


_TARGET_OF = {word: target for target, words in HEADINGS.items() for word in _by_heading(words)}
_CONSENT = _by_heading(CONSENT_HEADINGS)


def guess_targets(columns: Sequence[str], own_fields: Mapping[str, str]) -> dict[str, str]:
    """Return column -> target as far as headings tell, in Italian or English; `own_fields` is name -> label.

    Consent is never guessed: a person must choose its column.
    """
    own = {_plain(text): name for name, label in own_fields.items() for text in (name, label, full_label(label, name))}
    guessed: dict[str, str] = {}
    for column in columns:
        target = _TARGET_OF.get(_plain(column)) or own.get(_plain(column))
        if target and target not in guessed.values():
            guessed[column] = target
    return guessed


def full_label(label: str, name: str) -> str:
    """Return how an export calls a field whose label another column has, too."""
    return f"{label} ({name})"


def consent_like(columns: Iterable[str]) -> str:
    """Return the column whose heading reads like a consent, to be pointed at, not chosen; "" when there is none."""
    return next((column for column in columns if _plain(column) in _CONSENT), "")


def field_name(heading: str, taken: Iterable[str] = ()) -> str:
    """Return a free technical name for an own field: «Città» -> citta."""
    base = slugify(heading).replace("-", "_").strip("_")[:50] or "field"
    used, name, number = {*taken, *SYSTEM_FIELDS}, base, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    return name


def check_modes(modes: Mapping[str, str], mapping: Mapping[str, str]) -> None:
    """Raise WrongMapping unless every mode is one, of a target the mapping has."""
    for target, mode in modes.items():
        if mode not in (IF_EMPTY, ONLY_NEW):
            raise WrongMapping("unknown_mode", mode)
        if target not in mapping.values():
            raise WrongMapping("mode_of_nothing", target)


def check(mapping: Mapping[str, str], columns: Sequence[str], consent_column: str = "") -> None:
    """Raise WrongMapping unless the mapping names real columns, each target once, and tells people apart."""
    for column in (*mapping, *([consent_column] if consent_column else [])):
        if column not in columns:
            raise WrongMapping("unknown_column", column)
    if consent_column in mapping:
        raise WrongMapping("consent_column_mapped", consent_column)
    targets = list(mapping.values())
    for target in targets:
        if targets.count(target) > 1:
            raise WrongMapping("target_twice", target)
        if target not in SYSTEM_FIELDS and not FIELD_NAME.fullmatch(target):
            raise WrongMapping("unknown_target", target)
    if not {"phone", "telegram_id"} & set(targets):
        raise WrongMapping("no_identity")
