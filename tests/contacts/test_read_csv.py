"""Reading CSV: any dialect round trip, exact positions, encodings and separators found out."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.contacts.files.find_encoding import find_encoding
from staffetta.contacts.files.inspect_file import inspect
from staffetta.contacts.files.read_csv import (
    DELIMITERS,
    BadFile,
    Dialect,
    Position,
    records,
    sniff_delimiter,
)

CELLS = st.text(st.characters(codec="cp1252", exclude_characters="\0\r", exclude_categories=("Cc", "Cs")), max_size=12)
LINES = st.text(st.sampled_from('ab;,\t"\n è'), max_size=8)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS | LINES, min_size=width, max_size=width), min_size=1, max_size=12)
)


def written(table: list[list[str]], dialect: Dialect, end: str = "\r\n") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=dialect.delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    return out.getvalue().encode(dialect.encoding)


def cells(content: bytes, dialect: Dialect) -> list[list[str]]:
    return [record.cells for record in records(io.BytesIO(content), dialect)]


@given(TABLES, st.sampled_from(DELIMITERS), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]), st.sampled_from("\n"))
def test_what_was_written_is_read(table: list[list[str]], delimiter: str, encoding: str, end: str) -> None:
    dialect = Dialect(encoding, delimiter)
    assert cells(written(table, dialect), dialect) == table
    assert cells(written(table, dialect, end), dialect) == table


@given(TABLES, st.data())
def test_reading_goes_on_exactly_where_it_stopped(table: list[list[str]], data: st.DataObject) -> None:
    dialect = Dialect("utf-8-sig", ";")
    content = written(table, dialect)
    whole = list(records(io.BytesIO(content), dialect))
    stop = data.draw(st.integers(0, len(whole) - 1))
    start = Position(whole[stop].row, whole[stop].end)
    assert list(records(io.BytesIO(content), dialect, start)) == whole[stop + 1 :]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_separator_is_found_out(delimiter: str) -> None:
    table = [["Nome", "Importo", "Telefono"], ["Anna", "1,50; circa", "+39 347 1234567"], ["Luca", "2,00", "+39 348 1"]]
    content = written(table, Dialect(delimiter=delimiter))
    assert sniff_delimiter(io.BytesIO(content), "utf-8").sign == delimiter


def test_one_column_needs_no_separator() -> None:
    assert inspect(io.BytesIO(b"Telefono\n+39 347 1234567\n")).columns == ["Telefono"]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Città\n".encode(), "utf-8"),
        ("Città\n".encode("utf-8-sig"), "utf-8-sig"),
        ("Città €\n".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_found_out(content: bytes, encoding: str) -> None:
    assert find_encoding(io.BytesIO(content)).value == encoding


def test_an_accent_late_in_a_large_file_still_decides_the_encoding() -> None:
    content = b"Nome;Telefono\n" + b"Anna;+39\n" * 120_000 + "Niccolò;+39\n".encode("cp1252")
    sheet = inspect(io.BytesIO(content))
    assert (sheet.dialect.encoding, sheet.rows) == ("cp1252", 120_001)


def test_lines_of_old_macintosh_programs_are_read() -> None:
    sheet = inspect(io.BytesIO(b"Nome;Telefono\rAnna;1\rLuca;2\r"))
    assert (sheet.columns, sheet.rows) == (["Nome", "Telefono"], 2)


def test_blank_rows_are_not_counted_but_keep_their_number() -> None:
    sheet = inspect(io.BytesIO(b"Nome;Telefono\n\n;\nAnna;1\n"))
    assert (sheet.rows, [record.row for record in sheet.sample]) == (1, [4])


def test_a_column_without_a_heading_is_called_by_its_place() -> None:
    assert inspect(io.BytesIO(b"Nome;;Telefono;\nAnna;x;1;\n")).columns == ["Nome", "#2", "Telefono"]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_bad_file(content: bytes) -> None:
    try:
        sheet = inspect(io.BytesIO(content))
    except BadFile:
        return
    assert sheet.columns
    assert sheet.rows


def test_a_comma_in_the_headings_and_a_cell_of_two_lines_make_no_comma_file() -> None:
    content = b'Nome;1,5;Note\r\n,;x;"riga1\r\nriga2, e altro"\r\n'
    assert sniff_delimiter(io.BytesIO(content), "utf-8").sign == ";"
