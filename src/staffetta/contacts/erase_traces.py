"""Where this room, and the rooms below it, hold a person without a row that points to the contact."""

import re
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Exchange
from staffetta.contacts.hanging import Erased, Traces
from staffetta.contacts.models import Import, ImportReject, ImportState
from staffetta.contacts.read_csv import BadFile, Dialect, records
from staffetta.contacts.record_models import Merge
from staffetta.text import folded

TAIL = 9
"""Digits a number is known by however it was typed: the country code may be missing, blanks may stand between."""
SHORTEST = 7
SEPARATED = r"\D{0,3}"
"""What may stand between two digits of one number: blanks, a bracket, a hyphen."""
LONG_WORD = 5
"""Signs of an id that is looked for inside a longer text; a shorter one must be the whole cell."""
SCIENTIFIC = re.compile(r"\d[.,]\d+e\+\d{1,2}")
PIECE = 500


def erase_here(traces: Traces) -> Erased:
    """Empty rejected rows and files of imports, merges and the audit log; delete recorded API calls with the number."""
    emptied = {
        "rejects": _empty_rejects(traces),
        "file_rows": sum(_empty_file(source, traces) for source in _files()),
        "merges": _empty_merges(traces),
        "audit": _empty_audit(traces),
    }
    return Erased(deleted={"exchanges": _delete_exchanges(traces)}, emptied=emptied)


def named_by(traces: Traces) -> Callable[[str], bool]:
    """Return what says of a cell whether it holds the person's number, in any form, or an id."""
    numbers = [SEPARATED.join(number[-TAIL:]) + r"(?!\d)" for number in sorted({*_numbers(traces)} - {*traces.words})]
    words = [rf"(?<!\w){re.escape(word)}(?!\w)" for word in traces.words if len(word) >= LONG_WORD]
    pattern = re.compile("|".join([*numbers, *words])) if numbers or words else None

    def named(cell: str) -> bool:
        text = folded(cell)
        if text in traces.words:
            return True
        return pattern is not None and pattern.search(_written_out(text)) is not None

    return named


def _written_out(text: str) -> str:
    """Return a number that a spreadsheet wrote as 3.93470000001E+11 with all its digits."""
    found = SCIENTIFIC.fullmatch(text)
    return f"{float(text.replace(',', '.')):.0f}" if found else text


def _numbers(traces: Traces) -> list[str]:
    return [number for number in traces.addresses if number.isdecimal() and len(number) >= SHORTEST]


def _empty_rejects(traces: Traces) -> int:
    found = _rejects_naming(traces)
    for start in range(0, len(found), PIECE):
        ImportReject.objects.filter(pk__in=found[start : start + PIECE]).update(cells=[])
    return len(found) - len(_rejects_naming(traces))  # what a second search no longer finds


def _rejects_naming(traces: Traces) -> list[int]:
    rows = ImportReject.objects.order_by("pk").values_list("pk", "cells").iterator(chunk_size=2000)
    named = named_by(traces)
    return [pk for pk, cells in rows if any(named(cell) for cell in cells)]


def _files() -> Iterator[Import]:
    """Files that still lie here: of imports nobody started, and of those that broke off."""
    return Import.objects.filter(state__in=(ImportState.UPLOADED, ImportState.FAILED)).exclude(file="").iterator()


def _empty_file(source: Import, traces: Traces) -> int:
    """Write the file anew without the person's rows; return how many those were."""
    gone, start = 0, 0
    try:
        named = named_by(traces)
        with source.file.storage.open(str(source.file.name), "rb") as raw, TemporaryFile() as rest:
            with source.file.open("rb") as file:
                for record in records(file, Dialect(source.encoding, source.delimiter)):
                    piece, start = raw.read(record.end - start), record.end
                    if any(named(cell) for cell in record.cells):
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


def _replace(source: Import, rest: Any, gone: int) -> None:
    rest.seek(0)
    _delete_when_committed(source)
    source.file.save(f"{source.pk}.csv", File(rest), save=False)
    source.total_rows = max((source.total_rows or gone) - gone, 0)
    source.save(update_fields=["file", "total_rows"])


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
    for entry in AuditEntry.objects.annotate(text=Cast("details", TextField())).filter(_any("text", traces)):
        entry.details = {name: _masked(value, traces) for name, value in entry.details.items()}
        entry.save(update_fields=["details"])
        emptied += 1
    return emptied


def _masked(value: object, traces: Traces) -> object:
    return "•••" if any(trace in str(value) for trace in _numbers(traces)) else value


def _delete_exchanges(traces: Traces) -> int:
    texts = _any("url", traces) | _any("request_body", traces) | _any("response_body", traces)
    return Exchange.objects.filter(texts).delete()[0] if _numbers(traces) else 0


def _any(column: str, traces: Traces) -> Q:
    condition = Q(pk__in=[])
    for number in _numbers(traces):
        condition |= Q(**{f"{column}__contains": number})
    return condition
