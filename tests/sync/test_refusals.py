"""Who is stopped or blocked at the provider has that here, whatever else is wrong with the customer."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.connectors.messages import Customer
from staffetta.contacts.consents import consent, keep_out
from staffetta.contacts.consents.suppression import is_suppressed
from staffetta.contacts.merging.former_addresses import remember
from staffetta.contacts.models import Contact, Suppression
from staffetta.sync import run as lane
from staffetta.sync import start
from staffetta.sync.models import RunState, SyncConfiguration, SyncRun
from staffetta.sync.read_ahead import Pages
from staffetta.sync.read_pages import Place
from staffetta.sync.setup import ready
from staffetta.work.clock import now
from tests.sync.conftest import People
from tests.sync.world import ASSISTENZA, Row, configuration, contact, counts, customer, number, ran, undone

pytestmark = pytest.mark.django_db
FAULTS: dict[str, dict[str, Any]] = {
    "a date that cannot be read": {"customfields": {"nato_il": "ieri"}},
    "a name that is too long": {"name": "C" * 228},
}


def agreed(*people: Contact) -> list[Contact]:
    Contact.objects.bulk_create(people)
    stored = list(Contact.objects.filter(phone__in=[each.phone for each in people]).order_by("pk"))
    consent.record([each.pk for each in stored], "whatsapp", consent.BOTH, "yes", "import")
    return stored


@pytest.mark.parametrize("state", ["stopped", "blocked"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_stop_and_block_count_though_other_values_cannot_be_read(
    channel: Channel, at_engage: People, state: str, fault: Row
) -> None:
    [anna] = agreed(contact(1))
    at_engage([{**customer(1, "Anna"), **fault, state: "1"}])
    run = ran(configuration(channel))
    assert counts(run) == {"rejected": 1}
    assert consent.present(anna)["whatsapp", "marketing"] == consent.Present("no", state)
    assert consent.present(anna)["whatsapp", "service"].value == "no"
    assert run.opt_outs == 1


@pytest.mark.parametrize("old", [True, False])
def test_a_customer_at_a_number_nobody_new_comes_in_with(channel: Channel, at_engage: People, *, old: bool) -> None:
    """Who is here with it stays in step, and their stop counts."""
    people = agreed(Contact(phone="+3933312300011")) if old else []
    at_engage([{"id": "3933312300011", "name": "Anna Rossi", "stopped": "1"}])
    run = ran(configuration(channel))
    assert run.rows.filter(reason="phone_too_long").count() == (0 if old else 1)
    assert [consent.opt_in(anna) for anna in people] == (["no"] if old else [])
    assert Contact.objects.count() == len(people)


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_forms_of_one_number_the_stopped_one_counts(channel: Channel, at_engage: People, first: int) -> None:
    """The second customer of one person is rejected as doubled: the stop is theirs all the same."""
    [anna] = agreed(Contact(phone="+5511987654321"))
    forms = [{"id": "5511987654321", "name": "Ana"}, {"id": "551187654321", "name": "Ana", "stopped": "1"}]
    at_engage([forms[first], forms[1 - first]])
    run = ran(configuration(channel))
    assert run.rejected == 1
    assert consent.opt_in(anna) == "no"


def test_who_is_blocked_there_comes_into_the_blacklist_though_rejected(channel: Channel, at_engage: People) -> None:
    agreed(contact(1))
    at_engage([{**customer(1, "C" * 228), "blocked": "1"}])
    run = ran(configuration(channel, blocked_means="suppress"))
    assert (counts(run), run.opt_outs) == ({"rejected": 1}, 1)
    assert is_suppressed("whatsapp", f"+{number(1)}")


def test_an_address_blocked_there_is_kept_out_though_nobody_here_has_it(channel: Channel, at_engage: People) -> None:
    at_engage([{**customer(1), "blocked": "1"}])
    ran(configuration(channel, blocked_means="suppress", create_unknown=False))
    assert is_suppressed("whatsapp", f"+{number(1)}")


def test_a_block_outlasts_an_entry_for_days(channel: Channel, at_engage: People) -> None:
    agreed(contact(1), contact(2))
    keep_out.keep_out("whatsapp", [f"+{number(1)}"], "Reclamo", 7, None)
    keep_out.keep_out("whatsapp", [f"+{number(2)}"], "Reclamo", 7, None)
    Suppression.objects.filter(masked__endswith="2").update(until=now())
    at_engage([{**customer(1), "blocked": "1"}, {**customer(2), "blocked": "1"}])
    ran(configuration(channel, blocked_means="suppress"))
    assert set(Suppression.objects.values_list("cause", "until")) == {("blocked", None)}


def test_any_identity_names_its_person(channel: Channel, at_engage: People) -> None:
    """By an external id that belongs to another, by the number before a merge, by what the last run knew."""
    people = agreed(contact(1), contact(2), contact(3), contact(4))
    Contact.objects.filter(pk=people[1].pk).update(external_id="K-2")
    remember(people[2], [people[2], Contact(phone=f"+{number(33)}")])
    rows: list[Row] = [{"customer_field": "citta", "type_seen": "text", "contact_field": "external_id"}]
    made = configuration(channel, rows, create_unknown=False)
    at_engage([customer(4, citta="K-4")])
    ran(made)
    Contact.objects.filter(pk=people[3].pk).update(phone="+393470009999")
    at_engage(
        [
            {**customer(1, citta="K-2"), "stopped": "1"},
            {**customer(33), "stopped": "1"},
            {**customer(4), "stopped": "1"},
        ]
    )
    ran(made)
    assert [consent.opt_in(each) for each in people] == ["no"] * 4


def test_every_contact_a_key_may_mean_has_refused(channel: Channel, at_engage: People) -> None:
    people = agreed(contact(1, citta="Bari"), contact(2, citta="Bari"))
    at_engage([{**customer(7, citta="Bari"), "stopped": "1"}])
    made = configuration(channel, key_customer="citta", key_contact="citta")
    assert counts(ran(made)) == {"rejected": 1}
    assert [consent.opt_in(each) for each in people] == ["no", "no"]


def test_a_rehearsal_counts_what_a_run_records_and_records_nothing(channel: Channel, at_engage: People) -> None:
    [anna, bea] = agreed(contact(1), contact(2))
    consent.record([bea.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    at_engage(
        [
            {**customer(1, "C" * 228), "stopped": "1", "blocked": "1"},
            {**customer(2), "stopped": "1"},
            {**customer(3, "Carla"), "blocked": "1"},
            customer(4),
        ]
    )
    made = configuration(channel)
    rehearsal = ran(made, rehearsal=True)
    assert consent.opt_in(anna) == "yes"
    run = ran(made)
    assert (rehearsal.opt_outs, run.opt_outs) == (2, 2)
    assert consent.opt_in(anna) == "no"
    assert ran(made).opt_outs == 0


def test_undoing_a_run_that_made_a_stopped_person_keeps_them_out(channel: Channel, at_engage: People) -> None:
    at_engage([{**customer(1, "Anna"), "stopped": "1"}])
    undone(ran(configuration(channel)))
    assert not Contact.objects.exists()
    assert is_suppressed("whatsapp", f"+{number(1)}")


@pytest.mark.parametrize("meaning", ["nothing"])
def test_what_means_nothing_here_is_not_recorded(channel: Channel, at_engage: People, meaning: str) -> None:
    [anna] = agreed(contact(1))
    at_engage([{**customer(1), "stopped": "1", "blocked": "1"}])
    run = ran(configuration(channel, stopped_means=meaning, blocked_means=meaning))
    assert (consent.opt_in(anna), run.opt_outs) == ("yes", 0)


def take_pages(made: SyncConfiguration, pages: list[list[Customer]]) -> SyncRun:
    """Let a run take these pages, as if the provider had given them so."""
    run = start.start(made, None)
    setup = ready(made)
    for place, rows in enumerate(pages):
        lane.take(run, Pages(rows, Place(place, ended=place == len(pages) - 1), 1), setup)
        run.refresh_from_db()
    lane._end(run, RunState.DONE)
    run.refresh_from_db()
    return run


PEOPLE = ("5511987654321", "551187654321", number(1), number(2))
CUSTOMERS = st.tuples(st.sampled_from(PEOPLE), st.booleans(), st.booleans(), st.sampled_from(["Ana", "C" * 228]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    customers=st.lists(CUSTOMERS, min_size=1, max_size=6),
    cuts=st.sets(st.integers(1, 5)),
    here=st.sets(st.sampled_from(PEOPLE[1:])),
)
def test_the_stricter_of_two_customers_wins_in_any_order_and_on_any_pages(
    channel: Channel, customers: list[tuple[str, bool, bool, str]], cuts: set[int], here: set[str]
) -> None:
    """The first two ids are one person's; a name that long is rejected. Doubled ids are what a moving list gives."""
    Contact.objects.all().delete()
    SyncConfiguration.objects.all().delete()
    agreed(*(Contact(phone=f"+{each}") for each in sorted(here)))
    made = configuration(channel)
    rows = [Customer(who, name, stopped=stopped, blocked=blocked) for who, stopped, blocked, name in customers]
    bounds = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    take_pages(made, [rows[low:high] for low, high in pairwise(bounds)])
    ones = {PEOPLE[0]: "+55", PEOPLE[1]: "+55"}
    refused = {ones.get(row.id, f"+{row.id}") for row in rows if row.stopped or row.blocked}
    for each in Contact.objects.all():
        phone = str(each.phone)
        assert (consent.opt_in(each) == "no") == (("+55" if phone.startswith("+55") else phone) in refused)


def test_another_channels_stop_is_nobodys_here(channel: Channel, at_engage: People, engage: Engage) -> None:
    [anna] = agreed(contact(1))
    at_engage([customer(1)])
    ran(configuration(channel))
    assert engage.customers(ASSISTENZA)[0]["stopped"] == "0"
    assert consent.opt_in(anna) == "yes"
