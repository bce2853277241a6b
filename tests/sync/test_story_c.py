"""Story C1, with its numbers."""

import pytest

from staffetta.channels.models import Channel
from staffetta.contacts.models import Consent, Contact
from staffetta.sync.models import RunState, SyncRow
from tests.sync.conftest import People
from tests.sync.world import configuration, contact, counts, customer, people, ran, undone

NUMBERS = {"created": 3200, "updated": 1450, "unchanged": 300, "rejected": 50}


@pytest.mark.django_db
def test_story_c1(channel: Channel, at_engage: People) -> None:
    at_engage(
        [customer(place, "Maria De Luca", citta="Roma", nato_il="1990-05-17") for place in range(3200)]
        + [customer(place, "Anna Rossi", citta="Milano", nato_il="1985-01-02") for place in range(3200, 4950)]
        + [customer(place, "Ugo", nato_il="boh") for place in range(4950, 5000)]
    )
    Contact.objects.bulk_create(
        [contact(place, "Anna", "Rossi", citta="Torino") for place in range(3200, 4650)]
        + [contact(place, "Anna", "Rossi", citta="Bari", nascita="1985-01-02") for place in range(4650, 4950)]
    )
    before = people()
    made = configuration(channel)

    rehearsal = ran(made, rehearsal=True)
    assert (counts(rehearsal), rehearsal.total) == (NUMBERS, 5000)
    assert people() == before

    run = ran(made)
    assert (counts(run), run.total, run.state) == (NUMBERS, 5000, RunState.DONE)
    after = people()
    assert after["+393470000001"][:3] == ("Maria", "De Luca", {"citta": "Roma", "nascita": "1990-05-17"})
    assert after["+393470003200"][:3] == ("Anna", "Rossi", {"citta": "Torino", "nascita": "1985-01-02"})
    assert not Consent.objects.exists()
    assert SyncRow.objects.filter(run=run, reason="not_a_date", field="nato_il").count() == 50

    second = ran(made)
    assert counts(second) == {"unchanged": 4950, "rejected": 50}

    taken_back = undone(run)
    assert (taken_back.undone, taken_back.not_undone) == (4650, 0)
    assert people() == before
