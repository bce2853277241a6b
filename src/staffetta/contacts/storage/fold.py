"""What the search compares: lower case, without accents, so that «niccolo» finds «Niccolò»."""

import unicodedata
from typing import TYPE_CHECKING

from staffetta.text import identity

if TYPE_CHECKING:
    from staffetta.contacts.models import Contact


def fold(text: str) -> str:
    """Return `text` without case and accents, blanks reduced to one."""
    if not text.isascii():
        text = text if text.isprintable() else identity(text)
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(text.casefold().split())


def search_text(contact: "Contact") -> str:
    """Return what a contact is found by: names, number with its plus, the platforms' ids."""
    parts = (contact.first_name, contact.last_name, contact.phone, contact.whatsapp_id, contact.telegram_id)
    return fold(" ".join(part for part in parts if part))
