"""`staffetta users`."""

import json
from io import StringIO
from pathlib import Path

import pytest

from staffetta.accounts.models import User
from staffetta.cli.main import main

pytestmark = pytest.mark.django_db


def test_a_user_is_made_with_the_password_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("un-cavallo-lento\n")
    assert main(["users", "create", "carla", "--role", "operator", "--password-file", str(file)]) == 0
    made = User.objects.get(username="carla")
    assert made.role == "operator"
    assert made.check_password("un-cavallo-lento")


def test_a_dash_reads_the_password_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("un-cavallo-lento\n"))
    assert main(["users", "create", "carla", "--role", "viewer", "--password-file", "-"]) == 0
    assert User.objects.get(username="carla").check_password("un-cavallo-lento")


def test_the_list_is_a_bare_array(administrator: User, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["users", "list", "--json"]) == 0
    (anna,) = json.loads(capsys.readouterr().out)
    assert anna["name"] == "anna"
    assert anna["role"] == "administrator"
    assert anna["active"] is True


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    ("name", "text"), [("ANNA", "un-cavallo-lento"), ("carla", "corta"), ("carla", ""), ("carla", "lunga" * 40_000)]
)
def test_what_is_refused_is_told_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    file = tmp_path / "password"
    file.write_text(text)
    assert main(["users", "create", name, "--role", "viewer", "--password-file", str(file), "--json"]) == 1
    told = capsys.readouterr()
    assert told.err.strip()
    assert told.out == ""
    assert User.objects.count() == 1


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert main(["users", "create", "carla", "--role", "viewer", "--password-file", str(missing)]) == 1
    assert str(missing) in capsys.readouterr().err


def test_a_wrong_role_is_a_wrong_command_line() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["users", "create", "carla", "--role", "emperor"])
    assert ended.value.code == 2
