"""Whatever goes wrong with a key, on the page and on the command line, in both languages: told, and nothing changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import User
from staffetta.channels.models import Channel, CustomerField, Exchange, Refresh, Template, TemplateVariant
from staffetta.channels.wording import problem_text
from staffetta.cli.main import main
from tests.channels.conftest import ASSISTENZA, EVENTI, NOVITA, Connected
from tests.wire import refused_port

type Prepare = Callable[[Engage, Settings], str]
"""Sets the fault and returns the key that is typed."""


def fault(kind: str, **more: Any) -> Prepare:
    def prepare(engage: Engage, settings: Settings) -> str:
        engage.fault(kind, **more)
        return engage.key(NOVITA)

    return prepare


def wrong(engage: Engage, settings: Settings) -> str:
    return engage.key(NOVITA)[:-1]


def revoked(engage: Engage, settings: Settings) -> str:
    key = engage.key(NOVITA)
    engage.revoke_key(NOVITA)
    return key


def foreign(engage: Engage, settings: Settings) -> str:
    return "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"


def malformed(engage: Engage, settings: Settings) -> str:
    return "la chiave di Anna"


def doubled(engage: Engage, settings: Settings) -> str:
    return engage.key(ASSISTENZA)


def another(engage: Engage, settings: Settings) -> str:
    return engage.regenerate_key(ASSISTENZA)


def down(engage: Engage, settings: Settings) -> str:
    key = engage.key(NOVITA)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    return key


def slow(engage: Engage, settings: Settings) -> str:
    settings.READ_TIMEOUT = 0.3
    engage.fault("latency", ms=2000)
    return engage.key(NOVITA)


MATRIX: dict[str, tuple[Prepare, str]] = {
    "wrong": (wrong, "key_refused"),
    "revoked": (revoked, "key_refused"),
    "foreign": (foreign, "unusual_key"),
    "malformed": (malformed, "malformed_key"),
    "doubled": (doubled, "same_key"),
    "another key of a connected channel": (another, "already_connected"),
    "provider down": (down, "unreachable"),
    "slow": (slow, "timed_out"),
    "cut off": (fault("reset"), "cut_off"),
    "HTML": (fault("html"), "bad_answer"),
    "429": (fault("rate_limit", retry_after=30), "too_fast"),
    "500": (fault("answer", status=500, code=500, reason="Internal error"), "server_fault"),
    "200 with an error code": (fault("answer", status=200, code=423, reason="Locked"), "refused"),
}
LANGUAGES = pytest.mark.parametrize("language", ["it", "en"])


def stored() -> list[object]:
    """Everything this room keeps, as values (the log of API calls apart, which may grow)."""
    tables = (Channel, Template, TemplateVariant, CustomerField, Refresh)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def words(code: str, language: str) -> str:
    with translation.override(language):
        names = {"channel": "Assistenza clienti", "other": ""}
        return problem_text(code, **names).what


@pytest.fixture
def before(connected: Connected) -> Iterator[list[object]]:
    """The state before, with one connected channel, which must also be the state after."""
    connected()
    Refresh.objects.update(dismissed_at=None)
    was = stored()
    yield was
    assert stored() == was


class Case(NamedTuple):
    """A key that was typed into an account prepared for it, and the code of what must be told."""

    typed: str
    code: str


@pytest.fixture(params=MATRIX.values(), ids=list(MATRIX))
def case(request: pytest.FixtureRequest, before: list[object], engage: Engage, settings: Settings) -> Case:
    prepare, code = request.param
    return Case(prepare(engage, settings), code)


def speak(user: User, language: str) -> None:
    user.language = language
    user.save()


@LANGUAGES
def test_the_page_says_what_it_was_and_never_shows_what_was_typed(
    case: Case, administrator: User, as_administrator: Client, language: str
) -> None:
    speak(administrator, language)
    typed = f" {case.typed}"
    answer = as_administrator.post(reverse("channels:connect"), {"api_key": typed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words(case.code, language) in text
    assert {"it": "Non è stato salvato nulla.", "en": "Nothing was saved."}[language] in text
    assert case.typed not in text
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_reloading_only_the_words_come_and_the_key_is_not_echoed(case: Case, as_administrator: Client) -> None:
    answer = as_administrator.post(reverse("channels:connect"), {"api_key": case.typed}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert words(case.code, "it") in text
    assert case.typed not in text
    assert "<html" not in text


@LANGUAGES
def test_the_command_line_says_the_same_and_ends_with_1(
    case: Case, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    settings.LANGUAGE_CODE = language
    file = tmp_path / "key"
    file.write_text(f"{case.typed}\n")
    assert main(["channels", "connect", "--key-file", str(file)]) == 1
    said = capsys.readouterr()
    assert words(case.code, language) in said.err
    assert said.out == ""


@LANGUAGES
def test_a_key_in_the_row_of_another_channel_names_both_on_the_page(
    before: list[object], engage: Engage, administrator: User, as_administrator: Client, language: str
) -> None:
    speak(administrator, language)
    row = Channel.objects.get(provider_id=NOVITA)
    answer = as_administrator.post(reverse("channels:connect_row", args=[row.pk]), {"api_key": engage.key(EVENTI)})
    expected = {
        "it": "Questa chiave API è di Bot eventi, non di Novità e offerte.",
        "en": "This API Key belongs to Bot eventi, not to Novità e offerte.",
    }
    assert expected[language] in answer.content.decode()


def test_an_already_connected_channel_offers_to_replace_the_key_on_the_page(
    before: list[object], engage: Engage, as_administrator: Client
) -> None:
    answer = as_administrator.post(reverse("channels:connect"), {"api_key": engage.regenerate_key(ASSISTENZA)})
    text = answer.content.decode()
    assert "Sostituisci API Key di Assistenza clienti" in text
    assert 'name="replace"' in text


def test_a_key_file_that_does_not_exist_is_told(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "connect", "--key-file", "/nowhere/key"]) == 1
    assert "Il file della API Key non si può leggere" in capsys.readouterr().err


def test_failures_of_a_connected_channel_are_in_the_log_of_api_calls(engage: Engage, connected: Connected) -> None:
    from staffetta.channels.refreshing import ask, refresh

    channel = connected()
    engage.fault("html")
    refresh.run(ask.ask(channel).pk)
    last = Exchange.objects.latest("id")
    assert (last.error, last.status) == ("bad_answer", 200)
