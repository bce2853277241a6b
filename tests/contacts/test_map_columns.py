"""Columns: guessed by their heading, checked before use."""

import pytest

from staffetta.contacts.imports.map_columns import WrongMapping, check, consent_like, field_name, guess_targets


def test_headings_are_recognised_in_italian_and_english() -> None:
    columns = ["NOME", "Cognome ", "Numero di telefono", "Telegram_ID", "Città", "E-mail", "Opt-in WhatsApp"]
    assert guess_targets(columns, {"citta": "Città"}) == {
        "NOME": "first_name",
        "Cognome ": "last_name",
        "Numero di telefono": "phone",
        "Telegram_ID": "telegram_id",
        "Città": "citta",
    }
    english = ["First Name", "surname", "Mobile phone", "language"]
    assert list(guess_targets(english, {}).values()) == ["first_name", "last_name", "phone", "language"]


def test_of_two_likely_columns_the_first_is_taken() -> None:
    assert guess_targets(["Telefono", "Cellulare"], {}) == {"Telefono": "phone"}


def test_a_likely_consent_column_is_pointed_at() -> None:
    assert consent_like(["Nome", "optin_whatsapp"]) == "optin_whatsapp"
    assert consent_like(["Nome", "WhatsApp"]) == ""


@pytest.mark.parametrize(
    ("heading", "taken", "name"),
    [("Città", (), "citta"), ("Città", ("citta",), "citta_2"), ("Phone", (), "phone_2"), ("日本", (), "field")],
)
def test_names_of_new_fields(heading: str, taken: tuple[str, ...], name: str) -> None:
    assert field_name(heading, taken) == name


@pytest.mark.parametrize(
    ("mapping", "consent", "code"),
    [
        ({"Nome": "first_name"}, "", "no_identity"),
        ({"Nome": "phone", "Tel": "phone"}, "", "target_twice"),
        ({"Altro": "phone"}, "", "unknown_column"),
        ({"Tel": "phone"}, "Altro", "unknown_column"),
        ({"Tel": "phone", "Nome": "Nome Proprio"}, "", "unknown_target"),
        ({"Tel": "phone", "Nome": "__proto__"}, "", "unknown_target"),
        ({"Tel": "phone"}, "Tel", "consent_column_mapped"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(mapping: dict[str, str], consent: str, code: str) -> None:
    with pytest.raises(WrongMapping) as refused:
        check(mapping, ["Nome", "Tel"], consent)
    assert refused.value.code == code
