"""What must be right before the platform starts, and log lines without keys."""

import io
import logging
import os
from pathlib import Path

import pytest

from staffetta.config import checks
from staffetta.config.logs import RedactingFormatter, redacted

KEY = "0123456789abcdef0123456789abcdef_12345_abcdef0123456789abcdef"


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(checks.NotReady, match=str(tmp_path / "file" / "data")):
        checks.check_folder(tmp_path / "file" / "data")


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    checks.check_folder(tmp_path)
    assert os.listdir(tmp_path) == []  # noqa: PTH208  (names only)


def test_a_profile_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(checks.NotReady, match="STAFFETTA_ENGAGE_PROFILE"):
        checks.check_profile(str(tmp_path / "none.toml"))
    checks.check_profile("")


@pytest.mark.parametrize(("kind", "warned"), [("nfs4", True), ("ext4", False)])
def test_the_kind_of_a_file_system_is_found_by_its_nearest_mount(tmp_path: Path, kind: str, warned: bool) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext3 rw 0 0\nserver:/x /mnt/with\\040blank {kind} rw 0 0\n")
    found = checks.file_system_of(Path("/mnt/with blank/data"), mounts)
    assert found == kind
    assert (found in checks.NETWORK_FILE_SYSTEMS) is warned


def test_where_the_system_does_not_tell_nothing_is_warned_of(tmp_path: Path) -> None:
    assert checks.file_system_of(tmp_path, tmp_path / "none") == ""


@pytest.mark.parametrize(
    "line",
    [f"GET /user?apikey={KEY}&limit=1", f"{{'apikey': '{KEY}'}}", '{"apikey": "odd-form"}', f"key {KEY.upper()}"],
)
def test_a_log_line_holds_no_key(line: str) -> None:
    said = redacted(line).lower()
    assert KEY[:32] not in said
    assert KEY[-20:] not in said
    assert "odd-form" not in said


def test_a_traceback_in_the_log_holds_no_key() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(RedactingFormatter("{message}", style="{"))
    logger = logging.Logger("trial")  # noqa: LOG001  (kept apart from the suite's own loggers)
    logger.addHandler(handler)
    try:
        raise ValueError(f"no answer from https://host/user?apikey={KEY}")
    except ValueError:
        logger.exception("failed")
    assert "ValueError" in out.getvalue()
    assert KEY[:32] not in out.getvalue()
