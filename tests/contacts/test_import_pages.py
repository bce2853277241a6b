"""The import as a person does it: upload, columns, preview, start, progress, result, rejects."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from staffetta.accounts.models import AuditEntry
from staffetta.contacts.imports import sample
from staffetta.contacts.models import Contact, Import, ImportState
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
FEW = b"Telefono\n+39 320 000 0001\n12\n"
COLUMNS = {"column0": "first_name", "column1": "last_name", "column2": "phone", "column3": "+new", "consent": "4"}


def upload(client: Client, content: bytes = b"", name: str = "saldi.csv") -> Import:
    file = SimpleUploadedFile(name, content or sample.story_b_csv(), "text/csv")
    answer = client.post("/contacts/imports/new/", {"file": file})
    source = Import.objects.latest("pk")
    assert answer.headers["Location"] == f"/contacts/imports/{source.pk}/columns/"
    return source


def page(client: Client, source: Import, rest: str = "") -> str:
    return client.get(f"/contacts/imports/{source.pk}/{rest}").content.decode()


def test_the_whole_way(as_operator: Client) -> None:
    source = upload(as_operator)
    shown = page(as_operator, source, "columns/")
    assert "2.000 righe" in shown
    assert "Sembra essere «Opt-in WhatsApp»" in shown
    assert '<option value="phone" selected>Telefono</option>' in shown
    answer = as_operator.post(f"/contacts/imports/{source.pk}/columns/", {**COLUMNS, "wording": "Modulo"})
    assert answer.headers["Location"].endswith("/preview/")
    shown = page(as_operator, source, "preview/")
    assert "Anna Rossi" in shown
    assert "Nuovo" in shown
    assert not Contact.objects.exists()
    as_operator.post(f"/contacts/imports/{source.pk}/start/")
    waiting = page(as_operator, source)
    assert 'hx-trigger="every 1s"' in waiting
    finish(source)
    done = page(as_operator, source, "progress/")
    assert "hx-trigger" not in done
    for words in ("2.000 righe", "1.940 nuovi", "60 scartate", "1.700 Sì", "180 No", "60 non impostato"):
        assert words in done
    assert Contact.objects.get(phone="+393200000005").values == {"citta": "Napoli"}
    assert AuditEntry.objects.get(deed="import_started").actor_name == "ottavio"
    file = as_operator.get(f"/contacts/imports/{source.pk}/rejects.csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="saldi-scartate.csv"'
    assert file.getvalue().count(b"\r\n") == 61


def test_the_preview_says_what_will_happen_to_each_row(as_operator: Client) -> None:
    person("+393471234567", first_name="Anna")
    person("+393471234568", first_name="Luca")
    lines = ["Anna;+39 347 1234567", "Gino;+39 347 1234568", "Ida;+39 347 1234569", "Ida;+393471234569", "Ugo;12"]
    source = upload(as_operator, "\n".join(["Nome;Telefono", *lines]).encode())
    as_operator.post(f"/contacts/imports/{source.pk}/columns/", {"column0": "first_name", "column1": "phone"})
    shown = page(as_operator, source, "preview/")
    for words in ("Invariato", "Aggiornato", "Nuovo", "Doppione nel file", "Numero non valido"):
        assert words in shown
    assert "Nessuna colonna con l’Opt-in WhatsApp" in shown
    assert Contact.objects.get(phone="+393471234568").first_name == "Luca"


def test_a_wrong_mapping_is_kept_and_told(as_operator: Client) -> None:
    source = upload(as_operator)
    chosen = {"column0": "first_name", "column1": "first_name", "column2": "phone"}
    shown = as_operator.post(f"/contacts/imports/{source.pk}/columns/", chosen).content.decode()
    assert "Due colonne vanno in «Nome»" in shown
    assert shown.count('<option value="first_name" selected>') == 2
    without = as_operator.post(f"/contacts/imports/{source.pk}/columns/", {"column0": "first_name"}).content.decode()
    assert "Scegli la colonna con il numero di telefono" in without


def test_another_separator_reads_the_columns_again(as_operator: Client) -> None:
    source = upload(as_operator, b"Nome;Note,Telefono\nAnna;x,1\nLuca;y,2\n")
    as_operator.post(f"/contacts/imports/{source.pk}/reading/", {"delimiter": ","})
    source.refresh_from_db()
    assert (source.delimiter, source.columns) == (",", ["Nome;Note", "Telefono"])


def test_a_bad_file_is_told_beside_the_field(as_operator: Client) -> None:
    file = SimpleUploadedFile("a.csv", b'Nome;Telefono\n"Anna;1\n')
    shown = as_operator.post("/contacts/imports/new/", {"file": file}).content.decode()
    assert "Le virgolette intorno alla riga 2" in shown
    assert "Non è stato importato nulla" in shown
    assert "Scegli un file" in as_operator.post("/contacts/imports/new/").content.decode()
    assert not Import.objects.exists()


def test_a_file_too_large_is_refused_before_it_is_read(as_operator: Client, settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 1_000_000
    file = SimpleUploadedFile("a.csv", b"x" * 1_100_000)
    answer = as_operator.post("/contacts/imports/new/", {"file": file})
    assert answer.status_code == 413
    assert "supera i 1 MB" in answer.content.decode()


def test_uploading_needs_the_forms_token(operator: object) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)  # type: ignore[arg-type]  # the fixture is a user; its type is that of conftest
    assert strict.post("/contacts/imports/new/", {"file": SimpleUploadedFile("a.csv", b"a;b")}).status_code == 403


def test_a_file_can_be_thrown_away_before_it_is_started_only(as_operator: Client) -> None:
    source, started = upload(as_operator), upload(as_operator)
    as_operator.post(f"/contacts/imports/{started.pk}/columns/", COLUMNS)
    for _twice in range(2):
        as_operator.post(f"/contacts/imports/{started.pk}/start/")
    for one in (source, started):
        as_operator.post(f"/contacts/imports/{one.pk}/discard/")
    assert list(Import.objects.values_list("pk", "state")) == [(started.pk, ImportState.WAITING)]
    assert AuditEntry.objects.filter(deed="import_started").count() == 1


def test_steps_cannot_be_skipped(as_operator: Client) -> None:
    source = upload(as_operator)
    address = f"/contacts/imports/{source.pk}/"
    assert as_operator.get(f"{address}preview/").headers["Location"] == f"{address}columns/"
    assert as_operator.post(f"{address}start/").headers["Location"] == f"{address}columns/"
    assert as_operator.get(address).headers["Location"] == f"{address}columns/"


def test_a_file_lost_from_the_folder_is_told(as_operator: Client) -> None:
    source = upload(as_operator)
    source.file.storage.delete(str(source.file.name))
    answer = as_operator.get(f"/contacts/imports/{source.pk}/columns/", follow=True)
    assert "Il file non c’è più" in answer.content.decode()


def test_a_failed_import_says_what_stays(as_operator: Client, accept: Accept) -> None:
    source = accept(sample.story_b_csv(), sample.story_b_mapping())
    source.file.storage.delete(str(source.file.name))
    finish(source)
    shown = page(as_operator, source)
    assert "Il file non c’è più" in shown
    assert "0 righe erano già state lette" in shown


def test_progress_costs_a_fixed_number_of_queries(
    as_viewer: Client, accept: Accept, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source = finish(accept(FEW))
    with django_assert_num_queries(4):
        page(as_viewer, source, "progress/")


def test_the_history_lists_imports(as_viewer: Client, accept: Accept) -> None:
    finish(accept(FEW, name="saldi.csv"))
    shown = as_viewer.get("/contacts/imports/").content.decode()
    assert "saldi.csv" in shown
    assert "Conclusa" in shown


def test_a_file_with_the_headings_of_before_is_mapped_as_before_but_for_its_consent(as_operator: Client) -> None:
    content = b"A;B;C\n+39 320 000 0001;Anna;yes\n"
    first = upload(as_operator, content, "marzo.csv")
    assert "Le colonne vanno" not in page(as_operator, first, "columns/")
    told = {"column0": "phone", "column1": "first_name", "consent": "2", "wording": "Modulo", "into_list": "Nuovi"}
    as_operator.post(f"/contacts/imports/{first.pk}/columns/", {**told, "phone_mode": "recover"})
    as_operator.post(f"/contacts/imports/{first.pk}/start/")
    shown = page(as_operator, upload(as_operator, content, "aprile.csv"), "columns/")
    assert "Le colonne vanno dove sono andate con «marzo.csv»" in shown
    assert '<option value="first_name" selected>' in shown
    assert 'value="recover"' in shown
    assert 'value="Nuovi"' in shown
    assert '<option value="2" selected>C</option>' not in shown
    assert "Modulo" not in shown
