"""What has changed in a template since it was accepted, in words."""

from staffetta.communications.difference import differences

OLD = {
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Ciao {{1}}"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Guarda", "url": "https://example.com/{{1}}"}]},
    ],
    "variables": [{"key": "1", "component": "body"}],
    "category": "UTILITY",
    "language": "it",
}


def test_the_same_contract_differs_in_nothing() -> None:
    assert differences(OLD, OLD) == []
    assert differences({}, {}) == []


def test_each_part_that_differs_is_told_with_before_and_after() -> None:
    new = {
        **OLD,
        "components": [{"type": "BODY", "text": "Salve {{1}} {{2}}"}, {"type": "FOOTER", "text": "STOP"}],
        "variables": [{"key": "1", "component": "body"}, {"key": "2", "component": "body"}],
        "category": "MARKETING",
    }
    told = [(str(row.what), row.before, row.after) for row in differences(OLD, new)]
    assert told == [
        ("Intestazione", "IMAGE", ""),
        ("Testo", "Ciao {{1}}", "Salve {{1}} {{2}}"),
        ("Piè di pagina", "", "STOP"),
        ("Pulsanti", "Guarda https://example.com/{{1}}", ""),
        ("Variabili", "1", "1, 2"),
        ("Categoria", "UTILITY", "MARKETING"),
    ]


def test_nothing_known_of_before_is_shown_as_such() -> None:
    assert {row.before for row in differences({}, OLD)} == {""}
