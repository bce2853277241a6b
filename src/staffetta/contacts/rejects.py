"""The rows an import did not take, with the reason, as a file to be corrected and imported again."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from staffetta.contacts import excel_csv
from staffetta.contacts.models import Import, ImportReject
from staffetta.contacts.own_fields import phones_of
from staffetta.contacts.phone import STRICT, NotAPhone, read_phone
from staffetta.contacts.phone_words import PHONE_REASONS
from staffetta.contacts.wording import reject_line
from staffetta.text import value


def rejects_csv(source: Import) -> Iterator[bytes]:
    """Yield the file: the columns as they came, then the reason in words and the row in the original file."""
    width = len(source.columns)
    rejects = ImportReject.objects.filter(source=source).order_by("row").iterator(chunk_size=2000)
    rows = ([*_padded(reject.cells, width), _why(source, reject), reject.row] for reject in rejects)
    return excel_csv.encoded([*source.columns, *_added()], rows)


def _why(source: Import, reject: ImportReject) -> str:
    return reject_line(reject, phone_readings(source, reject.reason, reject.column, reject.cells))


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
            if columns[-2:] == _added():
                return columns[:-2]
    return columns


def is_corrected(source: Import) -> bool:
    """Say whether an import's file is one of rejected rows, corrected: it has the two columns of `rejects_csv`."""
    return bool(without_reasons(source.columns) != source.columns)


def _added() -> list[str]:
    return [_("Reason"), _("Row in the file")]


def reasons(source: Import) -> list[tuple[str, int]]:
    """Return how many rows were rejected for which reason, the most frequent first."""
    return sorted(source.reasons.items(), key=lambda pair: (-pair[1], pair[0]))


def _padded(cells: list[str], width: int) -> list[str]:
    """Cells beyond the last heading are joined into the last column, so that the reason keeps its place."""
    cells = [*cells, *[""] * (width - len(cells))]
    return cells if len(cells) == width else [*cells[: width - 1], " | ".join(cells[width - 1 :])]
