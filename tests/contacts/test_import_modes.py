"""What a column may change, mappings kept by name, and rejected rows that come back."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from staffetta.cli.main import main
from staffetta.contacts.exports.write_xlsx import encoded
from staffetta.contacts.imports import import_file, rejects
from staffetta.contacts.imports.map_columns import WrongMapping
from staffetta.contacts.models import Contact, ContactField, Import
from staffetta.contacts.step_models import SavedMapping
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
NUMBER = "+393477770001"
MAPPING = {"Telefono": "phone", "Nome": "first_name", "Cognome": "last_name", "Taglia": "taglia"}


def taken(modes: dict[str, str]) -> Contact:
    content = f"Telefono,Nome,Cognome,Taglia\n{NUMBER},Nuova,Rossi,M\n+393477770002,Ugo,Verdi,L\n".encode()
    source = import_file.accept(io.BytesIO(content), "a.csv", None)
    import_file.map_columns(source, MAPPING, modes=modes)
    import_file.start(source, None)
    finish(source)
    return Contact.objects.get(phone=NUMBER)


@pytest.mark.parametrize(
    ("mode", "first", "last", "size"),
    [("", "Nuova", "Rossi", "M"), ("if_empty", "Anna", "Rossi", "S"), ("only_new", "Anna", "", "S")],
)
def test_each_mode_does_what_its_name_says(mode: str, first: str, last: str, size: str) -> None:
    ContactField.objects.create(name="taglia", label="Taglia")
    person(NUMBER, first_name="Anna", values={"taglia": "S"})
    modes = dict.fromkeys(("first_name", "last_name", "taglia"), mode) if mode else {}
    contact = taken(modes)
    assert (contact.first_name, contact.last_name, contact.values["taglia"]) == (first, last, size)
    new = Contact.objects.get(phone="+393477770002")
    assert (new.first_name, new.values) == ("Ugo", {"taglia": "L"})


def test_a_mode_nobody_knows_or_of_no_column_is_refused(accept: Accept) -> None:
    source = import_file.accept(io.BytesIO(f"Telefono\n{NUMBER}\n".encode()), "a.csv", None)
    for modes in ({"phone": "sometimes"}, {"first_name": "if_empty"}):
        with pytest.raises(WrongMapping):
            import_file.map_columns(source, {"Telefono": "phone"}, modes=modes)


def upload(client: Client, content: bytes, name: str = "a.csv") -> str:
    answer = client.post("/contacts/imports/new/", {"file": SimpleUploadedFile(name, content)})
    return str(answer.headers["Location"])


def test_choices_are_kept_by_name_offered_to_a_fitting_file_and_forgotten(as_operator: Client) -> None:
    content = f"Cell,Chi\n{NUMBER},Anna\n".encode()
    columns = upload(as_operator, content)
    told = {"column0": "phone", "column1": "first_name", "mode1": "if_empty", "save_as": "Negozio"}
    as_operator.post(columns, told)
    assert Import.objects.latest("pk").modes == {"first_name": "if_empty"}
    saved = SavedMapping.objects.get()
    assert (saved.name, saved.modes) == ("Negozio", {"first_name": "if_empty"})
    again = upload(as_operator, content.replace(b"Cell,Chi", b"Cell,Chi,Altro"))
    assert "Negozio" in as_operator.get(again).content.decode()
    shown = as_operator.get(f"{again}?saved={saved.pk}").content.decode()
    assert 'value="if_empty" selected' in shown
    assert "Negozio" not in as_operator.get(upload(as_operator, b"X,Y\n1,2\n")).content.decode()
    as_operator.post(f"/contacts/mappings/{saved.pk}/forget/", {"source": "1"})
    assert not SavedMapping.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rejected_rows_are_corrected_and_imported_again_with_their_mapping(kind: str, accept: Accept) -> None:
    mapping = {"Telefono": "phone", "Chi": "first_name"}
    first = finish(accept(f"Telefono,Chi\n{NUMBER},Anna\n347,Ugo\n".encode(), mapping))
    assert (first.created, first.rejected) == (1, 1)
    text = b"".join(rejects.rejects_csv(first)).decode("utf-8-sig").replace("347;", "+393477770002;")
    text = text.replace("347,", "+393477770002,")
    content = text.encode()
    if kind == "xlsx":
        separator = ";" if ";" in text.splitlines()[0] else ","
        rows = [[cell.strip('"') for cell in line.split(separator)] for line in text.splitlines()]
        content = b"".join(encoded(rows[0], iter(rows[1:])))
    again = import_file.accept(io.BytesIO(content), f"scarti.{kind}", None)
    before = import_file.like_before(again)
    assert before == first
    import_file.map_columns(again, before.mapping)
    import_file.start(again, None)
    finish(again)
    assert (again.created, again.rejected) == (1, 0)
    assert Contact.objects.get(phone="+393477770002").first_name == "Ugo"


def test_the_command_takes_modes(tmp_path: Path) -> None:
    person(NUMBER, first_name="Anna")
    file = tmp_path / "a.csv"
    file.write_text(f"Telefono,Nome\n{NUMBER},Nuova\n")
    assert main(["contacts", "import", str(file), "--mode", "first_name=only_new"]) == 0
    finish(Import.objects.get())
    assert Contact.objects.get().first_name == "Anna"
    assert main(["contacts", "import", str(file), "--mode", "first_name=odd"]) == 1
