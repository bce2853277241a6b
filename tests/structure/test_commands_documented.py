"""docs/reference/command-line.md lists every command with all it takes: it is written by the parser itself."""

from pathlib import Path

import pytest

from tools import commands

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "command-line.md"


def test_the_page_is_what_the_parser_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == commands.page(), "run: .venv/bin/python -m tools.commands"


def test_the_page_is_english_whatever_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFFETTA_LANGUAGE", "it")
    assert commands.page() == PAGE.read_text(encoding="utf-8")
