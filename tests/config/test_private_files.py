"""The data folder is its owner's alone: 700 and 600 whatever was there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from staffetta.config import checks
from staffetta.config.private_files import keep_new_files_private, make_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder as an earlier version left it."""
    tmp_path.chmod(0o755)
    for name in ("staffetta.sqlite3", "staffetta.sqlite3-wal", "secret-key", "files/imports/saldi.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        path.write_text("x")
        path.chmod(0o644)
    return tmp_path


def test_what_was_there_is_made_private(folder: Path) -> None:
    assert list(checks.mode_warnings(folder, folder / "staffetta.sqlite3")) == []
    found = [folder, *folder.rglob("*")]
    assert len(found) == 7
    assert {mode(path) for path in found if path.is_file()} == {0o600}
    assert {mode(path) for path in found if path.is_dir()} == {0o700}


def test_a_database_elsewhere_is_made_private_too(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    database = tmp_path_factory.mktemp("elsewhere") / "rubrica.db"
    for path in (database, database.with_name("rubrica.db-wal")):
        path.write_text("x")
        path.chmod(0o644)
    make_private(folder, database)
    assert [mode(path) for path in sorted(database.parent.iterdir())] == [0o600, 0o600]


def test_what_is_not_ours_in_a_folder_that_somebody_chose_is_left(folder: Path) -> None:
    script = folder / "start.sh"
    script.write_text("x")
    script.chmod(0o755)
    (folder / "files" / "link").symlink_to(script)
    make_private(folder)
    assert mode(script) == 0o755


@pytest.fixture
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_new_files_are_made_private(tmp_path: Path) -> None:
    keep_new_files_private()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "staffetta.sqlite3").write_text("x")
    assert (mode(tmp_path / "new"), mode(tmp_path / "new" / "staffetta.sqlite3")) == (0o700, 0o600)
