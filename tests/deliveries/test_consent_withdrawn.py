"""Who says No after the planning gets nothing any more: by a STOP, by hand, over an import."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffetta.channels.models import Channel
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.keep_out import keep_out
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Delivery
from tests.deliveries.ledger import people, planned, run, states_of


@pytest.mark.parametrize("source", ["stop_word", "stopped", "hand", "import"])
@pytest.mark.parametrize("value", ["no", "unset"])
def test_a_no_after_the_planning_holds_back_what_waits(channel: Channel, source: str, value: str) -> None:
    people(5)
    communication = planned(channel)
    who = Contact.objects.order_by("pk")[0]
    consent.record([who.pk], "whatsapp", consent.BOTH, value, source)
    row = Delivery.objects.get(communication=communication, contact=who)
    assert (row.state, row.reason) == ("not_sent", "no_opt_in")
    run()
    assert states_of(communication) == {"sent": 4, "not_sent": 1}


def test_what_was_sent_stays_sent_and_other_platforms_are_not_touched(channel: Channel) -> None:
    people(2)
    communication = planned(channel)
    consent.record(list(Contact.objects.values_list("pk", flat=True)), "telegram", consent.BOTH, "no", "stop_word")
    run()
    consent.record(list(Contact.objects.values_list("pk", flat=True)), "whatsapp", consent.BOTH, "no", "stop_word")
    assert states_of(communication) == {"sent": 2}


@pytest.mark.parametrize("days", [None, 30])
def test_an_entry_in_the_blacklist_after_the_planning_holds_back_what_waits(channel: Channel, days: int | None) -> None:
    people(5)
    communication = planned(channel)
    who = Contact.objects.order_by("pk")[0]
    keep_out("telegram", ["1"], "", days, None)
    assert states_of(communication) == {"waiting": 5}
    keep_out("whatsapp", [who.phone or ""], "", days, None)
    row = Delivery.objects.get(communication=communication, contact=who)
    assert (row.state, row.reason) == ("not_sent", "suppressed")
    run()
    assert states_of(communication) == {"sent": 4, "not_sent": 1}


def test_it_costs_the_same_for_any_number_of_people(channel: Channel) -> None:
    people(60)
    planned(channel)
    everybody = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    costs = []
    for some in (everybody[:2], everybody[2:]):
        with CaptureQueriesContext(connection) as asked:
            consent.record(some, "whatsapp", consent.BOTH, "no", "import")
        costs.append(len(asked))
    assert Delivery.objects.filter(state="not_sent").count() == 60
    assert costs[0] == costs[1]
