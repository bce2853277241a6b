"""Settings from the environment: what cannot be understood is named in one line, before anything starts."""

from pathlib import Path

import pytest

from staffetta.config import environment
from staffetta.config.environment import WrongSetting

NAME = "STAFFETTA_TRIED"


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: environment.number(NAME, 1), "many"),
        (lambda: environment.number(NAME, 1), "-1"),
        (lambda: environment.number(NAME, 1), "nan"),
        (lambda: environment.flag(NAME), "maybe"),
        (lambda: environment.one_of(NAME, ("it", "en")), "fr"),
        (lambda: environment.address(NAME), "rest.messengerpeople.com"),
        (lambda: environment.address(NAME), "https://"),
        (lambda: environment.day(NAME, ""), "31/12/2026"),
        (lambda: environment.time_zone(NAME, "Europe/Rome"), "Europe/Nowhere"),
        (lambda: environment.time_zone(NAME, "Europe/Rome"), "../etc"),
        (lambda: environment.secret(NAME, 16), "x"),
        (lambda: environment.kept_secret(Path("nowhere"), NAME), "x" * 31),
    ],
)
def test_what_cannot_be_understood_is_named(read: object, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, value)
    assert callable(read)
    with pytest.raises(WrongSetting, match=NAME):
        read()


def test_a_variable_set_to_nothing_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " ")
    assert environment.number(NAME, 80) == 80
    assert environment.one_of(NAME, ("it", "en")) == "it"
    assert environment.address(NAME, "https://example.org/") == "https://example.org"
    assert environment.time_zone(NAME, "Europe/Rome") == "Europe/Rome"


def test_no_day_at_all_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "")
    assert environment.day(NAME, "2026-12-31") == ""
    monkeypatch.delenv(NAME)
    assert environment.day(NAME, "2026-12-31") == "2026-12-31"


@pytest.mark.parametrize("kept", ["", "\n", "abc", "x" * 31])
def test_an_empty_or_cut_off_file_of_the_secret_key_is_refused(kept: str, tmp_path: Path) -> None:
    """Signing with it would let everybody in, and the stored API Keys could not be read."""
    file = tmp_path / "secret-key"
    file.write_text(kept)
    with pytest.raises(WrongSetting, match="secret-key, is empty or too short"):
        environment.kept_secret(tmp_path, NAME)
    assert file.read_text() == kept


def test_a_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = environment.kept_secret(tmp_path, NAME)
    assert len(made) >= 60
    assert environment.kept_secret(tmp_path, NAME) == made
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
