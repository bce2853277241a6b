"""One closed list of reasons, worded in both languages, each with what to do and who acts."""

from pathlib import Path

import pytest
from django.utils import translation

from staffetta.deliveries.ledger.reasons import REASONS, Actor, words_of
from staffetta.deliveries.ledger.retry_table import TABLE
from staffetta.deliveries.whatsapp_words import WORDS, known_in

ALL = {**REASONS, **{f"WhatsApp {code}": words for code, words in WORDS.items()}}


@pytest.mark.parametrize("code", ALL)
def test_a_reason_is_worded_in_both_languages_with_its_remedy_and_who_acts(code: str) -> None:
    told = {}
    for language in ("it", "en"):
        with translation.override(language):
            told[language] = [str(ALL[code].what), str(ALL[code].remedy), str(ALL[code].actor)]
    assert all(english != italian for english, italian in zip(told["en"], told["it"], strict=True))
    for what, remedy, _who in told.values():
        assert not what.endswith("."), "a heading"
        assert remedy.endswith("."), "a sentence"
    assert ALL[code].who in Actor


def test_each_row_of_the_retry_table_has_words() -> None:
    assert set(TABLE) <= set(REASONS)


def test_a_code_that_nobody_knows_is_told_as_unknown() -> None:
    with translation.override("it"):
        assert str(words_of("boh").what) == "Motivo sconosciuto"


@pytest.mark.parametrize(
    ("code", "reason", "found"),
    [
        ("131026", "", "131026"),
        ("#131026", "", "131026"),
        ("400", "(#132015) Template is Paused", "132015"),
        ("400", "number +393331310261", None),
        ("400", "131099 is not in the list", None),
        ("", "", None),
    ],
)
def test_only_what_can_be_nothing_else_counts_as_a_code_of_whatsapp(code: str, reason: str, found: str | None) -> None:
    known = known_in(code, reason)
    assert (known.code if known else None) == found


def test_whatsapps_codes_decide_nothing() -> None:
    """Only pages read them: neither what sends nor what records knows the module."""
    room = Path(__file__).parents[2] / "src" / "staffetta" / "deliveries"
    users = {file.name for file in room.rglob("*.py") if "whatsapp_words" in file.read_text(encoding="utf-8")}
    assert users == {"people.py"}
