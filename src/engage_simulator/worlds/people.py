"""Made-up customers: the same ones every time, and as many as wanted.

Their WhatsApp numbers are 39 347 0000001 and onwards, their Telegram ids 700000001 and onwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from engage_simulator.template import Row

FIRST = """Anna Marco Giulia Luca Sofia Matteo Chiara Davide Francesca Alessandro Elena Simone Martina Andrea Sara
Paolo Laura Stefano Valentina Giorgio Alice Roberto Silvia Antonio Federica Nicolò Beatrice Salvatore Ilaria Zoë"""
LAST = """Rossi,Bianchi,Ferrari,Esposito,Romano,Colombo,Ricci,Marino,Greco,Bruno,Gallo,Conti,De Luca,Mancini,Costa,
Giordano,Rizzo,Lombardi,Moretti,Barbieri,D'Angelo,Fontana,Santoro,Mariani,Rinaldi,Caruso,Müller,Dell'Acqua"""
TOWNS = "Torino,Milano,Roma,Napoli,Bologna,Firenze,Genova,Palermo,Bari,Verona,Trieste,Forlì,L'Aquila,Cantù"
FIRST_NAMES = FIRST.split()
LAST_NAMES = [name.strip() for name in LAST.split(",")]
CITIES = TOWNS.split(",")
WORDS = ("Oro", "Argento", "Bronzo", "Platino", "Base")
NOTES = ("Preferisce essere chiamata al mattino", "Cliente dal negozio di via Po", "Interessato alla nuova collezione")
PLACES = ("45.0703,7.6869", "45.4642,9.1900", "41.9028,12.4964", "40.8518,14.2681")
FIRST_CREATED = 1_700_000_000


def people(count: int, fields: list[Row], *, start: int = 1, messenger: str = "WB") -> Iterator[Row]:
    """`count` rows of customers; person number n is the same whatever the count."""
    own = [field for field in fields if field.get("name") not in {"number", "name"}]
    for number in range(start, start + count):
        yield _person(number, own, messenger)


def _person(number: int, fields: list[Row], messenger: str) -> Row:
    chance = Random(number)  # noqa: S311 - made-up people, not secrets
    named = chance.random() < 0.93
    return {
        "id": str(700_000_000 + number) if messenger == "TG" else f"39347{number:07d}",
        "name": f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}" if named else "",
        "messenger": messenger,
        "created": str(FIRST_CREATED + number * 37),
        "status": "1",
        "stopped": "1" if chance.random() < 0.03 else "0",
        "blocked": "1" if chance.random() < 0.01 else "0",
        "image": "",
        "customfields": {str(field["name"]): _value(field, chance) for field in fields if chance.random() < 0.8},
    }


def _value(field: Row, chance: Random) -> str:
    choices, kind = _choices(field.get("values", field.get("options"))), str(field.get("type", "text"))
    several = chance.randint(1, len(choices)) if kind == "multiple_choice" else 1
    return ",".join(chance.sample(choices, several)) if "choice" in kind else _plain_value(field, kind, chance)


def _plain_value(field: Row, kind: str, chance: Random) -> str:
    match kind:
        case "number":
            return str(chance.randint(0, 5000))
        case "word":
            return chance.choice(WORDS)
        case "location":
            return chance.choice(PLACES)
        case "date":
            return f"{chance.randint(1948, 2006)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        case "time":
            return f"{chance.randint(8, 19):02d}:{chance.choice(('00', '15', '30', '45'))}"
        case _:
            return chance.choice(CITIES if "citt" in str(field["name"]) else NOTES)


def _choices(given: Any) -> list[str]:
    if isinstance(given, str):
        return [choice.strip() for choice in given.split(",")]
    return [str(choice) for choice in (given.values() if isinstance(given, dict) else given or ["-"])]
