"""The columns that migrations make are those that the database has, and those that its copy has."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from staffetta.work.database import fingerprint, table_columns


@pytest.mark.django_db
def test_a_database_made_by_the_migrations_has_the_columns_they_make() -> None:
    wanted = table_columns.made_by(fingerprint.applied())
    assert "contacts_contact" in wanted
    assert table_columns.differences(table_columns.of_database(), wanted) == []


@pytest.mark.django_db
def test_another_type_and_another_null_are_differences() -> None:
    found = table_columns.of_database()
    wanted = {"work_lease": dict(found["work_lease"])}
    wanted["work_lease"]["holder"] += " null"
    wanted["work_lease"]["fence"] = "text"
    assert table_columns.differences(found, wanted) == ["work_lease.fence", "work_lease.holder"]


@pytest.mark.django_db
def test_a_digest_belongs_to_each_migration_of_ours_and_to_no_other() -> None:
    assert fingerprint.applied() == fingerprint.ours().keys()
    for name, digest in fingerprint.ours().items():
        assert bool(digest) == (name.partition(".")[0] in fingerprint.rooms()), name
    assert fingerprint.differing({"work.0001_initial": "x", "auth.0001_initial": "", "work.9": "x"}) == [
        "work.0001_initial"
    ]
    assert fingerprint.unknown({"work.0001_initial", "work.9"}) == ["work.9"]


@pytest.mark.django_db(transaction=True)
def test_a_copy_has_the_columns_of_its_database(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    if connection.vendor == "postgresql":
        if not shutil.which("pg_dump"):
            pytest.skip("pg_dump is not installed")
        subprocess.run(["pg_dump", "--format=custom", f"--file={copy}", url_of_database()], check=True)
    else:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
    wanted = table_columns.made_by(fingerprint.applied())
    assert table_columns.differences(table_columns.of_copy(copy), wanted) == []


def url_of_database() -> str:
    known = connection.settings_dict
    return f"postgresql://{known['USER']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
