"""Files are read as a spreadsheet program reads them, however they are written."""

import io

import pytest

from staffetta.contacts.files.inspect_file import inspect
from staffetta.contacts.files.read_csv import BadFile, Position, records
from staffetta.contacts.models import Contact, ImportReject
from tests.contacts.people import Accept, finish

HEAD = "Telefono;Nome\r\n"


def read(text: str) -> tuple[list[str], list[list[str]]]:
    sheet = inspect(io.BytesIO(text.encode()))
    return sheet.columns, [record.cells for record in sheet.sample]


@pytest.mark.parametrize("start", ["sep=;\r\n", "\ufeffsep=;\r\n", "SEP=;\n", "sep=;\r"])
def test_a_line_for_excel_that_names_the_separator_is_no_row(start: str) -> None:
    columns, rows = read(f"{start}telefono;nome;cognome\r\n+393331230001;Anna;Rossi\r\n")
    assert (columns, rows) == (["telefono", "nome", "cognome"], [["+393331230001", "Anna", "Rossi"]])


@pytest.mark.parametrize("mark", ["|", "\t", ";", ","])
def test_the_separator_that_the_line_names_is_believed(mark: str) -> None:
    columns, rows = read(f"sep={mark}\ntelefono{mark}nome;,\n1{mark}a;,\n".replace(";,", "" if mark in ";," else ";,;"))
    assert len(columns) == len(rows[0]) == 2


def test_rows_behind_such_a_line_are_numbered_as_a_spreadsheet_numbers_them_and_reading_goes_on_where_it_stopped() -> (
    None
):
    file = io.BytesIO(b"sep=;\r\na;b\r\n1;2\r\n3;4\r\n")
    sheet = inspect(file)
    first, second, third = records(file, sheet.dialect)
    assert [first.row, second.row, third.row] == [1, 2, 3]
    assert list(records(file, sheet.dialect, Position(second.row, second.end))) == [third]


def test_a_heading_that_only_begins_so_is_a_heading() -> None:
    assert read("sep=;x\n1;2\n")[0] == ["sep=", "x"]


def test_blanks_before_quotation_marks_do_not_make_the_marks_a_part_of_the_name() -> None:
    text = (
        'telefono, nome, cognome\r\n+393331230001, "Anna, detta ""Nina""", "Rossi"\r\n+393331230002, "Bo", "Verdi"\r\n'
    )
    columns, rows = read(text)
    assert columns == ["telefono", "nome", "cognome"]
    assert [row[1:] for row in rows] == [['Anna, detta "Nina"', "Rossi"], ["Bo", "Verdi"]]


def test_a_quotation_mark_that_opens_nothing_stays_what_it_is() -> None:
    assert read('telefono;nome\n1; "Gigi\n2; "Bo"\n')[1] == [["1", ' "Gigi'], ["2", ' "Bo"']]


def test_a_last_column_without_a_name_is_a_column_and_no_row_is_rejected_for_it() -> None:
    assert read("telefono;nome;\r\n+393331230001;Anna;zzz\r\n")[0] == ["telefono", "nome", "#3"]
    assert read("telefono;nome;;;\r\n1;Anna;;zzz;\r\n")[0] == ["telefono", "nome", "#3", "#4"]
    assert read("telefono;nome;;;\r\n+393331230001;Anna;;;\r\n")[0] == ["telefono", "nome"]


@pytest.mark.django_db
def test_rows_of_such_a_file_are_taken(accept: Accept) -> None:
    source = finish(
        accept(b"Telefono;Nome;\r\n+393331230001;Anna;zzz\r\n", {"Telefono": "phone", "Nome": "first_name"})
    )
    assert (source.created, source.rejected) == (1, 0)


MIXED = "+393331230001;Anna\n+393331230002;Bo\r\n+393331230003;Cy\r+393331230004;Di\r\n"


def test_line_ends_of_every_kind_end_a_row() -> None:
    assert [row[1] for row in read(HEAD + MIXED)[1]] == ["Anna", "Bo", "Cy", "Di"]
    assert read('a;b\r\n1;"x\ry\nz"\r\n')[1] == [["1", "x\ry\nz"]]


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
def test_line_ends_are_read_alike_wherever_a_piece_of_the_file_ends(
    monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr("staffetta.contacts.files.read_csv.CHUNK", piece)
    file = io.BytesIO((HEAD + MIXED).encode())
    ends = [record.end for record in records(file, inspect(file).dialect)]
    assert ends[-1] == len(HEAD + MIXED)
    assert len(ends) == 5


def test_the_line_of_a_fault_is_the_line_of_the_file() -> None:
    with pytest.raises(BadFile) as told:
        read('sep=;\na;b\n1;2\n3;"x"y\n')
    assert (told.value.code, told.value.line) == ("quoting", 4)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "word",
    ["#N/D", "#N/A", "NULL", "#NOME?", "nan", "NaN", "#RIF!", "#DIV/0!", "#VALORE!", "#NUM!", "#NULLO!", "#ref!",
     "Err:502", " #N/D "],
)  # fmt: skip
def test_an_error_word_of_a_spreadsheet_is_an_empty_cell(accept: Accept, word: str) -> None:
    row = f"{HEAD}+393331230001;{word}\r\n".encode()
    finish(accept(row, {"Telefono": "phone", "Nome": "first_name"}))
    assert Contact.objects.get().first_name == ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Nan", "Null", "null", "#1", "Erra", "N/D"])
def test_names_of_people_are_no_error_words(accept: Accept, name: str) -> None:
    finish(accept(f"{HEAD}+393331230001;{name}\r\n".encode(), {"Telefono": "phone", "Nome": "first_name"}))
    assert Contact.objects.get().first_name == name
    assert not ImportReject.objects.exists()
