"""The rows an import did not take, with the reason, as a file to be corrected and imported again."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from staffetta.contacts import excel_csv
from staffetta.contacts.models import Import, ImportReject
from staffetta.contacts.wording import reject_line


def rejects_csv(source: Import) -> Iterator[bytes]:
    """Yield the file: the columns as they came, then the reason in words and the row in the original file."""
    width = len(source.columns)
    rejects = ImportReject.objects.filter(source=source).order_by("row").iterator(chunk_size=2000)
    rows = ([*_padded(reject.cells, width), reject_line(reject), reject.row] for reject in rejects)
    return excel_csv.encoded([*source.columns, *_added()], rows)


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
