"""The texts of the command line, translated without Django: help needs neither its settings nor its models."""

import gettext as catalogues
from contextlib import suppress
from functools import cache
from pathlib import Path

from staffetta.config import environment

SHIPPED = Path(__file__).resolve().parents[1] / "locale"


def gettext(message: str) -> str:
    """Return a text in the language of STAFFETTA_LANGUAGE; the wording of STAFFETTA_LOCALE_DIR wins."""
    return _catalogue(_language(), environment.text("STAFFETTA_LOCALE_DIR")).gettext(message)


def _language() -> str:
    try:
        return environment.language()
    except environment.WrongSetting:
        return environment.LANGUAGES[0]  # help is always given; the setting is refused when a command runs


@cache
def _catalogue(language: str, own_wording: str) -> catalogues.NullTranslations:
    found = catalogues.NullTranslations()
    for folder in [SHIPPED, *([Path(own_wording)] if own_wording else [])]:
        with suppress(OSError), (folder / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
            catalogue = catalogues.GNUTranslations(file)
            catalogue.add_fallback(found)
            found = catalogue
    return found
