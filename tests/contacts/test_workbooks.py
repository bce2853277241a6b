"""Sheets of workbooks: XLSX, ODS and XLS are read alike, a person chooses the sheet, hidden ones are named."""

import io
import json
import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from staffetta.cli.main import main
from staffetta.contacts.erasure import erase_traces
from staffetta.contacts.files import read_workbook
from staffetta.contacts.files.read_csv import BadFile
from staffetta.contacts.files.unnamed_files import remove_unnamed_files
from staffetta.contacts.hanging import Traces
from staffetta.contacts.imports import import_file
from staffetta.contacts.imports.import_reading import reading_of, sheets_of
from staffetta.contacts.models import Contact, ContactField, Import
from tests.contacts.people import Accept, finish
from tests.contacts.test_xlsx import several_sheets
from tests.contacts.workbooks import ods, ods_of, xls

pytestmark = pytest.mark.django_db
ROWS: list[list[str | float]] = [["Telefono", "Nome", "Punti"], ["+393471234561", "Niccolò", 1.234]]
MAPPING = {"Telefono": "phone", "Nome": "first_name"}


@pytest.mark.parametrize("content", [ods({"Foglio1": ROWS}), xls("Foglio1", ROWS)], ids=["ods", "xls"])
def test_ods_and_xls_are_read_like_xlsx(content: bytes, accept: Accept) -> None:
    ContactField.objects.create(name="punti", label="Punti", type="number")
    finish(accept(content, {**MAPPING, "Punti": "punti"}, name="a"))
    person = Contact.objects.get()
    assert (person.first_name, person.values) == ("Niccolò", {"punti": "1.234"})


def test_the_first_visible_sheet_that_holds_something_is_read() -> None:
    content = ods({"Nascosto": ROWS, "Copertina": [], "Clienti": ROWS}, hidden=["Nascosto"])
    source = import_file.accept(io.BytesIO(content), "a.ods", None)
    assert reading_of(source).sheet.value == "Clienti"
    assert [(sheet.name, sheet.hidden) for sheet in sheets_of(source)] == [
        ("Nascosto", True),
        ("Copertina", False),
        ("Clienti", False),
    ]


def test_the_page_offers_the_sheets_names_hidden_ones_and_takes_another(
    as_operator: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    file = io.BytesIO(several_sheets("visible", "hidden", "visible"))
    file.name = "a.xlsx"
    as_operator.post("/contacts/imports/new/", {"file": file})
    source = Import.objects.get()
    shown = as_operator.get(f"/contacts/imports/{source.pk}/columns/").content.decode()
    assert "S2 (nascosto)" in shown
    assert "Persona 1" in shown
    with django_capture_on_commit_callbacks(execute=True):
        as_operator.post(f"/contacts/imports/{source.pk}/reading/", {"sheet": "S3"})
    assert "Persona 3" in as_operator.get(f"/contacts/imports/{source.pk}/columns/").content.decode()
    assert len(_kept()) == 2
    source.refresh_from_db()
    import_file.map_columns(source, MAPPING)
    with django_capture_on_commit_callbacks(execute=True):
        import_file.start(source, None)
    assert len(_kept()) == 1


def _kept() -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / "imports").iterdir() if path.is_file()]


def test_the_command_takes_a_sheet_by_name_and_names_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(several_sheets("visible", "hidden"))
    assert main(["contacts", "import", str(path), "--sheet", "S9"]) == 1
    assert "«S1»" in capsys.readouterr().err
    assert main(["contacts", "import", str(path), "--sheet", "S2", "--json"]) == 0
    finish(Import.objects.get(pk=json.loads(capsys.readouterr().out)["id"]))
    assert Contact.objects.get().first_name == "Persona 2"
    text = tmp_path / "a.csv"
    text.write_text("Telefono\n+393471234561\n")
    assert main(["contacts", "import", str(text), "--sheet", "S1"]) == 1


def test_a_file_thrown_away_takes_its_workbook_with_it(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    source = import_file.accept(io.BytesIO(several_sheets("visible", "visible")), "a.xlsx", None)
    assert len(_kept()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        import_file.discard(source, None)
    assert _kept() == []


def test_an_erasure_keeps_no_other_sheet_and_no_cell_that_was_evidence(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    ContactField.objects.create(name="nato", label="Nato", type="date")
    rows = [["Telefono", "Nato"], ["+393471234569", "03/04/1980"], ["+393471234568", "04/05/1981"]]
    source = import_file.accept(io.BytesIO(ods({"A": rows, "B": rows})), "a.ods", None)
    import_file.map_columns(source, {"Telefono": "phone", "Nato": "nato"})
    assert "03/04/1980" in json.dumps(source.reading)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_traces._empty_file(source, Traces(1, ("393471234569",))) == 1
    source.refresh_from_db()
    assert (sheets_of(source), len(_kept())) == ([], 1)
    assert "03/04/1980" not in json.dumps(source.reading)
    import_file.start(source, None)
    assert finish(source).created == 1


def test_a_workbook_with_cells_repeated_without_end_is_refused_at_once() -> None:
    repeated = (
        '<table:table table:name="B"><table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )
    began = time.monotonic()
    with pytest.raises(BadFile) as refused:
        import_file.accept(io.BytesIO(ods_of(repeated)), "a.ods", None)
    assert refused.value.code == "workbook_too_large"
    assert time.monotonic() - began < 30


def test_the_process_that_reads_a_workbook_has_a_bound_of_memory(tmp_path: Path) -> None:
    """Many sheets, each below the bound of calamine, are more than the process may have."""
    table = (
        '<table:table table:name="B{}"><table:table-row table:number-rows-repeated="6000"><table:table-cell '
        'office:value-type="float" office:value="1" table:number-columns-repeated="16384"><text:p>1</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    path = tmp_path / "many.ods"
    path.write_bytes(ods_of("".join(table.format(n) for n in range(50))))
    with pytest.raises(read_workbook.Unreadable) as refused:
        read_workbook.to_csv(path, tmp_path / "out.csv")
    assert refused.value.too_large


def test_the_sweep_of_files_that_no_row_names_knows_the_workbook(tmp_path: Path) -> None:
    source = import_file.accept(io.BytesIO(several_sheets("visible", "visible")), "a.xlsx", None)
    lost = tmp_path / "imports" / f"{'0' * 32}.workbook"
    lost.write_bytes(b"")
    for path in _kept():
        os.utime(path, (1, 1))
    assert remove_unnamed_files() == 1
    assert {path.name for path in _kept()} == {Path(str(source.file.name)).name, Path(str(source.workbook.name)).name}
