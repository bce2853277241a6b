"""`staffetta contacts …` does what the pages do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from staffetta.accounts.models import AuditEntry
from staffetta.cli.main import main
from staffetta.contacts.imports import sample
from staffetta.contacts.models import Contact, ContactList, Import, ImportState
from tests.contacts.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "saldi.csv"
    path.write_bytes(sample.story_b_csv())
    return path


def maps() -> list[str]:
    return [word for column, target in sample.story_b_mapping().items() for word in ("--map", f"{column}={target}")]


def test_an_import_waits_for_the_lanes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["contacts", "import", str(file), *maps(), "--consent", "Opt-in WhatsApp", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (status, told["state"], told["rows"], told["imported"]) == (0, "waiting", 2000, 0)
    assert Import.objects.get(pk=told["id"]).state == ImportState.WAITING


def test_with_wait_it_does_the_work_itself_and_tells_the_numbers(file: Path, tmp_path: Path) -> None:
    command = ["contacts", "import", str(file), *maps(), "--consent", "Opt-in WhatsApp", "--wait", "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STAFFETTA_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "staffetta", *command],
        env={**kept, "STAFFETTA_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    told = json.loads(done.stdout)
    assert (told["state"], told["imported"], told["rejected"]) == ("done", 1940, 60)
    assert told["reasons"] == {
        "doubled_in_file": 25,
        "invalid_phone": 15,
        **dict.fromkeys(("phone_too_long", "phone_too_short", "phone_unknown_country", "phone_rounded"), 5),
    }
    assert told["consents"] == {"yes": 1700, "no": 180, "unset": 60, "kept": 0}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--map", "Nome=first_name"], "numero di telefono"),
        (["--map", "Altro=phone"], "«Altro»"),
        (["--map", "Telefono"], "COLUMN=TARGET"),
        (["--map", "Telefono=phone", "--consent", "Altro"], "«Altro»"),
    ],
)
def test_what_cannot_be_mapped_is_refused_and_leaves_nothing(
    file: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["contacts", "import", str(file), *options]) == 1
    told = capsys.readouterr()
    assert (words in told.err, told.out) == (True, "")
    assert not Import.objects.exclude(state=ImportState.UPLOADED).exists()
    assert not Contact.objects.exists()


def test_a_bad_or_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "a.csv"
    bad.write_bytes(b"\0\1")
    assert main(["contacts", "import", str(bad), "--map", "a=phone"]) == 1
    assert "non è un file di testo" in capsys.readouterr().err
    assert main(["contacts", "import", str(tmp_path / "none.csv"), "--map", "a=phone"]) == 1
    assert not Import.objects.exists()


def test_each_export_by_command_stands_in_the_audit_log(tmp_path: Path) -> None:
    """Whoever has the machine has the data; what is taken out by the product's own commands is written down."""
    person(first_name="Anna")
    members = ContactList.objects.create(name="Torino")
    assert main(["contacts", "export", str(tmp_path / "a.csv"), "--audience", f"list:{members.pk}"]) == 0
    assert main(["contacts", "export", str(tmp_path / "a.txt")]) == 1
    assert main(["contacts", "export", str(tmp_path / "a.csv"), "--audience", "list:99999"]) == 1
    assert main(["contacts", "list", "--search", "anna", "--json"]) == 0
    assert main(["contacts", "list", "--limit", "100"]) == 0
    told = AuditEntry.objects.filter(deed="contacts_exported").order_by("pk").values_list("actor_name", "details")
    assert list(told) == [
        ("Staffetta", {"filter": f"audience=list%3A{members.pk}"}),
        ("Staffetta", {"filter": "q=anna"}),
    ]


def test_the_list_is_a_bare_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contacts", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    first = person(first_name="Anna", values={"citta": "Roma"})
    person("+393200000002", first_name="Luca")
    assert main(["contacts", "list", "--json", "--search", "anna"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "id": first.pk,
            "first_name": "Anna",
            "last_name": "",
            "phone": "+393200000001",
            "telegram_id": None,
            "language": "",
            "values": {"citta": "Roma"},
            "opt_in": "unset",
        }
    ]
    assert main(["contacts", "list", "--limit", "1"]) == 0
    assert "Luca" in capsys.readouterr().out
