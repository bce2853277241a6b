"""The rows an import did not take, with the reason, as a file to be corrected and imported again."""

from collections.abc import Container, Iterator, Sequence
from itertools import chain, count

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from staffetta.contacts.files import excel_csv
from staffetta.contacts.imports.own_fields import phones_of
from staffetta.contacts.models import Import, ImportReject
from staffetta.contacts.phones.phone import STRICT, NotAPhone, read_phone
from staffetta.contacts.phones.phone_words import PHONE_REASONS
from staffetta.contacts.wording import reject_line
from staffetta.text import folded, value


def rejects_csv(source: Import) -> Iterator[bytes]:
    """Yield the file: the columns as they came, then the reason in words and the row in the file.

    Of a file of rejected rows, corrected, the former reasons are left out.
    """
    columns = without_reasons(source.columns)
    former = slice(len(columns), len(source.columns))
    rejects = ImportReject.objects.filter(source=source).order_by("row").iterator(chunk_size=2000)
    rows = ([*_padded(_without(reject.cells, former), len(columns)), *_why(source, reject)] for reject in rejects)
    return excel_csv.encoded([*columns, *_added(columns)], rows)


def _without(cells: list[str], places: slice) -> list[str]:
    return [*cells[: places.start], *cells[places.stop :]]


def _why(source: Import, reject: ImportReject) -> tuple[str, int]:
    return reject_line(reject, phone_readings(source, reject.reason, reject.column, reject.cells)), reject.row


def phone_readings(source: Import, reason: str, column: str, cells: Sequence[str]) -> tuple[str, ...]:
    """Return the numbers that the cell may mean for which a row was rejected."""
    if reason not in PHONE_REASONS or column not in source.columns:
        return ()
    place = source.columns.index(column)
    how = phones_of(source) if source.mapping.get(column) == "phone" else STRICT
    try:
        read_phone(value(cells[place]) if place < len(cells) else "", how)
    except NotAPhone as wrong:
        return wrong.readings
    return ()


def without_reasons(columns: list[str]) -> list[str]:
    """Return the columns of the file a file of rejected rows came from, whatever language it was written in."""
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            if columns[-2:] == _added(columns[:-2]):
                return columns[:-2]
    return columns


def is_corrected(source: Import) -> bool:
    """Say whether an import's file is one of rejected rows, corrected: it has the two columns of `rejects_csv`."""
    return bool(without_reasons(source.columns) != source.columns)


def _added(columns: Sequence[str]) -> list[str]:
    """Return the headings of the reason and the row, other ones than the file has."""
    taken = {folded(column) for column in columns}
    return [_free(heading, taken) for heading in (_("Reason"), _("Row in the file"))]


def _free(heading: str, taken: Container[str]) -> str:
    others = (f"{heading} ({number})" for number in count(2))
    return next(name for name in chain([heading], others) if folded(name) not in taken)


def reasons(source: Import) -> list[tuple[str, int]]:
    """Return how many rows were rejected for which reason, the most frequent first."""
    return sorted(source.reasons.items(), key=lambda pair: (-pair[1], pair[0]))


def _padded(cells: list[str], width: int) -> list[str]:
    """Cells beyond the last heading are joined into the last column, so that the reason keeps its place."""
    cells = [*cells, *[""] * (width - len(cells))]
    return cells if len(cells) == width else [*cells[: width - 1], " | ".join(cells[width - 1 :])]
