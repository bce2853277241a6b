"""Files that an Italian Excel opens, and that run nothing there."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.contacts.excel_csv import encoded, safe_cell


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_formula_is_disarmed(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["+39 347 123 4567", "+393471234567", "-12,5", "Anna", "a=b", "", "2026-11-22"])
def test_numbers_and_texts_stay_as_they_are(cell: str) -> None:
    assert safe_cell(cell) == cell


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=5))
def test_it_begins_with_a_mark_and_reads_back(rows: list[list[str]]) -> None:
    content = b"".join(encoded(["Nome", "Città"], rows))
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert read == [["Nome", "Città"], *([safe_cell(cell) for cell in row] for row in rows)]
