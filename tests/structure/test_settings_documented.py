"""docs/reference/settings.md lists every setting the code reads, and only those."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"STAFFETTA_[A-Z_]*[A-Z]")
NOT_SETTINGS = {
    "STAFFETTA_PARENT",  # said by `staffetta run` to the processes it starts
    "STAFFETTA_TOKEN",  # in the example of a call, on a page
}


def read_in_the_code() -> set[str]:
    sources = (path.read_text() for path in (ROOT / "src" / "staffetta").rglob("*.py"))
    return {name for source in sources for name in NAME.findall(source)} - NOT_SETTINGS


def documented() -> list[str]:
    """Return the names in the first column of the table."""
    lines = (ROOT / "docs" / "reference" / "settings.md").read_text().splitlines()
    return [name for line in lines if line.startswith("|") for name in NAME.findall(line.split("|")[1])]


def test_every_setting_is_documented_once_and_nothing_else_is() -> None:
    assert sorted(documented()) == sorted(read_in_the_code())


def test_the_code_does_read_settings() -> None:
    assert {"STAFFETTA_DATA_DIR", "STAFFETTA_SEND_PACE", "STAFFETTA_MAIL_HOST"} <= read_in_the_code()
