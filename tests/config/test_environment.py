"""Settings from the environment: what cannot be understood is named in one line, before anything starts."""

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
