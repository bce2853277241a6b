"""STOP in the words of people, and the forms of one number."""

import pytest

from staffetta.contacts.equivalents import equivalents
from staffetta.events.stop_words import is_stop


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", " Stop!! ", "🛑 stop", "Basta", "cancellami", "Annulla iscrizione", "annulla  ISCRIZIONE",
     "/stop", "Unsubscribe", "Arrêt", "arret", "ALTO", "baja", "dar de baja", "Abmelden", "stopp",
     "désabonner", "opt-out"],
)  # fmt: skip
def test_it_is_a_stop(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize(
    "text", ["", "🛑", "ok", "non stop", "basta così poco?", "Ci vediamo alla fermata, stop Garibaldi", "start", "sì"]
)
def test_it_is_no_stop(text: str) -> None:
    assert not is_stop(text)


@pytest.mark.parametrize(
    ("digits", "also"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "5511987654321"),
        ("5215512345678", "525512345678"),
        ("525512345678", "5215512345678"),
        ("5491123456789", "541123456789"),
        ("541123456789", "5491123456789"),
    ],
)
def test_a_number_has_the_forms_of_its_country(digits: str, also: str) -> None:
    assert equivalents(digits) == {digits, also}


def test_an_italian_number_has_one_form() -> None:
    assert equivalents("393331234567") == {"393331234567"}
