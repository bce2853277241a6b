"""A worker killed at random points of a sync that writes back: afterwards all is as if nothing had happened.

The worker is a real process and the kill a SIGKILL. Instead of waiting for the dead worker's lease to run out, the test
ends it.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engage_simulator.testing import Engage, running
from tests.processes import Installation, installation, wait_until

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, KILLS, SEED = 3000, 5, 8016
SETTINGS: dict[str, Any] = {"STAFFETTA_READ_TIMEOUT": "3", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
PREPARE = """
import sys
from engage_simulator.testing import Engage
from staffetta.channels import connect, refresh
from staffetta.channels.models import Channel
from staffetta.contacts.models import Contact
from staffetta.sync import start
from staffetta.work.schema import bring_up_to_date
from tests.sync.world import configuration, contact
bring_up_to_date()
engage = Engage(sys.argv[1])
refresh.run(connect.connect(engage.key("24001")).pk)
Channel.objects.filter(provider_id="24001").update(pace=0)
Contact.objects.bulk_create(contact(place, "Anna", citta="Bari") for place in range(300))
channel = Channel.objects.get(provider_id="24001")
rows = [{"kind": "first_name", "contact_field": "first_name", "mode": "newest"},
        {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": "newest"}]
print(start.start(configuration(channel, rows, direction="both"), None).pk)
"""


def customers() -> list[dict[str, Any]]:
    there = [{"id": f"39347{place:07d}", "name": "", "customfields": {}} for place in range(300)]
    return there + [
        {"id": f"39347{place:07d}", "name": f"Persona {place}", "customfields": {"citta": "Roma"}}
        for place in range(300, CUSTOMERS)
    ]


@pytest.fixture
def engage() -> Iterator[Engage]:
    with running(seed="story") as simulator:
        fields = [{"name": "citta", "label": "Città", "type": "text"}]
        key = simulator.key("24001")
        simulator.put_channel(
            id="24001", name="Assistenza", messenger="WB", apikey=key, fields=fields, customers=customers()
        )
        yield simulator


@pytest.fixture
def staffetta(engage: Engage) -> Iterator[Installation]:
    with installation(STAFFETTA_ENGAGE_URL=engage.url, **SETTINGS) as made:
        yield made


def state(staffetta: Installation, run: int) -> str:
    return str(staffetta.rows("SELECT state FROM sync_syncrun WHERE id = %s", run)[0][0])


def steps(staffetta: Installation) -> int:
    return int(staffetta.rows("SELECT max(step) FROM sync_syncrun")[0][0])


def went_on(staffetta: Installation, run: int, before: int) -> bool:
    return steps(staffetta) > before or state(staffetta, run) == "done"


def test_killed_five_times_it_ends_as_if_undisturbed(staffetta: Installation, engage: Engage) -> None:
    chance = random.Random(SEED)
    run = int(staffetta.python(PREPARE, engage.url))
    for _kill in range(KILLS):
        before = steps(staffetta)
        worker = staffetta.start_worker("--lanes", "sync")
        wait_until(partial(went_on, staffetta, run, before), 30)
        time.sleep(chance.random() * 0.2)
        worker.kill()
        staffetta.rows("UPDATE work_lease SET expires_at = '2020-01-01 00:00:00+00:00' WHERE name LIKE 'sync:%%'")
    staffetta.start_worker("--lanes", "sync")
    wait_until(lambda: state(staffetta, run) == "done", 60)

    counters = "created, updated, unchanged, skipped, conflicting, rejected, writes_done, writes_failed"
    assert staffetta.rows(f"SELECT {counters} FROM sync_syncrun") == [(2700, 0, 300, 0, 0, 0, 300, 0)]
    assert staffetta.rows("SELECT count(*), count(DISTINCT phone) FROM contacts_contact") == [(3000, 3000)]
    assert staffetta.rows("SELECT count(*) FROM contacts_contact WHERE first_name = 'Persona'") == [(2700,)]
    there = engage.customers("24001")
    assert {row["name"] for row in there[:300]} == {"Anna"}
    assert {row["customfields"]["citta"] for row in there[:300]} == {"Bari"}
    answered = [row for row in engage.requests() if row["operation"] == "write_customers" and row["status"] == 200]
    doubled = [path for path, times in Counter(row["path"] for row in answered).items() if times > 1]
    assert not doubled
