"""Where this room, and the rooms below it, hold a person without a row that points to the contact."""

from collections.abc import Iterator
from contextlib import suppress
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Exchange
from staffetta.contacts.erasure.find_traces import named_by, rows_naming
from staffetta.contacts.files.read_csv import BadFile, Dialect, records
from staffetta.contacts.hanging import Erased, Traces
from staffetta.contacts.imports.import_reading import drop_workbook, forget_cells
from staffetta.contacts.models import Import, ImportReject, ImportState
from staffetta.contacts.record_models import Merge

PIECE = 500


def erase_here(traces: Traces) -> Erased:
    """Empty rejected rows and files of imports, merges and the audit log; delete recorded API calls with the number."""
    emptied = {
        "rejects": _empty_rejects(traces),
        "file_rows": sum(_empty_file(source, traces) for source in files()),
        "merges": _empty_merges(traces),
        "audit": _empty_audit(traces),
    }
    return Erased(deleted={"exchanges": _delete_exchanges(traces)}, emptied=emptied)


def _empty_rejects(traces: Traces) -> int:
    found = rejects_naming(traces)
    for start in range(0, len(found), PIECE):
        ImportReject.objects.filter(pk__in=found[start : start + PIECE]).update(cells=[])
    return len(found) - len(rejects_naming(traces))  # what a second search no longer finds


def rejects_naming(traces: Traces) -> list[int]:
    rows = ImportReject.objects.order_by("pk").values_list("pk", "cells").iterator(chunk_size=2000)
    named = named_by(traces)
    return [pk for pk, cells in rows if any(named(cell) for cell in cells)]


def files() -> Iterator[Import]:
    """Files that still lie here: of imports nobody started, and of those that broke off."""
    return Import.objects.filter(state__in=(ImportState.UPLOADED, ImportState.FAILED)).exclude(file="").iterator()


def _empty_file(source: Import, traces: Traces) -> int:
    """Write the file anew without the person's rows; return how many those were.

    The workbook a file came from goes whole: its other sheets may hold anybody.
    """
    gone, start = 0, 0
    drop_workbook(source)
    source.save(update_fields=["workbook"])
    try:
        with source.file.storage.open(str(source.file.name), "rb") as raw, TemporaryFile() as rest:
            for end, theirs in _rows_of(source, traces):
                piece, start = raw.read(end - start), end
                if theirs:
                    gone += 1
                else:
                    rest.write(piece)
            if gone:
                _replace(source, rest, gone)
    except FileNotFoundError:
        return 0
    except BadFile:  # what cannot be read to its end is not kept for one person's sake
        _delete_when_committed(source)
        Import.objects.filter(pk=source.pk).update(file="")
        return 1
    return gone


def _rows_of(source: Import, traces: Traces) -> Iterator[tuple[int, bool]]:
    """Yield of each row of a file the byte it ends at, and whether it holds the person. Raises BadFile."""
    named = named_by(traces)
    with source.file.open("rb") as file:
        for record in records(file, Dialect(source.encoding, source.delimiter)):
            yield record.end, any(named(cell) for cell in record.cells)


def file_rows_naming(traces: Traces) -> int:
    """Count the rows that hold the person in files that lie here; one that is gone or cannot be read has none."""
    found = 0
    for source in files():
        with suppress(FileNotFoundError, BadFile):
            found += sum(theirs for _end, theirs in _rows_of(source, traces))
    return found


def _replace(source: Import, rest: Any, gone: int) -> None:
    rest.seek(0)
    _delete_when_committed(source)
    source.file.save(f"{source.pk}.csv", File(rest), save=False)
    source.total_rows = max((source.total_rows or gone) - gone, 0)
    source.save(update_fields=["file", "total_rows"])
    forget_cells(source)


def _delete_when_committed(source: Import) -> None:
    """Until then the row names it: an erasure that is taken back must find it there."""
    name, storage = str(source.file.name), source.file.storage
    transaction.on_commit(lambda: storage.delete(name))


def _empty_merges(traces: Traces) -> int:
    people = (traces.contact_id, *traces.merged)
    rows = Merge.objects.filter(Q(kept_number__in=people) | Q(lost_number__in=people))
    return rows.update(lost_name="", lost={}, before={}, after={}, moved={}, left={}, held=[], states={}, suppressed=[])


def _empty_audit(traces: Traces) -> int:
    """The deeds stay, the name goes: a deed names the contact by its number."""
    targets = {f"contacts.contact:{pk}": f"#{pk}" for pk in (traces.contact_id, *traces.merged)}
    emptied = sum(
        AuditEntry.objects.filter(target=target).exclude(target_name=name).update(target_name=name)
        for target, name in targets.items()
    )
    named = named_by(traces)
    naming = rows_naming(AuditEntry.objects.all(), ["details"], traces)
    for entry in AuditEntry.objects.filter(pk__in=list(naming)):
        entry.details = {name: "•••" if named(str(value)) else value for name, value in entry.details.items()}
        entry.save(update_fields=["details"])
        emptied += 1
    return emptied


def _delete_exchanges(traces: Traces) -> int:
    found = list(rows_naming(Exchange.objects.all(), ["url", "request_body", "response_body"], traces))
    return sum(
        Exchange.objects.filter(pk__in=found[start : start + PIECE]).delete()[0]
        for start in range(0, len(found), PIECE)
    )
