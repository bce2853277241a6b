"""An import that was broken off goes on exactly where it stopped."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from staffetta.contacts.files.read_csv import Record
from staffetta.contacts.imports import import_file, run_import, sample
from staffetta.contacts.imports.own_fields import layout_of
from staffetta.contacts.models import Consent, Contact, Import, ImportedContact, ImportReject, ImportState
from staffetta.work import lease
from staffetta.work.clock import now
from staffetta.work.database.databases import postgres
from staffetta.work.lanes import LaneContext
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
BATCHED = 250


def take(source: Import, rows: Iterator[Record]) -> bool:
    return run_import.take_batch(source, run_import.read_batch(rows, layout_of(source)))


def a_batch(source: Import, size: int = BATCHED) -> bool:
    """Take some rows as a worker would that is killed right after its transaction."""
    fresh = Import.objects.get(pk=source.pk)
    with fresh.file.open("rb") as file:
        rows = run_import._rows_from_here(file, fresh)
        taken = [row for row, _n in zip(rows, range(size), strict=False)]
        return take(fresh, iter(taken))


def everything() -> list[list[tuple[Any, ...]]]:
    """Return what an import leaves behind, without ids and times."""
    people = Contact.objects.order_by("phone").values_list("phone", "phone_raw", "first_name", "values", "search")
    said = Consent.objects.order_by("contact__phone", "purpose").values_list("contact__phone", "purpose", "value")
    members = ImportedContact.objects.order_by("row").values_list("row", "outcome", "contact__phone", "before")
    refused = ImportReject.objects.order_by("row").values_list("row", "reason", "column", "cells")
    counted = Import.objects.values_list("created", "updated", "unchanged", "rejected", "consents", "state")
    return [[(str(line),) for line in rows] for rows in (people, said, members, refused, counted)]


def begin(accept: Accept) -> Import:
    person(sample.story_b_phones()[7], first_name="Vecchio")
    return accept(sample.story_b_csv(), sample.story_b_mapping(), "Opt-in WhatsApp")


def test_stopped_between_batches_it_ends_as_if_undisturbed(accept: Accept) -> None:
    finish(begin(accept))
    undisturbed = everything()
    Import.objects.all().delete()
    Contact.objects.all().delete()
    source = begin(accept)
    for size in (1, 399, 250, 777):
        assert a_batch(source, size)
    assert Import.objects.get(pk=source.pk).state == ImportState.RUNNING
    finish(source)
    assert everything() == undisturbed


def test_a_worker_that_comes_late_with_the_same_rows_does_nothing(accept: Accept) -> None:
    source = begin(accept)
    late = Import.objects.get(pk=source.pk)
    with late.file.open("rb") as file:
        rows = run_import._rows_from_here(file, late)
        a_batch(source)
        before = everything()
        assert take(late, rows) is False
    assert everything() == before


def test_rows_that_cannot_be_written_leave_no_trace(accept: Accept) -> None:
    source = begin(accept)
    ImportReject.objects.create(source=source, row=42, reason="invalid_phone")  # row 42 is one that will be rejected
    before = everything()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_batch(source)
    assert everything() == before


def test_one_worker_imports_at_a_time(accept: Accept) -> None:
    source = begin(accept)
    fence = lease.acquire("import", "another", 60)
    assert run_import.work(LaneContext(worker="me")) is False
    source.refresh_from_db()
    assert (source.state, source.offset_rows) == (ImportState.WAITING, 0)
    assert fence is not None
    lease.release("import", fence)
    assert finish(source).state == ImportState.DONE


def test_asked_to_stop_it_finishes_the_batch_and_leaves(accept: Accept) -> None:
    source = begin(accept)
    assert run_import.work(LaneContext(worker="me", stopping=lambda: True)) is True
    source.refresh_from_db()
    assert (source.state, source.offset_rows) == (ImportState.RUNNING, min(run_import.at_once(), 2000) + 1)


def test_a_file_that_vanished_ends_the_import_and_says_so(accept: Accept, settings: Settings) -> None:
    source = begin(accept)
    a_batch(source)
    Path(source.file.path).unlink()
    finish(source)
    assert (source.state, source.problem) == (ImportState.FAILED, "file_gone")
    assert source.imported + source.rejected == BATCHED


def test_the_file_goes_when_all_its_rows_are_taken(accept: Accept) -> None:
    source = begin(accept)
    path = Path(source.file.path)
    assert path.exists()
    finish(source)
    assert not path.exists()
    assert not source.file


def test_it_starts_only_once(accept: Accept) -> None:
    source = begin(accept)
    with pytest.raises(import_file.AlreadyStarted):
        import_file.start(Import.objects.get(pk=source.pk), None)


@pytest.mark.parametrize("size", [100, 900])
def test_a_batch_is_a_fixed_number_of_statements(
    accept: Accept, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    source = begin(accept)
    with source.file.open("rb") as file:
        rows = run_import._rows_from_here(file, source)
        taken = [row for row, _n in zip(rows, range(size), strict=False)]
        with django_assert_num_queries(24 if postgres() else 23):
            take(source, iter(taken))


def test_a_file_nobody_started_is_forgotten_after_a_week(accept: Accept) -> None:
    begun = begin(accept)
    old, fresh = (import_file.accept(io.BytesIO(sample.story_b_csv()), "a.csv", None) for _twice in range(2))
    Import.objects.filter(pk__in=[old.pk, begun.pk]).update(created_at=now() - timedelta(days=8))
    path = Path(old.file.path)
    assert import_file.forget_abandoned() == 1
    assert set(Import.objects.values_list("pk", flat=True)) == {begun.pk, fresh.pk}
    assert not path.exists()
