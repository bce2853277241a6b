"""Files that an Italian Excel opens, and that run nothing there."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.contacts.files.excel_csv import encoded, original_cell, safe_cell
from staffetta.contacts.files.read_csv import Dialect, records

EVALUATED = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1", "\r\n=1", "\u00a0=1",
             "\u3000=1", "\u2009=1", "\u200b=1", "\ufeff=1", "\x00=1", "\x85=1", "＝1+1", "＋1", "－1+1", "＠SUM(A1)",
             "﹦1", "﹢1", "﹣1", "﹫A1", "+39/06", "-1-2", "+1-2", "\tAnna", "'=1", "''=1"]  # fmt: skip
INERT = [
    "+39 347 123 4567",
    "+393471234567",
    "-12,5",
    "Anna",
    "a=b",
    "",
    "2026-11-22",
    "'Ndrangheta",
    "d'=",
    "39/06",
    "’=1",
]


@pytest.mark.parametrize("cell", EVALUATED)
def test_a_formula_is_disarmed(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", INERT)
def test_numbers_and_texts_stay_as_they_are(cell: str) -> None:
    assert safe_cell(cell) == cell


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=5))
def test_it_begins_with_a_mark_and_reads_back(rows: list[list[str]]) -> None:
    content = b"".join(encoded(["Nome", "Città"], rows))
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert read == [["Nome", "Città"], *([safe_cell(cell) for cell in row] for row in rows)]


@pytest.mark.parametrize("cell", [*EVALUATED, *INERT])
def test_an_import_takes_back_what_an_export_gave(cell: str) -> None:
    assert original_cell(safe_cell(cell)) == cell


@given(st.text(st.sampled_from("'=+-@ \n\u00a0\u200b＝1a,/"), max_size=6))
def test_an_import_takes_back_whatever_an_export_gave(cell: str) -> None:
    assert original_cell(safe_cell(cell)) == cell


def test_the_reader_of_imports_undoes_the_export() -> None:
    rows = [["@anna", "+39/06"], ["'=1", "=1+1"], ["Anna", "\u00a0=1"]]
    file = io.BytesIO(b"".join(encoded(["Telegram", "Note"], rows)))
    read = [record.cells for record in records(file, Dialect("utf-8-sig", ";"))]
    assert read == [["Telegram", "Note"], *rows]
