"""A database or a folder that cannot be used: every command says so in words, and does not end with 0."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from staffetta.cli.main import main
from staffetta.work.database.databases import postgres
from tests.processes import installation

WRITING = [
    ["tokens", "issue", "negozio"],
    ["blacklist", "add", "+393331230001", "--reason", "prova"],
    ["opt-outs", "add-words", "basta così", "--as", "all"],
    ["contacts", "import", "contatti.csv", "--map", "Telefono=phone"],
]
ANY = [["channels", "list"], ["communications", "list"], ["sync", "list"], ["audiences", "list"], ["users", "list"]]
RAW = [["backup", "salvataggio.staffetta"], ["restore", "salvataggio.staffetta"], ["worker"], ["jobs"]]


@pytest.fixture
def read_only(db: None) -> Iterator[None]:
    """The database takes no writing: as on a folder or a server that allows reading only."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY" if postgres() else "PRAGMA query_only = ON")
    yield
    if not postgres():
        connection.connection.execute("PRAGMA query_only = OFF")  # Django may refuse: its transaction is broken


@pytest.mark.parametrize("arguments", WRITING, ids=lambda typed: " ".join(typed[:2]))
@pytest.mark.usefixtures("read_only")
def test_a_command_that_writes_on_a_read_only_database_says_so(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("contatti.csv").write_text("Telefono\n+39 333 1230001\n")
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert "Il database non si può usare" in told.err
    assert "permessi della cartella" in told.err
    assert told.out == ""


@pytest.mark.parametrize("folder", ["/dev/null/staffetta", "/proc/staffetta"])
@pytest.mark.usefixtures("db")
def test_a_data_folder_that_cannot_be_used_is_named(
    settings: Settings, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = folder
    for arguments in [*ANY, *RAW[:2], ["restore", __file__]]:
        assert main(arguments) == 1, arguments
        assert capsys.readouterr().err.strip(), arguments


def test_without_its_database_no_command_ends_in_a_traceback_or_with_0(tmp_path: Path) -> None:
    """One process for all of them: each would take longer to start than to fail."""
    typed = [*WRITING, *ANY, *RAW]
    code = f"from staffetta.cli.main import main\nprint([main(each) for each in {typed!r}])"
    with installation(empty=True, STAFFETTA_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none") as staffetta:
        (tmp_path / "contatti.csv").write_text("Telefono\n+39 333 1230001\n")
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=staffetta.environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.stdout.strip() == str([1] * len(typed)), done.stderr
    assert "Traceback" not in done.stderr
    assert "STAFFETTA_DATABASE_URL" in done.stderr
