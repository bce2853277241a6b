"""What a kill or a full disk leaves behind holds people: it is removed, and nothing that anybody uses is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.processes import ROOT, Installation, installation, wait_until

pytestmark = pytest.mark.crash

FILLER = {
    True: "CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) "
    "SELECT randomblob(1000000) AS piece FROM n",
    False: "CREATE TABLE filler AS SELECT md5(random()::text) AS piece FROM generate_series(1, 800000)",
}
"""What makes a backup last long enough to be killed in the middle; by whether it is SQLite."""
ACCEPT = """
import sys
from staffetta.contacts.imports.import_file import accept
with open(sys.argv[1], "rb") as file:
    accept(file, "people.csv", None)
"""
ACCEPT_LIMITED = """
import resource, signal, sys
from staffetta.contacts.imports.import_file import accept
from staffetta.contacts.files.read_csv import BadFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if sys.argv[2] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
try:
    with open(sys.argv[1], "rb") as file:
        accept(file, "people.csv", None)
except BadFile as bad:
    print(bad.code)
"""
REMOVE = "from staffetta.work.backups import leftovers\nprint(leftovers.remove())"


@pytest.fixture
def staffetta() -> Iterator[Installation]:
    with installation() as made:
        made.ok("users", "list")  # the folder, and the database as it is today
        yield made


@pytest.fixture
def large(staffetta: Installation) -> Installation:
    staffetta.rows(FILLER[staffetta.on_sqlite])
    return staffetta


def held_by(staffetta: Installation) -> list[Path]:
    """Return the files of people that lie in the data folder on the way to something else."""
    return [path for path in (staffetta.data / "scratch").rglob("*") if path.is_file() and path.suffix != ".lock"]


def partials(staffetta: Installation) -> list[Path]:
    return [path for path in staffetta.folder.glob(".*.partial") if path.stat().st_size]


@pytest.mark.parametrize("moment", ["the database is copied", "the file is written"])
def test_a_killed_backup_leaves_a_copy_of_the_database_that_the_next_start_removes(
    large: Installation, moment: str
) -> None:
    running = large.start_command("backup", str(large.folder / "a.tar.gz"))
    looked_at = held_by if moment == "the database is copied" else partials
    wait_until(lambda: looked_at(large), every=0.001)
    running.kill()
    assert held_by(large)
    worker = large.start_worker()
    assert not held_by(large)
    assert not partials(large)
    worker.stop()


def test_a_killed_backup_is_cleaned_up_by_the_next_one(large: Installation) -> None:
    running = large.start_command("backup", str(large.folder / "a.tar.gz"))
    wait_until(lambda: partials(large), every=0.001)
    running.kill()
    large.ok("backup", str(large.folder / "b.tar.gz"))
    assert not held_by(large)
    assert not partials(large)


def test_a_killed_restore_leaves_nothing_either(large: Installation) -> None:
    large.ok("backup", str(large.folder / "a.tar.gz"))
    running = large.start_command("restore", str(large.folder / "a.tar.gz"), "--yes")
    wait_until(lambda: held_by(large), every=0.001)
    running.kill()
    large.python(REMOVE)
    assert not held_by(large)


def test_a_backup_under_way_is_safe_from_starts_sweeps_and_other_backups(large: Installation) -> None:
    running = large.start_command("backup", str(large.folder / "a.tar.gz"))
    wait_until(lambda: partials(large), every=0.001)
    running.send(signal.SIGSTOP)
    there = held_by(large) + partials(large)
    large.python(REMOVE)
    large.ok("backup", str(large.folder / "b.tar.gz"))
    assert all(path.exists() for path in there)
    running.send(signal.SIGCONT)
    assert running.popen.wait(60) == 0, running.log
    large.ok("restore", str(large.folder / "a.tar.gz"), "--yes")


def test_folders_of_earlier_versions_go_after_a_day_and_what_somebody_put_there_stays(staffetta: Installation) -> None:
    stale, fresh, own = (staffetta.data / name for name in ("backup-a1b2c3d4", "restore-a1b2c3d4", "backup-20261122"))
    for folder, name in ((stale, "database"), (fresh, "database"), (own, "notes.txt")):
        folder.mkdir()
        (folder / name).write_text("people")
    for path in (stale / "database", stale, own / "notes.txt", own):
        grown_old(path, 90_000)
    staffetta.python(REMOVE)
    assert [folder.exists() for folder in (stale, fresh, own)] == [False, True, True]


def table(folder: Path, megabytes: int) -> Path:
    file = folder / "people.csv"
    row = f"Anna,+393470000001,{'x' * 900}\n"
    file.write_text("Nome,Telefono,Nota\n" + row * (megabytes * 1_000_000 // len(row)))
    return file


def stored(staffetta: Installation) -> list[Path]:
    return list((staffetta.data / "files" / "imports").glob("*"))


def grown_old(path: Path, seconds: float = 7200) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


@contextmanager
def no_row_gets_in(staffetta: Installation) -> Iterator[None]:
    """Hold the lock that a new import's row needs."""
    if staffetta.on_sqlite:
        code = "import sqlite3, sys, time\nlink = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        code += "link.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\ntime.sleep(60)"
        database = str(staffetta.data / "staffetta.sqlite3")
        with subprocess.Popen([sys.executable, "-c", code, database], stdout=subprocess.PIPE) as holder:
            assert holder.stdout
            holder.stdout.readline()
            yield
            holder.kill()
        return
    with psycopg.connect(staffetta.database_url) as link:
        link.execute("LOCK TABLE contacts_import IN EXCLUSIVE MODE")
        yield
        # The server does not notice that whoever waits was killed, and would still write the row.
        link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                     "AND pid <> pg_backend_pid()")  # fmt: skip


def test_an_upload_killed_before_its_row_is_written_leaves_a_file_that_a_later_start_removes(
    staffetta: Installation,
) -> None:
    source = table(staffetta.folder, 1)
    with no_row_gets_in(staffetta):
        running = staffetta.start_python(ACCEPT, str(source))
        wait_until(lambda: stored(staffetta) and stored(staffetta)[0].stat().st_size == source.stat().st_size)
        time.sleep(0.2)
        running.kill()
    [left] = stored(staffetta)
    staffetta.python(ACCEPT, str(source))
    [named] = [path for path in stored(staffetta) if path != left]
    somebody = left.with_name("notes.csv")
    somebody.write_text("not ours")
    staffetta.python(REMOVE)
    assert left.exists(), "a file that was just written may be an upload under way"
    for path in (left, named, somebody):
        grown_old(path)
    worker = staffetta.start_worker()
    assert sorted(stored(staffetta)) == sorted([named, somebody])
    worker.stop()


@contextmanager
def tiny_disk(folder: Path) -> Iterator[None]:
    """Mount three megabytes; skip where this may not be done."""
    folder.mkdir(parents=True)
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=False, cwd=ROOT)
    except FileNotFoundError:
        pytest.skip("no mount")
    if done.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_an_upload_onto_a_full_disk_says_so_and_leaves_no_file(staffetta: Installation) -> None:
    with tiny_disk(staffetta.data / "files" / "imports"):
        told = staffetta.python(ACCEPT_LIMITED, str(table(staffetta.folder, 5)), "disk")
        assert (told.strip(), stored(staffetta)) == ("no_room", [])
    assert staffetta.rows("SELECT count(*) FROM contacts_import") == [(0,)]


def test_an_upload_longer_than_a_file_may_be_leaves_none(staffetta: Installation) -> None:
    told = staffetta.python(ACCEPT_LIMITED, str(table(staffetta.folder, 5)), "limit")
    assert (told.strip(), stored(staffetta)) == ("no_room", [])
