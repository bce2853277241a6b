"""Runs against the simulated provider: what moves, fails, is stopped, held, asked, suppressed."""

from collections.abc import Callable
from contextlib import closing

import pytest
from django.test import Client

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, CustomerField
from staffetta.channels.refreshing import refresh
from staffetta.channels.refreshing.ask import ask
from staffetta.contacts.consents import consent, suppression
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.lists.lists import add_people, remove
from staffetta.contacts.models import Consent, Contact, ContactField, ContactList
from staffetta.notices.models import Incident
from staffetta.sync import decide, setup, start
from staffetta.sync import run as lane
from staffetta.sync.models import RunState, SyncConfiguration, SyncRow, SyncRun
from staffetta.sync.read_ahead import PAGE, at_once, pages_from
from staffetta.sync.read_pages import OVERLAP, Place
from staffetta.sync.undo import PIECE
from staffetta.work.clock import now
from tests.sync.conftest import People
from tests.sync.world import ASSISTENZA, CONTEXT, configuration, contact, counts, customer, finish, number, ran, undone

pytestmark = pytest.mark.django_db
CITY = [{"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": "ask"}]


def take_some(run: SyncRun) -> None:
    """Take what is stored together: a few pages of the provider."""
    run.refresh_from_db()
    channel = run.configuration.channel
    with closing(pages_from(channel, Place.of(run.place), beat=lambda: None, enough=lambda: True)) as pages:
        lane.take(run, next(pages), setup.ready(run.configuration))


def taken() -> int:
    """Return how many customers that is: each page after the first overlaps the one before."""
    return PAGE + (at_once() - 1) * (PAGE - OVERLAP)


def city_of(place: int) -> object:
    return Contact.objects.get(phone=f"+{number(place)}").values.get("citta")


def test_nobody_is_lost_or_doubled_when_the_list_shifts(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(place, f"Persona {place}") for place in range(taken() + 300)])
    run = start.start(configuration(channel), None)
    take_some(run)
    for place in (1, 2, 3, 400, 499):
        engage.delete_customer(ASSISTENZA, number(place))
    engage.put_customer(ASSISTENZA, id=number(5000), name="Appena arrivata")
    take_some(run)
    for place in range(500, 560):
        engage.delete_customer(ASSISTENZA, number(place))
    run = finish(run)
    there = {f"+{row['id']}" for row in engage.customers(ASSISTENZA)}
    here = set(Contact.objects.values_list("phone", flat=True))
    assert there <= here
    assert run.total == run.created == len(here)


def test_a_page_that_fails_for_good_ends_the_run_as_partial(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    at_engage([customer(place) for place in range(700)])
    engage.fault("answer", status=500, match={"operation": "list_customers", "after": 1})
    run = ran(configuration(channel))
    assert (run.state, run.problem, run.pages) == (RunState.PARTIAL, "server_fault", 1)
    assert Contact.objects.count() == run.created == 500


def test_a_page_that_fails_once_is_tried_again(channel: Channel, at_engage: People, engage: Engage) -> None:
    at_engage([customer(place) for place in range(700)])
    engage.fault("reset", match={"operation": "list_customers", "nth": 2})
    run = ran(configuration(channel))
    assert (run.state, run.created) == (RunState.DONE, 700)


def test_three_failed_runs_are_an_incident_and_a_good_one_closes_it(
    channel: Channel, at_engage: People, engage: Engage
) -> None:
    at_engage([customer(1)])
    made = configuration(channel)
    fault = engage.fault("answer", status=400, match={"operation": "list_customers"})
    for _attempt in range(2):
        ran(made)
    assert not Incident.objects.filter(failures__gte=3).exists()
    ran(made)
    assert Incident.objects.filter(kind="sync", failures=3, closed_at=None).exists()
    engage.control("DELETE", f"/faults/{fault}")
    ran(made)
    assert not Incident.objects.filter(kind="sync", closed_at=None).exists()


def test_one_run_at_a_time(channel: Channel) -> None:
    made = configuration(channel)
    start.start(made, None)
    with pytest.raises(start.Busy):
        start.start(made, None)


def test_a_cancelled_run_keeps_what_it_did(channel: Channel, at_engage: People) -> None:
    at_engage([customer(place) for place in range(taken() + 300)])
    run = start.start(configuration(channel), None)
    take_some(run)
    assert start.cancel(run, None)
    assert finish(run).state == RunState.CANCELLED
    assert Contact.objects.count() == taken()
    with pytest.raises(lane.Overtaken):
        take_some(run)


def test_a_changed_field_holds_the_configuration(channel: Channel, engage: Engage) -> None:
    made = configuration(channel)
    engage.put_field(ASSISTENZA, {"name": "nato_il", "label": "Nascita", "type": "text"})
    engage.delete_field(ASSISTENZA, "citta")
    refresh.run(ask(channel, None).pk)
    assert not CustomerField.objects.filter(name="citta", gone_at=None).exists()
    with pytest.raises(setup.Held):
        start.start(made, None)
    assert {(each.name, each.what) for each in setup.differences(made)} == {("citta", "gone"), ("nato_il", "type")}
    assert setup.held_among([made]) == {made.pk}
    setup.accept(made)
    assert not setup.differences(made)


def test_a_conflict_waits_and_is_decided(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, citta="Roma"), customer(2, citta="Roma")])
    Contact.objects.bulk_create([contact(1, citta="Bari"), contact(2, citta="Bari")])
    made = configuration(channel, CITY)
    assert counts(ran(made)) == {"conflicting": 2}
    run = ran(made)  # the same question again, not twice
    assert decide.open_rows(made, "conflicting").count() == 2
    for row, side in zip(run.rows.order_by("customer_id"), (decide.THERE, decide.HERE), strict=True):
        assert decide.decide(row, side, None)
        assert not decide.decide(row, side, None)
    assert (city_of(1), city_of(2)) == ("Roma", "Bari")
    assert counts(ran(made)) == {"unchanged": 2}
    undone(run)
    assert city_of(1) == "Bari"


def test_a_rejected_customer_is_corrected_and_replayed(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Ugo", nato_il="boh")])
    run = ran(configuration(channel))
    row = run.rows.get()
    assert decide.replay(row, {"nato_il": "ancora no"}, None).outcome == "rejected"
    assert decide.replay(row, {"nato_il": "17/05/1990"}, None).outcome == "created"
    run.refresh_from_db()
    assert counts(run) == {"created": 1}
    assert Contact.objects.get().values == {"nascita": "1990-05-17"}


def test_undo_is_a_line_of_the_contacts_history(channel: Channel, at_engage: People, as_operator: Client) -> None:
    at_engage([customer(1, "Anna Rossi", citta="Roma")])
    Contact.objects.bulk_create([contact(1, "Anna")])
    run = ran(configuration(channel))
    there = Contact.objects.get()
    assert there.values["citta"] == "Roma"
    undone(run)
    (line,) = there.changes.all()
    assert (line.source, line.changes["citta"]) == ("sync_undo", ["Roma", ""])
    page = as_operator.get(f"/contacts/{there.pk}/").content.decode()
    assert "Sincronizzazione annullata: sono tornati i valori di prima" in page


def test_undo_leaves_what_somebody_changed_since(channel: Channel, at_engage: People) -> None:
    at_engage([customer(place, "Anna Rossi", citta="Roma") for place in (1, 2, 3)])
    Contact.objects.bulk_create([contact(1, "Anna"), contact(2, "Anna")])
    run = ran(configuration(channel))
    changed = Contact.objects.get(phone=f"+{number(1)}")
    changed.values["citta"] = "Napoli"
    changed.save()
    agreed = Contact.objects.get(phone=f"+{number(3)}")
    consent.record([agreed.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="in negozio")
    undone(run)
    told = dict(SyncRow.objects.filter(run=run).values_list("customer_id", "undone"))
    assert told == {number(1): "partly", number(2): "whole", number(3): "kept"}
    assert (city_of(1), city_of(2)) == ("Napoli", None)
    assert Contact.objects.get(pk=changed.pk).last_name == ""


def test_nobody_has_a_consent_by_coming_from_engage(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Ugo")])
    ran(configuration(channel))
    assert not Consent.objects.exists()


def test_stopped_there_is_an_opt_out_here_and_blocked_a_suppression(channel: Channel, at_engage: People) -> None:
    at_engage([{**customer(1), "stopped": "1"}, {**customer(2), "blocked": "1"}])
    ran(configuration(channel, blocked_means="suppress"))
    assert consent.opt_in(Contact.objects.get(phone=f"+{number(1)}")) == "no"
    assert suppression.is_suppressed("whatsapp", f"+{number(2)}")


def test_who_was_erased_here_is_not_made_again_and_no_row_names_them(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Ermenegilda Rossi"), customer(2, "Ugo Verdi")])
    made = configuration(channel)
    ran(made)
    erase(Contact.objects.get(phone=f"+{number(1)}"), "", None)
    again = ran(made)
    assert (again.skipped, again.unchanged) == (1, 1)
    assert not Contact.objects.filter(phone=f"+{number(1)}").exists()
    assert not SyncRow.objects.filter(customer_id=number(1)).exists()
    assert not SyncRow.objects.filter(name__contains="Ermenegilda").exists()


def test_who_opted_out_and_was_deleted_here_does_not_come_back(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Ugo", citta="Roma")])
    made = configuration(channel)
    suppression.suppress("whatsapp", f"+{number(1)}", "hand")
    ran(made)
    Contact.objects.all().delete()
    assert counts(ran(made)) == {"skipped": 1}
    assert not Contact.objects.exists()
    assert suppression.is_suppressed("whatsapp", f"+{number(1)}")


@pytest.mark.parametrize(("here", "there"), [("+5511987654321", "551187654321"), ("+5215512345678", "525512345678")])
def test_two_forms_of_one_number_are_one_person(channel: Channel, at_engage: People, here: str, there: str) -> None:
    Contact.objects.create(phone=here)
    at_engage([{"id": there, "name": "Ana"}])
    run = ran(configuration(channel))
    assert Contact.objects.count() == 1 or counts(run) == {"rejected": 1}


def test_a_page_costs_a_fixed_number_of_statements(
    channel: Channel, at_engage: People, django_assert_max_num_queries: Callable[..., object]
) -> None:
    at_engage([customer(place, f"Persona {place}", citta="Roma") for place in range(400)])
    run = start.start(configuration(channel), None)
    with django_assert_max_num_queries(36):  # type: ignore[attr-defined]  # a context manager
        take_some(run)
    assert Contact.objects.count() == 400


def test_the_timetable_starts_each_time_once(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1)])
    made = configuration(channel, every="hourly", next_at="2026-01-01T00:00:00Z")
    lane.work(CONTEXT)
    made.refresh_from_db()
    assert made.next_at
    assert made.next_at.year > 2025
    assert SyncRun.objects.filter(configuration=made, scheduled=True).count() == 1


def test_everybody_of_a_run_is_put_into_the_list(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Ugo"), customer(2, "Ada"), customer(3, nato_il="boh")])
    Contact.objects.bulk_create([contact(2, "Ada"), contact(9, "Eva")])
    club = ContactList.objects.create(name="Club")
    made = configuration(channel, into_list=club)
    ran(made, rehearsal=True)
    assert not club.members.exists()
    ran(made)
    ran(made)
    phones = club.members.order_by("contact__phone").values_list("contact__phone", flat=True)
    assert list(phones) == [f"+{number(1)}", f"+{number(2)}"]


def test_undone_whoever_the_run_put_into_the_list_leaves_it(channel: Channel, at_engage: People) -> None:
    at_engage([customer(place, "Ada") for place in (1, 2, 3)])
    Contact.objects.bulk_create([contact(2, "Ada"), contact(3, "Ada")])
    club = ContactList.objects.create(name="Club")
    club.members.create(contact=Contact.objects.get(phone=f"+{number(3)}"))
    run = ran(configuration(channel, into_list=club))
    assert club.members.count() == 3
    undone(run)
    assert list(club.members.values_list("contact__phone", flat=True)) == [f"+{number(3)}"]


def test_who_came_into_the_list_otherwise_while_the_run_went_on_stays_in_it(
    channel: Channel, at_engage: People
) -> None:
    at_engage([customer(place, "Ada") for place in (1, 2, 3)])
    Contact.objects.bulk_create([contact(place, "Ada") for place in (1, 2, 3)])
    first, second, third = Contact.objects.order_by("phone")
    club = ContactList.objects.create(name="Club")
    made = configuration(channel, into_list=club)
    run = ran(made)
    # As if they had been put in by hand within the run's time, one of them after the run had done so.
    remove(club, first, None)
    club.members.create(contact=first, added_at=run.started_at or now())
    add_people(club, Contact.objects.filter(pk=second.pk), None)
    ran(made)
    SyncConfiguration.objects.filter(pk=made.pk).update(into_list=None)
    undone(run)
    assert list(club.members.order_by("contact").values_list("contact", flat=True)) == [first.pk, second.pk]
    assert Contact.objects.filter(pk=third.pk).exists()


@pytest.mark.parametrize(("kind", "here"), [("integer", 7), ("text", "007")])
def test_people_are_matched_by_a_field_of_ours_as_its_type_reads_it(
    channel: Channel, at_engage: People, kind: str, here: object
) -> None:
    ContactField.objects.create(name="tessera", label="Tessera", type=kind)
    at_engage([customer(1, "Ugo Rossi", citta="007"), customer(2, "Ada Bini", citta="8")])
    Contact.objects.create(first_name="Ugo", values={"tessera": here})
    made = configuration(
        channel,
        [{"kind": "last_name", "contact_field": "last_name"}],
        key_customer="citta",
        key_contact="tessera",
    )
    assert counts(ran(made)) == {"created": 1, "updated": 1}
    assert counts(ran(made)) == {"unchanged": 2}
    assert Contact.objects.get(first_name="Ugo").last_name == "Rossi"


def test_people_are_matched_by_the_external_id(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Ugo Rossi", citta="A-1"), customer(2, "Ada Bini", citta="A-2")])
    Contact.objects.create(first_name="Ugo", external_id="A-1")
    rows = [{"kind": "last_name", "contact_field": "last_name"}]
    made = configuration(channel, rows, key_customer="citta", key_contact="external_id")
    assert counts(ran(made)) == {"created": 1, "updated": 1}
    assert Contact.objects.get(external_id="A-2").last_name == "Bini"


def test_what_a_cancelled_run_had_still_to_write_does_not_wait_for_ever(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1, "Anna", citta="Bari")])
    run = start.start(configuration(channel, direction="to_engage"), None)
    take_some(run)
    assert start.cancel(run, None)
    assert [(write.state, write.problem) for write in run.writes.all()] == [("failed", "cancelled")]


def test_the_rows_of_a_run_lie_above_those_of_all_runs_before(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Ugo"), customer(2, "Ada")])
    made = configuration(channel)
    first, second = ran(made), ran(made)
    assert second.rows_from == first.rows.order_by("-pk").values_list("pk", flat=True)[0]
    assert {row.pk > second.rows_from for row in second.rows.all()} == {True}


def test_who_lost_the_lease_in_the_midst_leaves_quietly(
    channel: Channel, at_engage: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_engage([customer(place) for place in range(2 * PIECE + 1)])
    run = ran(configuration(channel))
    start.undo(run, None)
    with monkeypatch.context() as short:
        short.setattr(lane, "LEASE", 0.0)
        assert lane.work(CONTEXT) is False
    assert 0 < Contact.objects.count() < run.created
    while lane.work(CONTEXT):
        pass
    assert not Contact.objects.exists()
