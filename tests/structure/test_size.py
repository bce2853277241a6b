"""Small files, short lines, and a project that speaks of itself alone."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
LONGEST_LINE = 120
READ_BY_PEOPLE = {".py", ".html", ".css", ".js", ".sh", ".toml"}
MADE_BY_OTHERS = ("vendor", "migrations", "node_modules")


def kept_files() -> list[Path]:
    """Return what is under version control or about to be: code and templates written here."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def written_here() -> list[Path]:
    return [
        path
        for path in kept_files()
        if path.suffix in READ_BY_PEOPLE
        and not any(part in MADE_BY_OTHERS for part in path.parts)
        and not path.name.endswith(".min.js")
        and not path.name.endswith(".min.css")
    ]


def test_no_file_is_longer_than_a_person_reads() -> None:
    assert not [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in written_here()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]


def test_no_line_is_longer_than_a_screen() -> None:
    assert not [
        f"{path.relative_to(ROOT)}:{number}"
        for path in written_here()
        if path.suffix in {".py", ".sh", ".toml"}
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]


def test_the_lock_holds_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert "--hash=sha256:" in lock
