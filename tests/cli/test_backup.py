"""Backup and restore: everything comes back, and nothing is touched unless all is well."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Installation, installation
from tests.work.test_schema import NEWER

pytestmark = pytest.mark.crash

FILL = """
from django.conf import settings
from staffetta.accounts.models import Role, User
from staffetta.work.database import schema
schema.bring_up_to_date()
User.objects.create_user("anna", "una-password-lunga", Role.ADMINISTRATOR)
folder = settings.MEDIA_ROOT / "imports"
folder.mkdir(parents=True)
(folder / "list.csv").write_text("phone\\n")
"""


@pytest.fixture(scope="module")
def full() -> Iterator[Installation]:
    with installation() as made:
        made.python(FILL)
        yield made


@pytest.fixture(scope="module")
def archive(full: Installation) -> Path:
    file = full.folder / "backup.tar.gz"
    full.ok("backup", str(file))
    return file


@pytest.fixture
def other() -> Iterator[Installation]:
    with installation(empty=True) as made:
        yield made


def people(staffetta: Installation) -> list[tuple[str]]:
    return staffetta.rows("SELECT username FROM accounts_user")


def test_everything_comes_back_in_an_empty_place(archive: Path, full: Installation, other: Installation) -> None:
    other.ok("restore", str(archive))
    assert people(other) == [("anna",)]
    assert (other.data / "files/imports/list.csv").read_text() == "phone\n"
    assert (other.data / "secret-key").read_text() == (full.data / "secret-key").read_text()


def test_only_the_owner_can_read_it(archive: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0


def test_it_says_what_it_wrote_as_json(full: Installation) -> None:
    file = full.folder / "second.tar.gz"
    told = full.json("backup", str(file))
    assert (told["file"], told["files"], told["bytes"]) == (str(file), 1, file.stat().st_size)


def known(staffetta: Installation) -> list[tuple[str]]:
    return staffetta.rows("SELECT file FROM work_madebackup ORDER BY file")


def test_backups_are_remembered_by_their_file_and_a_restore_forgets_none(other: Installation, tmp_path: Path) -> None:
    other.python(FILL)
    first, second = str(tmp_path / "a.tar.gz"), str(tmp_path / "b.tar.gz")
    for file in (first, second, second):
        other.ok("backup", file, "--yes")
    assert known(other) == [(first,), (second,)]
    other.ok("restore", first, "--yes")
    assert known(other) == [(first,), (second,)]


def test_a_restored_backup_is_remembered_elsewhere_too(archive: Path, other: Installation) -> None:
    other.ok("restore", str(archive))
    assert known(other) == [(str(archive),)]


def test_an_older_file_is_not_overwritten_unasked(archive: Path, full: Installation) -> None:
    before = archive.read_bytes()
    assert full.command("backup", str(archive)).returncode == 1
    assert archive.read_bytes() == before


def test_data_that_is_there_is_replaced_only_when_told_to(archive: Path, other: Installation) -> None:
    other.python(FILL.replace("anna", "bruno"))
    refused = other.command("restore", str(archive))
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert people(other) == [("bruno",)]
    other.ok("restore", str(archive), "--yes")
    assert people(other) == [("anna",)]


def test_a_running_platform_is_not_restored_over(archive: Path, full: Installation) -> None:
    worker = full.start_worker()
    refused = full.command("restore", str(archive), "--yes")
    worker.stop()
    assert refused.returncode == 1
    assert "running" in refused.stderr


def test_a_damaged_backup_changes_nothing(archive: Path, full: Installation, tmp_path: Path) -> None:
    half = tmp_path / "half.tar.gz"
    half.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    refused = full.command("restore", str(half), "--yes")
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert people(full) == [("anna",)]


def test_another_file_is_no_backup(full: Installation, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear Anna")
    refused = full.command("restore", str(other), "--yes")
    assert refused.returncode == 1
    assert "not a backup" in refused.stderr


def test_a_backup_of_a_newer_version_is_refused(archive: Path, full: Installation, tmp_path: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "in", filter="data")
    manifest = json.loads((tmp_path / "in/manifest.json").read_text())
    manifest["migrations"].append("contacts.9999_of_tomorrow")
    (tmp_path / "in/manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(tmp_path / "newer.tar.gz", "w:gz") as tar:
        for part in sorted((tmp_path / "in").iterdir()):
            tar.add(part, part.name)
    refused = full.command("restore", str(tmp_path / "newer.tar.gz"), "--yes")
    assert refused.returncode == 1
    assert "newer version" in refused.stderr


def changed(archive: Path, folder: Path, **members: object) -> Path:
    """Return a backup whose manifest says something else; a member that is None is left out."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "changed", filter="data")
    file = folder / "changed/manifest.json"
    manifest = json.loads(file.read_text()) | members
    file.write_text(json.dumps({name: value for name, value in manifest.items() if value is not None}))
    with tarfile.open(folder / "changed.tar.gz", "w:gz") as tar:
        for part in sorted((folder / "changed").iterdir()):
            tar.add(part, part.name)
    return folder / "changed.tar.gz"


def digests(archive: Path) -> dict[str, str]:
    with tarfile.open(archive) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest
        found: dict[str, str] = json.load(manifest)["digests"]
        return found


def test_a_backup_made_with_migrations_of_another_text_is_refused(
    archive: Path, full: Installation, tmp_path: Path
) -> None:
    other = changed(archive, tmp_path, digests=digests(archive) | {"sync.0001_initial": "x"})
    refused = full.command("restore", str(other), "--yes")
    assert refused.returncode == 1
    assert "made differently" in refused.stderr
    assert people(full) == [("anna",)]


def test_a_backup_from_before_digests_is_restored_where_its_columns_fit(
    archive: Path, other: Installation, tmp_path: Path
) -> None:
    other.ok("restore", str(changed(archive, tmp_path, digests=None, weather="what a newer version adds")))
    assert people(other) == [("anna",)]


def test_a_backup_from_before_digests_is_refused_where_its_columns_are_others(
    other: Installation, tmp_path: Path
) -> None:
    other.python(FILL)
    other.rows("ALTER TABLE sync_syncmet RENAME COLUMN key TO met")
    other.ok("backup", str(tmp_path / "backup.tar.gz"))
    refused = other.command("restore", str(changed(tmp_path / "backup.tar.gz", tmp_path, digests=None)), "--yes")
    assert refused.returncode == 1
    assert "made differently" in refused.stderr
    assert people(other) == [("anna",)]


def test_a_backup_is_restored_in_the_place_of_a_newer_versions_database(archive: Path, other: Installation) -> None:
    """Its tables refer to ours and must go with what they refer to, or the next upgrade would meet them again."""
    other.python(NEWER)
    assert other.rows("SELECT count(*) FROM reports_tomorrow") == [(0,)]
    assert "newer version" in other.command("users", "list").stderr
    other.ok("restore", str(archive), "--yes")
    other.ok("users", "list")
    assert people(other) == [("anna",)]
    assert other.python(NEWER).strip() == "True"


def test_a_secret_key_that_could_not_open_the_stored_keys_is_refused(archive: Path) -> None:
    with installation(empty=True, STAFFETTA_SECRET_KEY="another one, long enough to be taken") as other:
        refused = other.command("restore", str(archive))
        assert refused.returncode == 1
        assert "STAFFETTA_SECRET_KEY" in refused.stderr
