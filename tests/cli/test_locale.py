"""A locale without all signs, a file's name that is no text, and standard input end no command in a traceback."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from staffetta.cli.main import main
from staffetta.contacts.models import Contact, Import

pytestmark = pytest.mark.django_db
ROWS = "Telefono;Nome\n+393477770001;Niccolò\n".encode()


class Output:
    """Standard output as a locale makes it."""

    def __init__(self, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raw, self.encoding = io.BytesIO(), encoding
        self.errors = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(self.raw, encoding=encoding))
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(self.errors, encoding=encoding))

    def text(self) -> str:
        sys.stdout.flush()
        return self.raw.getvalue().decode(self.encoding)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_words_come_in_a_locale_without_all_signs(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Contact.objects.create(first_name="Łukasz’s", phone="+393477770001")
    output = Output(encoding, monkeypatch)
    assert main(["contacts", "list"]) == 0
    assert "+393477770001" in output.text()


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_data_for_programs_loses_no_sign_in_any_locale(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Contact.objects.create(first_name="Łukasz’s", phone="+393477770001")
    output = Output(encoding, monkeypatch)
    assert main(["contacts", "list", "--json"]) == 0
    assert json.loads(output.text())[0]["first_name"] == "Łukasz’s"


def test_help_and_errors_come_in_a_locale_without_all_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    Output("ascii", monkeypatch)
    with pytest.raises(SystemExit) as end:
        main(["contacts", "import", "--help"])
    assert end.value.code == 0
    assert main(["contacts", "import", "/nessuno/perché.csv"]) == 1


def test_a_file_whose_name_has_a_latin_1_byte_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / os.fsdecode(b"citt\xe0.csv")
    odd.write_bytes(ROWS)
    Output("utf-8", monkeypatch)
    assert main(["contacts", "import", str(odd)]) == 0
    source = Import.objects.get()
    assert source.name.startswith("citt")
    source.name.encode()


def test_a_missing_file_whose_name_has_a_latin_1_byte_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    output = Output("utf-8", monkeypatch)
    assert main(["contacts", "import", os.fsdecode(b"/nessuno/citt\xe0.csv")]) == 1
    sys.stderr.flush()
    assert output.errors.getvalue()


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ROWS)))
    assert main(["contacts", "import", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1
    assert Import.objects.get().columns == ["Telefono", "Nome"]
