"""From here to the provider: values by mode, states by explicit rules, nothing twice that was answered."""

import pytest

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Contact
from staffetta.sync import run as lane
from staffetta.sync import start
from staffetta.sync.models import SyncWrite, WriteState
from staffetta.sync.wording import problem_of_run
from staffetta.sync.write_back import claim
from tests.sync.conftest import People
from tests.sync.test_runs import take_some
from tests.sync.world import ASSISTENZA, Row, configuration, contact, counts, customer, finish, number, ran

pytestmark = pytest.mark.django_db
NEWEST: list[Row] = [
    {"kind": "first_name", "contact_field": "first_name", "mode": "newest"},
    {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": "newest"},
]


def written(engage: Engage, operation: str = "write_customers") -> int:
    return sum(request["operation"] == operation for request in engage.requests())


def test_what_changed_here_since_the_last_run_goes_there(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(1, "Anna", citta="Roma"), customer(2, "Ugo", citta="Roma")])
    made = configuration(channel, NEWEST, direction="both")
    ran(made)
    anna = Contact.objects.get(first_name="Anna")
    anna.values["citta"], anna.first_name = "Bari", "Annamaria"
    anna.save()
    run = ran(made)
    assert (run.writes_done, run.writes_failed) == (1, 0)
    there = {row["id"]: row for row in engage.customers(ASSISTENZA)}
    assert (there[number(1)]["name"], there[number(1)]["customfields"]["citta"]) == ("Annamaria", "Bari")
    assert there[number(2)]["name"] == "Ugo"
    again = ran(made)
    assert (counts(again), again.writes_done, written(engage)) == ({"unchanged": 2}, 0, 1)


def test_a_first_name_of_two_words_is_not_taken_apart_by_its_own_writing_back(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    """The provider has one free-text name: «Anna Maria Rossi» read back would be Anna, Maria Rossi."""
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1, "Anna Maria", "Rossi")])
    rows: list[Row] = [
        {"kind": kind, "contact_field": kind, "mode": "provider"} for kind in ("first_name", "last_name")
    ]
    made = configuration(channel, rows, direction="both")
    ran(made)
    assert engage.customers(ASSISTENZA)[0]["name"] == "Anna Maria Rossi"
    assert (counts(ran(made)), written(engage)) == ({"unchanged": 1}, 1)
    assert Contact.objects.get().first_name == "Anna Maria"
    engage.change_customer(ASSISTENZA, number(1), name="Annamaria Rossi")
    ran(made)
    assert (Contact.objects.get().first_name, Contact.objects.get().last_name) == ("Annamaria", "Rossi")


def test_a_rehearsal_writes_nothing_there(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1, "Anna", citta="Bari")])
    made = configuration(channel, NEWEST, direction="to_engage")
    ran(made, rehearsal=True)
    assert written(engage) == 0
    assert ran(made).writes_done == 1


def test_an_opt_out_stops_there_only_by_the_rule(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1)])
    consent.record([Contact.objects.get().pk], "whatsapp", consent.BOTH, "no", "hand")
    made = configuration(channel, direction="both")
    ran(made)
    assert engage.customers(ASSISTENZA)[0]["stopped"] == "0"
    made.state_rules = ["opt_out_stop"]
    made.save()
    ran(made)
    assert engage.customers(ASSISTENZA)[0]["stopped"] == "1"
    ran(made)
    assert written(engage, "stop_customers") == 1


def test_who_is_deleted_here_is_deleted_there_only_by_the_rule(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    at_engage([customer(1, citta="Roma"), customer(2, citta="Roma")])
    made = configuration(channel, direction="both", state_rules=["deleted_delete"])
    ran(made)
    Contact.objects.filter(phone=f"+{number(1)}").delete()
    ran(made)
    assert [row["id"] for row in engage.customers(ASSISTENZA)] == [number(2)]


def test_a_write_whose_answer_was_lost_is_looked_up_first(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1, "Anna")])
    engage.fault("reset", accepted=True, match={"operation": "write_customers", "nth": 1})
    run = ran(configuration(channel, NEWEST, direction="to_engage"))
    assert (run.writes_done, run.writes_failed, written(engage)) == (1, 0, 1)


def test_a_write_found_on_its_way_after_a_kill_is_looked_up_first(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    """The worker was killed between the answer and keeping it."""
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1, "Anna")])
    run = start.start(configuration(channel, NEWEST, direction="to_engage"), None)
    take_some(run)
    writes = claim(run)
    engage.change_customer(ASSISTENZA, number(1), name=writes[0].name)
    finish(run)
    assert SyncWrite.objects.get().state == WriteState.DONE
    assert written(engage) == 0


def test_a_refused_write_is_kept_with_its_reason(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1, "Anna")])
    engage.fault("answer", status=400, reason="no", match={"operation": "write_customers"})
    run = ran(configuration(channel, NEWEST, direction="to_engage"))
    assert (run.state, run.writes_failed) == ("done", 1)
    assert SyncWrite.objects.get().problem == "refused"
    assert lane.INCIDENT == "sync"


def test_one_write_that_staffetta_cannot_make_is_set_aside_alone(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    at_engage([customer(1), customer(2)])
    Contact.objects.bulk_create([contact(1, "Anna"), contact(2, "Ugo")])
    run = start.start(configuration(channel, NEWEST, direction="to_engage"), None)
    take_some(run)
    SyncWrite.objects.filter(customer_id=number(1)).update(name=None, fields=["not ours"], attempts=1)
    finish(run)
    assert (run.state, run.writes_done, run.writes_failed) == ("done", 1, 1)
    assert SyncWrite.objects.get(state=WriteState.FAILED).problem == "cannot_handle"
    assert "log" in problem_of_run("cannot_handle")
    assert ran(run.configuration).writes_done == 1, "the next run finds it again"


def test_writes_that_sinch_engage_cannot_take_do_not_end_the_run(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    bad = [2, 11, 19]
    at_engage([customer(place) for place in range(20)])
    Contact.objects.bulk_create([contact(place, f"Nome{place}") for place in range(20)])
    for place in bad:
        engage.fault("answer", status=500, match={"operation": "write_customers", "recipient": number(place)})
    run = ran(configuration(channel, NEWEST, direction="to_engage"))
    assert (run.state, run.writes_done, run.writes_failed) == ("done", 17, 3)
    failed = SyncWrite.objects.filter(state=WriteState.FAILED).order_by("customer_id")
    assert list(failed.values_list("customer_id", "problem")) == [(number(place), "server_fault") for place in bad]


def test_a_403_to_a_write_while_the_key_is_good_refuses_this_write_and_not_the_key(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    at_engage([customer(1), customer(2)])
    Contact.objects.bulk_create([contact(1, "Anna"), contact(2, "Ugo")])
    match = {"operation": "write_customers", "recipient": number(1)}
    engage.fault("answer", status=403, code=403, reason="Forbidden", match=match)
    run = ran(configuration(channel, NEWEST, direction="to_engage"))
    channel.refresh_from_db()
    assert (run.state, run.writes_done, run.writes_failed, channel.state) == ("done", 1, 1, "connected")
    assert SyncWrite.objects.get(state=WriteState.FAILED).problem == "not_permitted"


def test_a_key_that_may_not_write_at_all_is_asked_once_and_the_run_says_so(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    at_engage([{**customer(place), "blocked": str(int(place == 1))} for place in range(30)])
    Contact.objects.bulk_create([contact(place, f"Nome{place}") for place in range(30)])
    engage.fault("answer", status=403, code=403, reason="Forbidden", match={"operation": "write_customers"}, times=99)
    made = configuration(channel, NEWEST, direction="both", state_rules=["opt_out_stop"])
    run = ran(made)
    channel.refresh_from_db()
    assert (run.state, run.problem, channel.state) == ("partial", "not_permitted", "connected")
    kinds = {deed: set(run.writes.filter(deed=deed).values_list("state", flat=True)) for deed in ("fields", "stop")}
    assert kinds == {"fields": {"failed"}, "stop": {"done"}}, "another kind of write goes on"
    asked = [row for row in engage.requests() if row["operation"] == "write_customers"]
    assert len(asked) <= 8
    assert problem_of_run("not_permitted")


def test_a_rehearsal_says_what_a_run_would_write(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(1), {**customer(2), "blocked": "1"}])
    Contact.objects.bulk_create([contact(1, "Anna", citta="Bari")])
    made = configuration(channel, NEWEST, direction="both", state_rules=["opt_out_stop"])
    rehearsal = ran(made, rehearsal=True)
    assert sorted(rehearsal.writes.values_list("deed", "state")) == [("fields", "planned"), ("stop", "planned")]
    run = ran(made)
    assert (rehearsal.writes_planned, run.writes_planned, run.writes_done) == (2, 2, 2)
