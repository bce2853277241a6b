"""The language of help, which is translated without Django."""

from pathlib import Path

import pytest

from staffetta.cli import main as command_line
from staffetta.cli.parsers.translation import SHIPPED
from tests.cli.commands import texts_of
from tests.journeys import pseudo
from tests.processes import installation


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", "elenca i canali"),
        ("it", "elenca i canali"),
        ("en", "list the channels"),
        ("tlh", "elenca i canali"),  # help is always given, whatever is set
    ],
)
def test_help_speaks_the_language_of_the_installation(
    language: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAFFETTA_LANGUAGE", language)
    with pytest.raises(SystemExit) as ended:
        command_line.main(["channels", "--help"])
    assert ended.value.code == 0
    assert text in capsys.readouterr().out


def test_a_language_that_cannot_be_used_is_told_when_a_command_runs() -> None:
    with installation(empty=True, STAFFETTA_LANGUAGE="tlh") as staffetta:
        assert staffetta.command("channels", "--help").returncode == 0
        done = staffetta.command("channels", "list")
    assert done.returncode == 1
    assert done.stderr == "STAFFETTA_LANGUAGE is set to something Staffetta cannot use: one of it, en is wanted\n"


def test_own_wording_wins_and_no_text_of_help_escapes_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "it" / "LC_MESSAGES" / "django.mo"
    place.parent.mkdir(parents=True)
    keys = [key for key in pseudo.messages_of(SHIPPED / "it" / "LC_MESSAGES" / "django.mo") if key]
    place.write_bytes(pseudo.compiled({b"": pseudo.HEADER, **{key: pseudo.bracketed(key) for key in keys}}))
    monkeypatch.setenv("STAFFETTA_LOCALE_DIR", str(tmp_path))
    texts = list(texts_of(command_line.parser()))
    assert len(texts) > 100
    assert [text for text in texts if not text.startswith(pseudo.OPEN)] == []


def test_own_wording_of_one_text_leaves_the_others_as_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "it" / "LC_MESSAGES" / "django.mo"
    place.parent.mkdir(parents=True)
    place.write_bytes(pseudo.compiled({b"": pseudo.HEADER, b"list the channels": b"i nostri canali"}))
    monkeypatch.setenv("STAFFETTA_LOCALE_DIR", str(tmp_path))
    texts = list(texts_of(command_line.parser()))
    assert "i nostri canali" in texts
    assert "elenca i template di un canale, una riga per lingua" in texts


def test_a_catalogue_that_cannot_be_read_takes_no_help_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "it" / "LC_MESSAGES" / "django.mo"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"no catalogue")
    monkeypatch.setenv("STAFFETTA_LOCALE_DIR", str(tmp_path))
    assert "elenca i canali" in list(texts_of(command_line.parser()))
