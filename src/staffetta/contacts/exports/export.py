"""Contacts as a file: streamed, in the columns an import knows, no cell a formula."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext as _

from staffetta.contacts.consents.consent import counts
from staffetta.contacts.exports import write_xlsx
from staffetta.contacts.fields.notation import AMBIGUOUS
from staffetta.contacts.fields.types import show
from staffetta.contacts.fields.values import SYSTEM_FIELDS, values_of
from staffetta.contacts.files import excel_csv
from staffetta.contacts.files.inspect_file import is_of_a_person
from staffetta.contacts.imports.map_columns import full_label
from staffetta.contacts.models import ConsentValue, Contact, ContactField
from staffetta.text import folded

SHEET_ROWS = 1_048_575
"""Rows a workbook's sheet holds under its headings."""
FORMATS = ("csv", "xlsx")


def too_long_for_a_sheet(people: QuerySet[Contact]) -> bool:
    """Say whether there are more people than a workbook can hold."""
    return people.order_by("pk")[SHEET_ROWS : SHEET_ROWS + 1].exists()


def encoded(people: QuerySet[Contact], kind: str) -> Iterator[bytes]:
    """Yield the file piece by piece; `kind` is csv or xlsx."""
    own = list(ContactField.objects.order_by("label", "name"))
    headings = _headings(own)
    if kind == "xlsx":
        return write_xlsx.encoded(headings, _rows(people, own))
    return excel_csv.encoded(headings, _rows(people, own))


def _headings(own: list[ContactField]) -> list[str]:
    """Return the columns' names, each another one: a field whose label is taken has its technical name beside it."""
    system = [*map(str, SYSTEM_FIELDS.values()), _("Opt-in WhatsApp")]
    labels = [str(field) for field in own]
    alike = Counter(folded(label) for label in (*system, *labels))
    named = [
        full_label(label, field.name) if alike[folded(label)] > 1 or is_of_a_person(label) else label
        for label, field in zip(labels, own, strict=True)
    ]
    return [*system[:-1], *named, system[-1]]


def _cell(type: str, value: object) -> str:  # noqa: A002  (the word of the field)
    """Return a value as an import reads it in any language: 1.001 could be a thousand and one, 1.0010 cannot."""
    text = show(type, value)
    return f"{text}0" if type == "number" and AMBIGUOUS.fullmatch(text) else text


def _rows(people: QuerySet[Contact], own: list[ContactField]) -> Iterator[list[object]]:
    whatsapp = Q(consent_states__platform="whatsapp", consent_states__purpose="marketing") & counts("consent_states__")
    told: QuerySet[Any] = people.annotate(
        said=FilteredRelation("consent_states", condition=whatsapp), opt_in=F("said__value")
    )
    words = {ConsentValue.YES.value: _("Yes"), ConsentValue.NO.value: _("No")}
    for contact in told.iterator(chunk_size=2000):
        system = values_of(contact)
        cells: list[object] = [system[name] for name in SYSTEM_FIELDS]
        cells += [_cell(field.type, contact.values.get(field.name)) for field in own]
        yield [*cells, words.get(contact.opt_in, "")]
