"""Trees of rules: what is taken, what is refused and where, what breaks later, and how rules are told in words."""

from typing import Any

import pytest
from django.utils import translation

from staffetta.contacts.audiences.rule_words import FAULTS, fault_text, sentence
from staffetta.contacts.audiences.rules import CONDITIONS, GONE, Known, KnownField, WrongRules, read, stored
from staffetta.contacts.wording import REJECT_REASONS

CITY = {"about": "field", "field": "citta", "is": "is", "value": " Torino "}
KNOWN = Known(
    {
        "citta": KnownField("text"),
        "saldo": KnownField("number"),
        "nascita": KnownField("date"),
        "colore": KnownField("choice", ("rosso", "blu")),
    },
    lists=frozenset({7}),
    imports=frozenset({3}),
    channels=frozenset({"24001"}),
)


def tree(*rules: object, match: str = "all") -> dict[str, Any]:
    return {"version": 1, "match": match, "rules": list(rules)}


def faults(told: object) -> list[tuple[tuple[int, ...], str]]:
    with pytest.raises(WrongRules) as wrong:
        read(told, KNOWN)
    for fault in wrong.value.faults:
        assert fault.code in FAULTS or fault.code in REJECT_REASONS
        assert fault_text(fault) != fault.code
    return [(fault.path, fault.code) for fault in wrong.value.faults]


def test_rules_are_kept_in_one_form() -> None:
    number = {"about": "field", "field": "saldo", "is": "between", "value": "1,5", "to": 20}
    day = {"about": "field", "field": "nascita", "is": "before", "value": "31/12/1999"}
    consent = {"about": "consent", "is": "yes"}
    told = stored(read(tree(CITY, {"match": "none", "rules": [number, day]}, consent), KNOWN))
    assert told == {
        "version": 1,
        "match": "all",
        "rules": [
            {"about": "field", "field": "citta", "is": "is", "value": "Torino"},
            {
                "match": "none",
                "rules": [
                    {"about": "field", "field": "saldo", "is": "between", "value": "1.5", "to": "20"},
                    {"about": "field", "field": "nascita", "is": "before", "value": "1999-12-31"},
                ],
            },
            {"about": "consent", "is": "yes", "platform": "whatsapp", "purpose": "marketing"},
        ],
    }


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"about": "field", "field": "andata", "is": "is", "value": "x"}, "unknown_field"),
        ({"about": "weather", "is": "is"}, "unknown_about"),
        ({**CITY, "is": "more"}, "unknown_operator"),
        ({**CITY, "value": "  "}, "no_value"),
        ({**CITY, "value": "a\0"}, "no_value"),
        ({**CITY, "value": {"x": 1}}, "no_value"),
        ({"about": "field", "field": "saldo", "is": "less", "value": "tanto"}, "not_a_number"),
        ({"about": "field", "field": "saldo", "is": "between", "value": "10", "to": "9"}, "wrong_order"),
        ({"about": "field", "field": "nascita", "is": "on", "value": "ieri"}, "not_a_date"),
        ({"about": "field", "field": "nascita", "is": "on", "value": "0001-01-01"}, "absurd_year"),
        ({"about": "field", "field": "nascita", "is": "last_days", "value": "-1"}, "not_days"),
        ({"about": "field", "field": "nascita", "is": "last_days", "value": True}, "not_days"),
        ({"about": "field", "field": "nascita", "is": "last_days", "value": "99999"}, "not_days"),
        ({"about": "field", "field": "colore", "is": "any_of", "values": []}, "no_value"),
        ({"about": "field", "field": "colore", "is": "any_of", "values": ["verde"]}, "unknown_choice"),
        ({"about": "consent", "is": "yes", "platform": "fax"}, "unknown_platform"),
        ({"about": "consent", "is": "yes", "purpose": "fun"}, "unknown_purpose"),
        ({"about": "list", "is": "in", "value": 8}, "unknown_list"),
        ({"about": "import", "is": "in", "value": "x"}, "unknown_import"),
        ({"about": "channel", "is": "written", "value": "1"}, "unknown_channel"),
        ("Torino", "not_a_rule"),
    ],
)
def test_a_wrong_condition_says_what_is_wrong_and_where(condition: object, code: str) -> None:
    assert faults(tree(CITY, {"match": "any", "rules": [condition]})) == [((1, 0), code)]


def test_a_wrong_tree_is_refused_as_a_whole() -> None:
    assert faults(None) == [((), "not_rules")]
    assert faults({"rules": "all"}) == [((), "not_rules")]
    assert faults({**tree(CITY), "version": 2}) == [((), "unknown_version")]
    assert faults(tree()) == [((), "empty_group")]
    assert faults(tree(CITY, match="some")) == [((), "unknown_match")]
    assert faults(tree(*[CITY] * (CONDITIONS + 1))) == [((), "too_many")]
    assert faults(tree(tree(tree(tree(CITY))))) == [((0, 0, 0), "too_deep")]
    deep: dict[str, Any] = tree(CITY)
    for _level in range(5000):
        deep = tree(deep)
    assert faults(deep) == [((0, 0, 0), "too_deep")]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert faults(tree({"about": "list", "is": "in"}, CITY, {"match": "all", "rules": []})) == [
        ((0,), "no_value"),
        ((2,), "empty_group"),
    ]


def test_what_breaks_from_outside_is_told_from_what_was_typed_wrong() -> None:
    gone = [{"about": "list", "is": "in", "value": 8}, {"about": "field", "field": "x", "is": "empty"}]
    assert {code for _path, code in faults(tree(*gone))} <= GONE


@pytest.mark.django_db
def test_rules_are_told_in_words() -> None:
    seen = {"about": "sent", "is": "before_days", "value": 30, "platform": "whatsapp"}
    group = {"match": "any", "rules": [CITY, {"about": "field", "field": "saldo", "is": "more", "value": "10"}]}
    consent = {"about": "consent", "is": "no", "purpose": "service"}
    rules = read(tree(group, seen, {"match": "none", "rules": [consent]}), KNOWN)
    with translation.override("it"):
        told = sentence(rules)
    assert told == (
        "(citta è «Torino» o saldo è maggiore di «10») e Ultimo messaggio inviato WhatsApp più di 30 giorni fa "
        "e (nessuna di queste: Opt-in WhatsApp (servizio) No)"
    )
