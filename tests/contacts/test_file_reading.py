"""How a file is read is found from the whole of it, shown, changeable, and asked where another way changes values."""

import io
import json
from pathlib import Path

import pytest
from django.test import Client, override_settings

from staffetta.cli.main import main
from staffetta.contacts.exports import write_xlsx
from staffetta.contacts.files.file_reading import Basis, FileReading
from staffetta.contacts.files.find_encoding import find_encoding, possible, shown_as
from staffetta.contacts.files.inspect_file import inspect
from staffetta.contacts.imports import import_file
from staffetta.contacts.imports.import_reading import Unanswered, reading_of
from staffetta.contacts.models import Contact, ContactField, Import, ImportState
from tests.contacts.people import Accept, finish
from tests.contacts.read_tables import PHONE, mapped, table

pytestmark = pytest.mark.django_db
BAD_BYTE = "telefono;nome\r\n+393331230000;Niccolò\r\n".encode() + b"+393331230001;Jos\xe9\r\n"


def upload(client: Client, content: bytes, name: str = "a.csv") -> Import:
    client.post("/contacts/imports/new/", {"file": _file(content, name)})
    return Import.objects.latest("pk")


def _file(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def text_of(client: Client, source: Import, page: str) -> str:
    return client.get(f"/contacts/imports/{source.pk}/{page}/").content.decode()


def test_one_bad_byte_is_told_with_its_line_and_nothing_is_stored_before_a_reading_is_chosen() -> None:
    source = import_file.accept(io.BytesIO(BAD_BYTE), "a.csv", None)
    encoding = reading_of(source).encoding
    assert (encoding.basis, encoding.evidence[0].line) == (Basis.ASKED, 3)
    import_file.map_columns(source, {"telefono": "phone", "nome": "first_name"})
    with pytest.raises(Unanswered):
        import_file.start(source, None)
    import_file.choose_reading(source, {"encoding": "utf-8-mixed"})
    import_file.start(source, None)
    finish(source)
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"Niccolò", "José"}


NAMES = {
    "Western Europe": "Niccolò;Perù;José;Forlì",
    "German": "Jürgen;Käthe;Groß",
    "Poland": "Paweł;Wiśniewski;Łukasz;Grażyna;Dąbrowska",
    "Czechia": "Jiří;Dvořák;Kateřina",
}


@pytest.mark.parametrize("names", ["Western Europe", "German"])
@pytest.mark.parametrize("encoding", ["cp1252", "iso8859_15"])
def test_what_reads_well_as_windows_1252_is_read_so_and_shown_with_its_names(names: str, encoding: str) -> None:
    found = find_encoding(io.BytesIO(f"nome\n{NAMES[names]}\n".encode(encoding)))
    assert (found.value, found.basis) == ("cp1252", Basis.LIKELY)
    assert shown_as(found.evidence[0], found.value) == NAMES[names].split(";")[0]


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        ("Western Europe", "mac_roman"),
        ("Western Europe", "cp850"),
        ("German", "mac_roman"),
        ("German", "cp850"),
        ("Poland", "cp1250"),
        ("Czechia", "cp1250"),
    ],
)
def test_other_encodings_are_asked_and_the_right_one_is_offered_with_the_names(names: str, encoding: str) -> None:
    found = find_encoding(io.BytesIO(f"nome\n{NAMES[names]}\n".encode(encoding)))
    assert (found.basis, found.value) == (Basis.ASKED, encoding)
    assert encoding in possible(found)
    assert shown_as(found.evidence[0], encoding) == NAMES[names].split(";")[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_and_without_a_byte_order_mark(encoding: str, accept: Accept) -> None:
    content = "Telefono;Nome\r\n+393331230001;Niccolò 😀\r\n".encode(encoding)
    source = finish(accept(content, {"Telefono": "phone", "Nome": "first_name"}))
    assert reading_of(source).encoding.value.startswith("utf-16")
    assert Contact.objects.get().first_name == "Niccolò 😀"


def test_a_chosen_encoding_that_cannot_read_the_file_names_the_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(BAD_BYTE)
    assert main(["contacts", "import", str(path), "--encoding", "utf-8"]) == 1
    assert "La riga 3" in capsys.readouterr().err


def test_a_first_row_that_is_a_person_is_asked_and_never_becomes_the_heading() -> None:
    content = b"3331230001;Anna;Rossi\r\n3331230002;Bo;Verdi\r\n"
    source = import_file.accept(io.BytesIO(content), "a.csv", None)
    assert (source.columns, source.total_rows) == (["#1", "#2", "#3"], 2)
    import_file.map_columns(source, {"#1": "phone", "#2": "first_name"}, phone_mode="recover")
    with pytest.raises(Unanswered):
        import_file.start(source, None)
    import_file.choose_reading(source, {"heading": "no"})
    import_file.start(source, None)
    assert finish(source).created == 2
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"Anna", "Bo"}


def test_a_person_may_say_that_such_a_row_holds_headings() -> None:
    sheet = inspect(io.BytesIO(b"telefono;2024-01-31\n+393331230001;x\n"), heading="yes")
    assert (sheet.columns, sheet.rows) == (["telefono", "2024-01-31"], 1)


@pytest.mark.parametrize("first", ["telefono;nome", "2024;2025", "A;B", "Tel. 1;Tel. 2"])
def test_headings_are_not_asked_about(first: str) -> None:
    assert inspect(io.BytesIO(f"{first}\n+393331230001;x\n".encode())).heading.basis == Basis.LIKELY


@pytest.mark.parametrize("first", ["+39 333 123 0001;A", "Anna;(06) 123-4567", "anna@example.org;A", "123456789;x"])
def test_a_number_or_an_address_in_the_first_row_is_asked_about(first: str) -> None:
    assert inspect(io.BytesIO(f"{first}\n+393331230002;x\n".encode())).heading.basis == Basis.ASKED


def test_the_page_asks_before_the_columns_and_starts_nothing_until_it_is_answered(as_operator: Client) -> None:
    source = upload(as_operator, BAD_BYTE)
    shown = text_of(as_operator, source, "columns")
    assert "Il file è in UTF-8, tranne «José» (riga 3)" in shown
    assert "Dove vanno" not in shown
    assert 'name="column0"' not in shown
    as_operator.post(f"/contacts/imports/{source.pk}/reading/", {"encoding": "", "delimiter": ";", "heading": "yes"})
    assert 'name="column0"' not in text_of(as_operator, source, "columns")
    as_operator.post(f"/contacts/imports/{source.pk}/reading/", {"encoding": "utf-8-mixed"})
    assert 'name="column0"' in text_of(as_operator, source, "columns")


def test_each_encoding_is_offered_with_an_odd_name_and_one_of_the_others(as_operator: Client) -> None:
    shown = text_of(as_operator, upload(as_operator, BAD_BYTE), "columns")
    assert "«José», «Niccolò» · UTF-8" in shown
    assert "«José», «NiccolÃ²» · Windows-1252" in shown


@override_settings(LANGUAGE_CODE="en")
def test_the_preview_asks_how_numbers_are_written_and_offers_no_start(as_operator: Client) -> None:
    ContactField.objects.create(name="punti", label="Punti", type="number")
    source = upload(as_operator, table("punti", "2.000", "1.500"))
    as_operator.post(f"/contacts/imports/{source.pk}/columns/", {"column0": "phone", "column1": "punti"})
    shown = text_of(as_operator, source, "preview")
    assert "«2.000» (riga 2, colonna «punti») si può leggere in due modi" in shown
    assert f"/contacts/imports/{source.pk}/start/" not in shown
    as_operator.post(f"/contacts/imports/{source.pk}/start/")
    assert Import.objects.get().state == ImportState.UPLOADED
    as_operator.post(f"/contacts/imports/{source.pk}/reading/", {"decimal": ","})
    shown = text_of(as_operator, source, "preview")
    assert "2000" in shown
    as_operator.post(f"/contacts/imports/{source.pk}/start/")
    finish(source)
    assert Contact.objects.get(phone=f"{PHONE}0").values == {"punti": "2000"}


def test_the_preview_shows_with_its_evidence_how_numbers_are_read(as_operator: Client) -> None:
    ContactField.objects.create(name="punti", label="Punti", type="number")
    source = upload(as_operator, table("punti", "2.000", "1.000,50"))
    as_operator.post(f"/contacts/imports/{source.pk}/columns/", {"column0": "phone", "column1": "punti"})
    assert "Nel file: «1.000,50» (riga 3, colonna «punti»)" in text_of(as_operator, source, "preview")


def test_another_encoding_chosen_on_the_page_reads_the_names_again(as_operator: Client) -> None:
    source = upload(as_operator, "telefono;nome\n+393331230001;Krejčí\n".encode("cp1250"))
    assert "Krejèí" in text_of(as_operator, source, "columns")
    as_operator.post(f"/contacts/imports/{source.pk}/reading/", {"encoding": "cp1250"})
    assert "Krejčí" in text_of(as_operator, source, "columns")


@override_settings(LANGUAGE_CODE="en")
@pytest.mark.parametrize(
    ("content", "type_", "option"),
    [
        (table("valore", "2.000"), "number", ["--decimal", "comma"]),
        (table("valore", "03/04/2026"), "date", ["--dates", "day-first"]),
        (BAD_BYTE, "text", ["--encoding", "utf-8-mixed"]),
        (b"+393331230001;Anna\n", "text", ["--heading", "no"]),
    ],
)
def test_the_command_refuses_and_names_the_option_that_answers(
    content: bytes, type_: str, option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ContactField.objects.create(name="valore", label="Valore", type=type_)
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    phone = "#1" if content.startswith(b"+") else "telefono"
    command = ["contacts", "import", str(path), "--map", f"{phone}=phone"]
    command += ["--map", "valore=valore"] if b"valore" in content else []
    assert main(command) == 1
    assert option[0] in capsys.readouterr().err
    assert not Import.objects.exists()
    assert main([*command, *option, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "waiting"


def test_a_zone_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table("nome", "Anna"))
    assert main(["contacts", "import", str(path), "--zone", "Europe/Roma"]) == 1
    assert "Europe/Roma" in capsys.readouterr().err


def test_a_reading_is_a_value_that_json_gives_back() -> None:
    reading = reading_of(mapped(table("punti", "2.000", "1.000,00", "12.0")))
    assert FileReading.from_json(json.loads(json.dumps(reading.as_json()))) == reading


def test_cells_that_were_evidence_are_not_kept_when_the_import_has_started() -> None:
    source = mapped(table("data", "03/04/1980"), "date")
    assert "1980" in json.dumps(source.reading)
    import_file.start(source, None)
    assert "1980" not in json.dumps(Import.objects.get().reading)


def test_an_import_of_before_goes_on_as_it_began(accept: Accept) -> None:
    """A row without a reading was started by a version that knew none: a point was always decimal, times were UTC."""
    ContactField.objects.create(name="valore", label="Valore", type="number")
    source = accept(table("valore", "2.000"), {"telefono": "phone", "valore": "valore"})
    Import.objects.update(reading=None)
    finish(source)
    assert Contact.objects.get().values == {"valore": "2"}


def test_a_workbook_is_read_as_utf_8_with_commas_and_asks_neither() -> None:
    content = b"".join(write_xlsx.encoded(["Telefono", "Nome"], [[f"{PHONE}1", "Niccolò"]]))
    source = import_file.accept(io.BytesIO(content), "a.xlsx", None)
    assert (source.from_workbook, reading_of(source).questions) == (True, [])
    import_file.choose_reading(source, {"heading": "no"})
    assert source.columns == ["#1", "#2"]
