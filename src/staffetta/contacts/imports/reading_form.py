"""The form that shows how a file is read, and lets a person choose another way."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _

from staffetta.contacts.files.file_reading import COMMA, DAY_FIRST, MONTH_FIRST, NO, POINT, YES, Basis, Trait
from staffetta.contacts.files.find_encoding import possible
from staffetta.contacts.files.reading_words import (
    DELIMITER_NAMES,
    TRAIT_NAMES,
    basis_text,
    encoding_label,
    sheet_label,
    value_name,
)
from staffetta.contacts.imports.import_reading import NOTATION, STRUCTURE, kept_as_utf8, reading_of, sheets_of
from staffetta.contacts.models import Import

CHOICES = {"heading": (YES, NO), "decimal": (COMMA, POINT), "dates": (DAY_FIRST, MONTH_FIRST)}


class ReadingForm(forms.Form):
    """One choice per trait that can be another one; what says so stands below it."""

    def __init__(self, source: Import, *args: Any, names: Sequence[str] = (*STRUCTURE, *NOTATION)) -> None:
        super().__init__(*args)
        self.reading = reading_of(source)
        for name in names:
            if choices := _choices(source, name, self.reading.trait(name)):
                self.fields[name] = _field(name, self.reading.trait(name), choices)

    def chosen(self) -> dict[str, str]:
        """Return what a person chose anew or was asked for, by trait."""
        told = {name: str(value) for name, value in self.cleaned_data.items() if value}
        asked = self.reading.questions
        return {name: value for name, value in told.items() if name in asked or value != self.reading.trait(name).value}


def _field(name: str, trait: Trait, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    asked = trait.basis == Basis.ASKED
    return forms.ChoiceField(
        label=str(TRAIT_NAMES[name]),
        choices=[("", _("Choose…")), *choices] if asked else choices,
        initial="" if asked else trait.value,
        required=False,
        help_text="" if asked else basis_text(name, trait),  # a question stands above the form
    )


def _choices(source: Import, name: str, trait: Trait) -> list[tuple[str, str]]:
    """Return what a trait can be, none where there is nothing to choose."""
    if name in NOTATION and trait.basis == Basis.UNUSED:
        return []
    if name == "sheet":
        return [(sheet.name, sheet_label(sheet)) for sheet in sheets_of(source)]
    if name == "encoding":
        offered = [] if kept_as_utf8(source) else [trait.value, *possible(trait)]
        return [(encoding, encoding_label(trait, encoding)) for encoding in dict.fromkeys(offered)]
    if name == "delimiter":
        offered = [] if source.from_workbook else [*DELIMITER_NAMES, trait.value]
        return [(sign, value_name(name, sign)) for sign in dict.fromkeys(offered)]
    if name == "zone":
        return [(zone, zone) for zone in sorted(available_timezones())]
    return [(value, value_name(name, value)) for value in CHOICES[name]]
