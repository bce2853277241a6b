"""Workers killed at random moments of an import, of a contact sync and of its writing back: the data, compared.

    python -m prove.people [--seed N] [--kills N] [--postgres URL]

Two installations take the same file and the same customers, one undisturbed, the other with its workers killed, a third
of the times in each of the three. Every worker is a real process and every kill a real SIGKILL; only for the dead
worker's lease nobody waits. Afterwards everything stored must be equal row by row, and so must the customers at the
provider; and no write that the provider answered may have been sent again.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engage_simulator.testing import Engage, running
from prove import stand
from tests.processes import Installation, installation, wait_until

ROWS, CUSTOMERS, WRITES = 3000, 1500, 80
"""Of the file, of those the provider has, and of those written back: for each kill."""
MORE = 3
"""Times as many rows and customers on PostgreSQL, which takes four times as many in one transaction."""
LATENCY = 20
"""Milliseconds the provider takes."""
SECONDS = 120.0
CHANNEL = "24001"
PREPARE = """
import io, sys
from engage_simulator.testing import Engage
from staffetta.channels.connection import connect
from staffetta.channels.refreshing import refresh
from staffetta.channels.models import Channel
from staffetta.contacts.imports import import_file
from staffetta.contacts.lists.lists import named
from staffetta.contacts.models import Contact
from staffetta.sync import start
from tests.sync.world import configuration, contact
url, deed, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
if deed == "import":
    Contact.objects.bulk_create(contact(place, "Ugo", citta="Bari") for place in range(0, count, 4))
    lines = ["Telefono;Nome;Citta;Consenso"]
    for place in range(count):
        number = "12" if place % 50 == 7 else f"+39347{place - place % 60 if place % 60 == 9 else place:07d}"
        lines.append(f"{number};Anna {place};{'Roma' if place % 3 else ''};{('Sì', 'No', '')[place % 3]}")
    source = import_file.accept(io.BytesIO("\\r\\n".join(lines).encode()), "clienti.csv", None)
    mapping = {"Telefono": "phone", "Nome": "first_name", "Citta": "citta"}
    import_file.map_columns(source, mapping, "Consenso", into_list=named("Tutti", None))
    import_file.start(source, None)
else:
    engage = Engage(url)
    refresh.run(connect.connect(engage.key("24001")).pk)
    Channel.objects.filter(provider_id="24001").update(pace=0)
    Contact.objects.bulk_create(contact(1_000_000 + place, "Anna", citta="Bari") for place in range(count))
    rows = [{"kind": "first_name", "contact_field": "first_name", "mode": "newest"},
            {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": "newest"}]
    channel = Channel.objects.get(provider_id="24001")
    start.start(configuration(channel, rows, direction="both", into_list=named("Engage", None)), None)
"""
PROGRESS = {
    "import": "SELECT offset_rows, state FROM contacts_import",
    "sync": "SELECT created + updated + unchanged + rejected, state FROM sync_syncrun",
    "write-back": "SELECT writes_done, state FROM sync_syncrun",
}
EQUAL = {
    "contacts": 'SELECT phone, first_name, last_name, search, "values" FROM contacts_contact ORDER BY phone',
    "consents": """SELECT c.phone, s.platform, s.purpose, s.value, s.source FROM contacts_consent s
        JOIN contacts_contact c ON c.id = s.contact_id ORDER BY 1, 2, 3, 4""",
    "import": "SELECT state, created, updated, unchanged, rejected, reasons, consents FROM contacts_import",
    "imported people": """SELECT m.row, c.phone, m.outcome, m.before FROM contacts_importedcontact m
        JOIN contacts_contact c ON c.id = m.contact_id ORDER BY 1""",
    "rejected rows": 'SELECT row, reason, "column", cells FROM contacts_importreject ORDER BY row',
    "members of lists": """SELECT l.name, c.phone FROM contacts_listmember m JOIN contacts_contactlist l
        ON l.id = m.list_id JOIN contacts_contact c ON c.id = m.contact_id ORDER BY 1, 2""",
    "run": """SELECT state, created, updated, unchanged, skipped, conflicting, rejected, writes_planned, writes_done,
        writes_failed FROM sync_syncrun""",
    "rows of the run": "SELECT customer_id, outcome, changes, conflicts, reason FROM sync_syncrow ORDER BY 1",
    "links": "SELECT customer_id, last FROM sync_synclink ORDER BY 1",
    "writes": "SELECT customer_id, deed, name, fields, state FROM sync_syncwrite ORDER BY 1, 2",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="of all three together")
    return stand.run(parser, prove)


def prove(asked: argparse.Namespace) -> dict[str, Any]:
    """Return what happened. Raises Disproved."""
    begun, dice = time.monotonic(), random.Random(asked.seed)
    asked.postgres = asked.postgres or os.environ.get("STAFFETTA_DATABASE_URL", "")
    os.environ["STAFFETTA_DATABASE_URL"] = asked.postgres
    most = -(-asked.kills // 3)
    times = MORE if asked.postgres else 1
    sizes = {"import": most * ROWS * times, "sync": most * CUSTOMERS * times, "write-back": most * WRITES}
    kills = dict(zip(PROGRESS, (most, -(-(asked.kills - most) // 2), (asked.kills - most) // 2), strict=True))
    with _house(sizes) as (engage, staffetta):
        _play(staffetta, engage, sizes, None, {})
        wanted, there = _stored(staffetta), engage.customers(CHANNEL)
    with _house(sizes) as (engage, staffetta):
        struck = _play(staffetta, engage, sizes, dice, kills)
        found = _stored(staffetta)
        for what, rows in wanted.items():
            _compare(what, rows, found[what])
        _compare("customers at the provider", there, engage.customers(CHANNEL))
        answered = _judge_writes(engage)
    told = dict(zip(("rows", "customers", "writes"), sizes.values(), strict=True))
    return {"kills": struck, **told, "writes_answered": answered, "seconds": round(time.monotonic() - begun, 1)}


@contextmanager
def _house(sizes: dict[str, int]) -> Iterator[tuple[Engage, Installation]]:
    with running(seed="story") as engage, installation(STAFFETTA_ENGAGE_URL=engage.url, **stand.SETTINGS) as staffetta:
        fields = [{"name": "citta", "label": "Città", "type": "text"}]
        there = [_customer(1_000_000 + place, place < sizes["write-back"]) for place in range(sizes["sync"])]
        engage.put_channel(
            id=CHANNEL, name="Assistenza", messenger="WB", apikey=engage.key(CHANNEL), fields=fields, customers=there
        )
        yield engage, staffetta


def _customer(place: int, empty: bool) -> dict[str, Any]:
    """Return who is known here and empty there, or new with a name and a town."""
    told = {"name": "", "customfields": {}} if empty else {"name": f"Maria {place}", "customfields": {"citta": "Roma"}}
    return {"id": f"39347{place:07d}", **told}


def _play(
    staffetta: Installation, engage: Engage, sizes: dict[str, int], dice: random.Random | None, kills: dict[str, int]
) -> dict[str, int]:
    """Import, then sync and write back, with so many kills in each; return how many struck while it was under way."""
    struck: dict[str, int] = {}
    staffetta.python(PREPARE, engage.url, "import", str(sizes["import"]), seconds=600)
    engage.fault("latency", ms=LATENCY)
    for deed, size in sizes.items():
        if deed == "sync":
            staffetta.python(PREPARE, engage.url, deed, str(sizes["write-back"]), seconds=600)
        if dice and kills.get(deed):
            struck[deed] = _kill_workers(staffetta, deed, size, dice, kills[deed])
        if deed != "sync":
            _finish(staffetta, deed)
    return struck


def _kill_workers(staffetta: Installation, deed: str, size: int, dice: random.Random, kills: int) -> int:
    """Kill each worker after some more of the work, wherever that strikes, so that there is work left for the last."""
    for left in range(kills, 0, -1):
        worker = staffetta.start_worker("--lanes", "import" if deed == "import" else "sync")
        enough = _progress(staffetta, deed) + dice.randint(1, max((size - _progress(staffetta, deed)) // (left + 1), 1))
        wait_until(_reached(staffetta, deed, enough), SECONDS, 0.02, f"for the {deed} to reach {enough}")
        time.sleep(dice.uniform(0, 0.1))
        worker.kill()
        staffetta.rows("UPDATE work_lease SET expires_at = '2020-01-01 00:00:00+00:00'")
        print(f"{deed}, {left} kills left: {_progress(staffetta, deed)} of {size}", file=sys.stderr, flush=True)
        if _ended(staffetta, deed):
            raise stand.Disproved(f"the {deed} was over with {left} kills left: nothing was proved")
    return kills


def _progress(staffetta: Installation, deed: str) -> int:
    return int(staffetta.rows(PROGRESS[deed])[0][0])


def _reached(staffetta: Installation, deed: str, enough: int) -> Callable[[], bool]:
    return lambda: _progress(staffetta, deed) >= enough or _ended(staffetta, deed)


def _ended(staffetta: Installation, deed: str) -> bool:
    return staffetta.rows(PROGRESS[deed])[0][1] not in ("waiting", "running")


def _finish(staffetta: Installation, deed: str) -> None:
    worker = staffetta.start_worker("--lanes", "import" if deed == "import" else "sync")
    wait_until(lambda: _ended(staffetta, deed), 600, 0.2, f"for the end of the {deed}")
    worker.stop()


def _stored(staffetta: Installation) -> dict[str, list[Any]]:
    return {what: staffetta.rows(query) for what, query in EQUAL.items()}


def _compare(what: str, wanted: list[Any], found: list[Any]) -> None:
    if wanted == found:
        return
    other = [pair for pair in zip(wanted, found, strict=False) if pair[0] != pair[1]][:3]
    raise stand.Disproved(f"{what}: {len(wanted)} undisturbed, {len(found)} after the kills; {other}")


def _judge_writes(engage: Engage) -> int:
    """Nobody was written to again whose writing had been answered; return how many were."""
    answered = Counter(
        row["path"] for row in engage.requests() if row["operation"] == "write_customers" and row["status"] == 200
    )
    doubled = [path for path, times in answered.items() if times > 1]
    if doubled:
        raise stand.Disproved(f"{len(doubled)} writes were answered and sent again: {doubled[:5]}")
    return answered.total()


if __name__ == "__main__":
    sys.exit(main())
