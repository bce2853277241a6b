"""3 IMPORT: a file comes in, is looked over, mapped, previewed, and then taken in the background (run_import.py)."""

import errno
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import IO

from django.conf import settings
from django.core.files import File
from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.files.as_csv import Table, as_csv
from staffetta.contacts.files.file_reading import Basis, FileReading, Trait
from staffetta.contacts.files.inspect_file import Sheet, inspect
from staffetta.contacts.files.read_csv import BadFile
from staffetta.contacts.imports import import_reading
from staffetta.contacts.imports.add_field import add_missing
from staffetta.contacts.imports.import_reading import Unanswered
from staffetta.contacts.imports.judge_rows import Verdict, judge
from staffetta.contacts.imports.map_columns import check, check_modes
from staffetta.contacts.imports.own_fields import layout_of
from staffetta.contacts.imports.read_row import Rejected, read_row
from staffetta.contacts.imports.record_refusals import Refusals, forget_refusals, read_refusals, refused_by
from staffetta.contacts.imports.rejects import without_reasons
from staffetta.contacts.imports.store_rows import look_up
from staffetta.contacts.models import ContactList, Import, ImportState, PhoneMode
from staffetta.text import value
from staffetta.work.clock import now
from staffetta.work.wake import wake

ABANDONED = timedelta(days=7)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class AlreadyStarted(Exception):
    """The import is running or over: its mapping can no longer be changed, and it starts only once."""


def accept(file: IO[bytes], name: str, by: User | None, delimiter: str = "", chosen: Mapping[str, str] = {}) -> Import:
    """Look a file over and keep it, to be mapped; raises BadFile and keeps nothing when it is no table.

    `chosen` is how a person says it is read: trait (file_reading.TRAITS) -> value.
    """
    size = file.seek(0, 2)
    if size > settings.IMPORT_MAX_BYTES:
        raise BadFile("too_large", detail=str(settings.IMPORT_MAX_BYTES // 1_000_000))
    source = Import(name=_plain_name(name), asked_by=by)
    try:
        with as_csv(file, chosen.get("sheet", "")) as table:
            _describe(source, table, delimiter, chosen)
            table.file.seek(0)
            _keep(source, table.file, file if len(table.sheets) > 1 else None)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise BadFile("no_room") from error
        raise
    return source


def _describe(source: Import, table: Table, delimiter: str, chosen: Mapping[str, str]) -> None:
    """Put into the row what the table holds and how it is read."""
    source.from_workbook = table.from_workbook
    encoding = "utf-8" if table.encoding else chosen.get("encoding", "")
    sheet = inspect(table.file, table.delimiter or delimiter, encoding, chosen.get("heading", ""))
    source.columns, source.total_rows = sheet.columns, sheet.rows
    basis = Basis.CHOSEN if chosen.get("sheet") else Basis.LIKELY if len(table.sheets) > 1 else Basis.UNUSED
    encoded = table.encoding or sheet.encoding
    reading = FileReading(encoded, sheet.delimiter, sheet.heading, Trait(table.sheet, basis))
    import_reading.keep(source, reading, {}, table.sheets)


def _keep(source: Import, file: IO[bytes], workbook: IO[bytes] | None) -> None:
    """Store the files with the row that names them; a file that no row names is removed at once.

    A workbook is kept until the import starts, if another sheet of it can be chosen.
    """
    name = uuid.uuid4().hex
    try:
        source.file.save(f"{name}.csv", File(file), save=False)
        if workbook:
            source.workbook.save(f"{name}.workbook", File(workbook), save=False)
        source.save()
    except BaseException:
        for suffix in ("csv", "workbook"):
            source.file.storage.delete(f"{source.file.field.upload_to}{name}.{suffix}")
        raise


def choose_reading(source: Import, chosen: Mapping[str, str]) -> None:
    """Read the file as a person says: trait -> value. Where that makes other columns, what was mapped no longer holds.

    Raises BadFile, or AlreadyStarted.
    """
    columns = {name: told for name, told in chosen.items() if name in import_reading.STRUCTURE}
    before = list(source.columns)
    if other := columns.pop("sheet", ""):
        _choose_sheet(source, other)
    if columns:
        sheet, reading = import_reading.inspect_again(source, columns)
        source.columns, source.total_rows = sheet.columns, sheet.rows
        import_reading.keep(source, reading, {})
    if source.columns != before:
        source.mapping, source.modes, source.consent_column = {}, {}, ""
    import_reading.find(source, chosen)
    with transaction.atomic():
        _locked(source)
        source.save(
            update_fields=[
                *("reading", "encoding", "delimiter", "columns", "total_rows", "mapping", "modes", "consent_column")
            ]
        )


def _choose_sheet(source: Import, sheet: str) -> None:
    """Take another sheet of the kept workbook; what it held before is forgotten. Raises BadFile, AlreadyStarted."""
    old, storage = str(source.file.name), source.file.storage
    with source.workbook.open("rb") as workbook, as_csv(workbook, sheet) as table, transaction.atomic():
        _locked(source)
        _describe(source, table, "", {"sheet": sheet})
        source.mapping, source.modes, source.consent_column = {}, {}, ""
        table.file.seek(0)
        source.file.save(f"{uuid.uuid4().hex}.csv", File(table.file), save=False)
        source.save()
        transaction.on_commit(lambda: storage.delete(old))


def look_over(source: Import) -> Sheet:
    """Read the file's beginning again, for the pages that show it; raises BadFile when it is gone."""
    heading = import_reading.reading_of(source).heading.value
    with import_reading.opened(source) as file:
        return inspect(file, source.delimiter, source.encoding, heading)


MAPPED = ("mapping", "consent_column", "consent_wording", "phone_mode", "phone_prefix", "into_list", "modes")


def map_columns(
    source: Import,
    mapping: Mapping[str, str],
    consent_column: str = "",
    wording: str = "",
    *,
    phone_mode: str = PhoneMode.STRICT,
    phone_prefix: str | None = None,
    into_list: ContactList | None = None,
    modes: Mapping[str, str] | None = None,
    chosen: Mapping[str, str] = {},
) -> None:
    """Keep which column goes where and how numbers are read; raises WrongMapping, BadFile or AlreadyStarted.

    `chosen` says how numbers and dates are written (file_reading.TRAITS -> value); what it does not say is found.

    `modes` is target -> if_empty or only_new: what a file may do to a value that is there; what is absent it replaces.
    `phone_prefix` is the country code (digits) of numbers without one, None for the installation's.
    """
    check(mapping, source.columns, consent_column)
    check_modes(modes or {}, mapping)
    with transaction.atomic():
        _locked(source)
        source.mapping, source.consent_column, source.consent_wording = dict(mapping), consent_column, wording.strip()
        source.into_list, source.modes = into_list, dict(modes or {})
        source.phone_mode, source.phone_prefix = PhoneMode(phone_mode or PhoneMode.STRICT), phone_prefix
        import_reading.find(source, chosen)
        source.save(update_fields=[*MAPPED, "reading"])


def like_before(source: Import) -> Import | None:
    """Return the last import that was started with the same columns: its mapping is offered again.

    A file of rejected rows, corrected, has two columns more than the file it came from.
    """
    same = Import.objects.filter(columns__in=[source.columns, without_reasons(source.columns)]).exclude(pk=source.pk)
    same = same.exclude(mapping={})
    return same.exclude(state=ImportState.UPLOADED).order_by("-pk").first()


def preview(source: Import) -> list[Verdict]:
    """Say what would happen to the first rows; writes nothing. The same functions judge the run."""
    import_reading.find(source)  # the type of a field may have changed since the columns were mapped
    layout = layout_of(source)
    rows = [read_row(record, layout) for record in look_over(source).sample]
    return judge(rows, look_up(rows, source))


def preview_refusals(verdicts: Sequence[Verdict], source: Import) -> tuple[Refusals, set[int]]:
    """Return whose No rejected rows of a preview bring, and the rows (by number) of people refused for by them."""
    rejected = [verdict.row for verdict in verdicts if isinstance(verdict.row, Rejected)]
    refusals = read_refusals(rejected, source)
    return refusals, refused_by(verdicts, refusals)


def start(source: Import, by: User | None) -> None:
    """Let the workers take the rows; makes the own fields the mapping names.

    Raises WrongMapping, AlreadyStarted, BadFile, or Unanswered while a person must say how the file is read.
    """
    check(source.mapping, source.columns, source.consent_column)
    with transaction.atomic():
        _locked(source)
        import_reading.find(source)  # the type of a field may have changed since the columns were mapped
        reading = import_reading.reading_of(source)
        if reading.questions:
            raise Unanswered(reading)
        import_reading.keep(source, reading.without_cells())
        add_missing(source.mapping)
        source.state, source.asked_by, source.started_at = ImportState.WAITING, by, None
        source.created_at = now()
        import_reading.drop_workbook(source)
        source.save(update_fields=["state", "asked_by", "started_at", "created_at", "reading", "workbook"])
        audit.record(by, "import_started", source, rows=source.total_rows, consent_column=source.consent_column)
        wake()


def discard(source: Import, by: User | None) -> None:
    """Throw away a file that was not started; raises AlreadyStarted."""
    with transaction.atomic():
        _locked(source)
        audit.record(by, "import_discarded", source)
        import_reading.drop_workbook(source)
        source.file.delete(save=False)
        source.delete()


def cancel(source: Import, by: User | None) -> bool:
    """Let no further row in; what was reported as done stays, and can be undone. False when it was over already."""
    with transaction.atomic():
        changed = Import.objects.filter(pk=source.pk, state__in=(ImportState.WAITING, ImportState.RUNNING)).update(
            state=ImportState.CANCELLED, finished_at=now()
        )
        if changed:
            audit.record(by, "import_cancelled", source)
            source.file.delete(save=False)
            Import.objects.filter(pk=source.pk).update(file="")
            forget_refusals(source)
    return bool(changed)


def forget_abandoned() -> int:
    """Throw away files that were uploaded and not started for a week: people's data is not kept for nothing."""
    abandoned = Import.objects.filter(state=ImportState.UPLOADED, created_at__lt=now() - ABANDONED)
    for source in (found := list(abandoned[:100])):
        discard(source, None)
    return len(found)


def _locked(source: Import) -> None:
    """Hold the import's row against a second start; raises AlreadyStarted."""
    fresh = Import.objects.select_for_update().filter(pk=source.pk, state=ImportState.UPLOADED)
    if not fresh.exists():
        raise AlreadyStarted(source.pk)


def _plain_name(name: str) -> str:
    return value(name.replace("\\", "/").rsplit("/", 1)[-1], 200) or "contacts.csv"
