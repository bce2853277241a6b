"""How long audiences by rules take to count, to show ten people of, and to read in pieces as planning does.

    python -m bench.audiences [--contacts N] [--postgres URL]

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
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--postgres", default="")
    asked = parser.parse_args()
    with place(asked.postgres) as staffetta:
        code = f"import bench.audiences\nbench.audiences.measure({asked.contacts})"
        print(staffetta.python(code, seconds=LONGEST).strip())
    return 0


def measure(contacts: int) -> None:
    """Fill this installation and say how long each rule took; runs inside it."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    _fill(contacts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    told = {name: _times(rules) for name, rules in RULES.items()}
    found = {
        "database": connection.vendor,
        "contacts": contacts,
        "slowest_count_ms": max(row["count_ms"] for row in told.values()),
        "rules": told,
    }
    print(json.dumps(found))


def _times(rules: list[Any]) -> dict[str, int]:
    from staffetta.contacts.audience import Audience
    from staffetta.contacts.models import AudienceRules
    from staffetta.contacts.rule_world import known
    from staffetta.contacts.rules import read, stored

    row = AudienceRules.objects.create(name=str(time.monotonic()), rules=stored(read({"rules": rules}, known())))
    audience = Audience.of(row)
    people, count_ms = _timed(lambda: audience.queryset().count())
    _sample, sample_ms = _timed(lambda: list(audience.queryset().order_by("-pk")[:10]))
    pieces, pieces_ms = _timed(lambda: _pieces(audience))
    return {
        "people": people,
        "count_ms": count_ms,
        "sample_ms": sample_ms,
        "pieces": pieces,
        "read_ms_per_1000": round(1000 * pieces_ms / max(people, 1)),
    }


def _pieces(audience: Any, limit: int = 20) -> int:
    """Read the first pieces as planning does; return how many."""
    from staffetta.contacts.recipients import recipients

    after, number = 0, 0
    while number < limit and (found := recipients(audience, "whatsapp", "marketing", after, 2000)):
        after, number = found[-1].contact_id, number + 1
    return number


def _timed[T](deed: Callable[[], T]) -> tuple[T, int]:
    began = time.monotonic()
    done = deed()
    return done, round(1000 * (time.monotonic() - began))


CITIES = ("Torino", "Milano", "Roma", "Napoli", "Bari", "Genova", "Palermo", "Firenze", "Trieste", "Cagliari")


def _fill(contacts: int) -> None:
    """Make the people in pieces: own fields, two consents of most, a list and an import of some, messages of half."""
    from staffetta.channels.models import Channel
    from staffetta.contacts.models import ContactField, ContactList, Import

    for name, type_ in (
        *(("citta", "text"), ("saldo", "number"), ("nascita", "date"), ("visita", "datetime")),
        *(("colore", "choice"), ("gusti", "choices")),
    ):
        choices = ["rosso", "blu", "verde", "caffè", "tè", "latte"] if type_.startswith("choice") else []
        ContactField.objects.create(name=name, label=name, type=type_, choices=choices)
    ContactList.objects.create(pk=1, name="VIP")
    Import.objects.create(pk=1, name="i.csv", state="done")
    Channel.objects.create(provider_id="31001", name="Prova", platform="whatsapp")
    for start in range(1, contacts + 1, 5000):
        _piece(range(start, min(start + 5000, contacts + 1)))


def _piece(numbers: range) -> None:
    from datetime import timedelta

    from staffetta.contacts.models import (
        ConsentState,
        Contact,
        ContactActivity,
        ImportedContact,
        ListMember,
    )
    from staffetta.work.clock import now

    present = now()
    Contact.objects.bulk_create(
        Contact(pk=n, first_name=f"Nome {n}", phone=f"+39333{n:07d}", values=_values(n), search=f"nome {n}")
        for n in numbers
    )
    ConsentState.objects.bulk_create(
        ConsentState(
            contact_id=n, platform="whatsapp", purpose=purpose, value="no" if n % 5 == 0 else "yes", source="import"
        )
        for n in numbers
        if n % 10
        for purpose in ("marketing", "service")
    )
    ListMember.objects.bulk_create(ListMember(list_id=1, contact_id=n) for n in numbers if n % 3 == 0)
    ImportedContact.objects.bulk_create(
        ImportedContact(source_id=1, contact_id=n, outcome="created", row=n) for n in numbers if n % 2
    )
    ContactActivity.objects.bulk_create(
        ContactActivity(
            contact_id=n, platform="whatsapp", channel="31001", last_sent_at=present - timedelta(days=n * 7919 % 365)
        )
        for n in numbers
        if n % 2 == 0
    )


def _values(n: int) -> dict[str, Any]:
    day, month = n * 31 % 28 + 1, n * 17 % 12 + 1
    return {
        "citta": CITIES[n * 7 % 10],
        "saldo": f"{n * 37 % 1000}.{n % 100:02d}",
        "nascita": f"{1940 + n * 13 % 70}-{month:02d}-{day:02d}",
        "visita": f"{2025 + n % 2}-{month:02d}-{day:02d}T10:00:00+01:00",
        "colore": ("rosso", "blu", "verde")[n % 3],
        "gusti": ["caffè", "tè"] if n % 4 else ["latte"],
    }


if __name__ == "__main__":
    sys.exit(main())
