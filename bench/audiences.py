"""How long audiences by rules take to count, to show ten people of, and to read in pieces as planning does.

    python -m bench.audiences [--rows N] [--postgres URL]

SQLite, or a fresh database on the PostgreSQL server of URL. Prints one line of JSON, times in milliseconds.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.place import place

LONGEST = 3600.0
PATIENCE = 600.0
"""Seconds a count may take here; in a page it is given up after five."""


def field(name: str, word: str, **more: Any) -> dict[str, Any]:
    return {"about": "field", "field": name, "is": word, **more}


YES = {"about": "consent", "is": "yes"}
QUIET = {"about": "sent", "is": "last_days", "value": 30}
RULES: dict[str, list[Any]] = {
    "text is": [field("citta", "is", value="Torino")],
    "text contains": [field("first_name", "contains", value="me 12")],
    "number": [field("saldo", "more", value="500")],
    "date": [field("nascita", "between", value="1980-01-01", to="1989-12-31")],
    "birthday": [field("nascita", "birthday_today")],
    "moment": [field("visita", "last_days", value=300)],
    "choice": [field("colore", "any_of", values=["rosso", "blu"])],
    "choices": [field("gusti", "none_of", values=["tè"])],
    "consent": [YES],
    "not set": [{"about": "consent", "is": "unset"}],
    "list": [{"about": "list", "is": "in", "value": 1}],
    "not in list": [{"about": "list", "is": "not_in", "value": 1}],
    "import": [{"about": "import", "is": "in", "value": 1}],
    "quiet": [{"match": "none", "rules": [QUIET]}],
    "channel": [{"about": "channel", "is": "written", "value": "31001"}],
    "together": [
        YES,
        {"match": "any", "rules": [field("citta", "is", value="Torino"), field("saldo", "more", value="900")]},
        {"match": "none", "rules": [{"about": "list", "is": "in", "value": 1}, QUIET]},
    ],
    "either": [
        {
            "match": "any",
            "rules": [{"about": "list", "is": "in", "value": 1}, QUIET, field("citta", "is", value="Torino")],
        }
    ],
    "one person": [field("first_name", "is", value="Nome 7")],
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres", default="")
    asked = parser.parse_args()
    with place(asked.postgres) as staffetta:
        code = f"import bench.audiences\nbench.audiences.measure({asked.rows})"
        print(staffetta.python(code, seconds=LONGEST).strip())
    return 0


def measure(contacts: int) -> None:
    """Fill this installation and say how long each rule took; runs inside it."""
    from django.core.management import call_command
    from django.db import connection

    from bench import crowd

    call_command("migrate", verbosity=0)
    crowd.fill(contacts)
    told = {name: _times(rules) for name, rules in RULES.items()}
    found = {
        "database": connection.vendor,
        "contacts": contacts,
        "slowest_count_ms": max(row["count_ms"] or 0 for row in told.values()),
        "rules": told,
    }
    print(json.dumps(found))


def _times(rules: list[Any]) -> dict[str, int | None]:
    from staffetta.contacts.audiences.audience import Audience
    from staffetta.contacts.audiences.rule_world import known
    from staffetta.contacts.audiences.rules import read, stored
    from staffetta.contacts.lists.count_people import number_of, sample_of
    from staffetta.contacts.models import AudienceRules

    row = AudienceRules.objects.create(name=str(time.monotonic()), rules=stored(read({"rules": rules}, known())))
    audience = Audience.of(row)
    people, count_ms = _timed(lambda: number_of(audience.queryset(), PATIENCE))
    _sample, sample_ms = _timed(lambda: sample_of(audience.queryset(), PATIENCE))
    pieces, pieces_ms = _timed(lambda: _pieces(audience))
    return {
        "people": people,
        "count_ms": count_ms,
        "sample_ms": sample_ms,
        "pieces": pieces,
        "read_ms_per_1000": round(1000 * pieces_ms / max(people or 0, 1)),
    }


def _pieces(audience: Any, limit: int = 20) -> int:
    """Read the first pieces as planning does; return how many."""
    from staffetta.contacts.audiences.recipients import recipients

    after, number = 0, 0
    while number < limit and (found := recipients(audience, "whatsapp", "marketing", after, 2000)):
        after, number = found[-1].contact_id, number + 1
    return number


def _timed[T](deed: Callable[[], T]) -> tuple[T, int]:
    began = time.monotonic()
    done = deed()
    return done, round(1000 * (time.monotonic() - began))


if __name__ == "__main__":
    sys.exit(main())
