"""Workbooks: written as a stream, read in bounded memory, refused when they are made to burst."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from staffetta.contacts.exports import write_xlsx
from staffetta.contacts.files import read_workbook
from staffetta.contacts.files.read_csv import BadFile
from staffetta.contacts.imports import import_file
from staffetta.contacts.models import Contact, Import
from tests.contacts.people import Accept, finish

ROWS = [["Anna", "+39 347 123 4567", "Sì"], ["=1+1", "393471234568", ""], ["Luca", "", "No"]]


def workbook(rows: list[list[str]] = ROWS) -> bytes:
    return b"".join(write_xlsx.encoded(["Nome", "Telefono", "Opt"], rows))


@pytest.mark.django_db
def test_a_workbook_is_imported_like_a_file_of_text(accept: Accept) -> None:
    mapping = {"Nome": "first_name", "Telefono": "phone"}
    source = finish(accept(workbook(), mapping, "Opt", "clienti.xlsx", "recover"))
    assert (source.state, source.from_workbook, source.name) == ("done", True, "clienti.xlsx")
    assert (source.created, source.rejected) == (2, 1)
    names = dict(Contact.objects.values_list("phone", "first_name"))
    assert names == {"+393471234567": "Anna", "+393471234568": "=1+1"}


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"x" * 500, workbook()[:-40], workbook()[:200]])
def test_a_broken_workbook_changes_nothing(content: bytes) -> None:
    with pytest.raises(BadFile) as refused:
        import_file.accept(io.BytesIO(content), "a.xlsx", None)
    assert refused.value.code == "spreadsheet_file"
    assert not Import.objects.exists()


def test_a_workbook_made_to_burst_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in write_xlsx.PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _piece in range(1100):
                part.write(b" " * 1_000_000)
    assert bomb.stat().st_size < 2_000_000
    with pytest.raises(read_workbook.Unreadable) as refused:
        read_workbook.to_csv(bomb, tmp_path / "out.csv")
    assert refused.value.too_large


@pytest.mark.parametrize(
    ("cell", "text"),
    [(3.0, "3"), (393471234567.0, "393471234567"), (1.5, "1.5"), (True, "true"), (None, ""), ("a", "a")],
)
def test_cells_are_what_was_typed(cell: object, text: str) -> None:
    assert read_workbook.as_text(cell) == text


@settings(max_examples=20)
@given(st.lists(st.lists(st.text(min_size=1, max_size=12), min_size=3, max_size=3), min_size=1, max_size=5))
def test_any_text_makes_a_workbook_that_opens(rows: list[list[str]]) -> None:
    with load_workbook(io.BytesIO(workbook(rows))) as book:
        read = book.get_sheet_by_index(0).to_python()
    assert read[0] == ["Nome", "Telefono", "Opt"]
    assert len(read) <= len(rows) + 1


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def several_sheets(*states: str) -> bytes:
    """A workbook whose sheets are hidden or not; the person of each is named after its place."""
    numbers = range(1, len(states) + 1)
    sheets = "".join(
        f'<sheet name="S{n}" sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, state in zip(numbers, states, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATION}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATION}/officeDocument" '
            f'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr(
            "xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{RELATION}"><sheets>{sheets}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
        )
        for n in numbers:
            rows = "".join(
                "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) + "</row>"
                for row in (("Telefono", "Nome"), (f"+39347123456{n}", f"Persona {n}"))
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
            )
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("states", "person"),
    [(("hidden", "visible"), 2), (("veryHidden", "hidden", "visible"), 3), (("visible", "hidden"), 1)],
)
def test_a_hidden_sheet_is_not_imported(accept: Accept, states: tuple[str, ...], person: int) -> None:
    finish(accept(several_sheets(*states), {"Telefono": "phone", "Nome": "first_name"}, name="a.xlsx"))
    assert Contact.objects.get().first_name == f"Persona {person}"
